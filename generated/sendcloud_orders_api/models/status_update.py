import msgspec

from ..types import UNSET, Unset


class StatusUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A changed status."""

    code: str | Unset = UNSET
    message: str | Unset = UNSET
