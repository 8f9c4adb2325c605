from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset


class StatusInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A status, in the shop's own words."""

    code: Annotated[str, msgspec.Meta(min_length=1)]
    """Free text, such as `unshipped` or `paid`."""
    message: str | Unset = UNSET
    """The status in readable form."""
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
