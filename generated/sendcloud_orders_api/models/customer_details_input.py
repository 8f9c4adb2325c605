from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset


class CustomerDetailsInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Who placed the order."""

    name: str
    phone_number: str | Unset = UNSET
    email: str | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
