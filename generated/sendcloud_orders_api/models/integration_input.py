from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset


class IntegrationInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The shop connection that the order belongs to."""

    id: int
    """Id of one of the account's integrations."""
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
