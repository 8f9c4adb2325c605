from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset


class CustomerDetailsUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Changes to who placed the order. The reference calls the telephone number `phone` here and `phone_number`
    elsewhere."""

    name: str | Unset = UNSET
    phone: str | Unset = UNSET
    phone_number: str | Unset = UNSET
    email: str | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
