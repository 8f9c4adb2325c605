import msgspec

from ..types import UNSET, Unset


class CustomerDetailsInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Who placed the order."""

    name: str
    phone_number: str | Unset = UNSET
    email: str | Unset = UNSET
