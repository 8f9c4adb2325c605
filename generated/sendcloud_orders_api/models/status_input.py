import msgspec

from ..types import UNSET, Unset


class StatusInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A status, in the shop's own words."""

    code: str
    """Free text, such as `unshipped` or `paid`."""
    message: str | Unset = UNSET
    """The status in readable form."""
