from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset


class IntegrationUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The shop connection that the order belongs to."""

    id: Annotated[int, msgspec.Meta(ge=1)] | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
