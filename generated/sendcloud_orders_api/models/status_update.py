from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset


class StatusUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A changed status."""

    code: str | Unset = UNSET
    message: str | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
