from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset


class AddressUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Changes to a postal address."""

    name: Annotated[str, msgspec.Meta(min_length=1)] | Unset = UNSET
    company_name: str | Unset = UNSET
    address_line_1: str | Unset = UNSET
    house_number: str | Unset = UNSET
    address_line_2: str | Unset = UNSET
    postal_code: Annotated[str, msgspec.Meta(min_length=1)] | Unset = UNSET
    city: Annotated[str, msgspec.Meta(min_length=1)] | Unset = UNSET
    po_box: str | Unset | None = UNSET
    state_province_code: str | Unset = UNSET
    country_code: Annotated[str, msgspec.Meta(min_length=1)] | Unset = UNSET
    email: str | Unset = UNSET
    phone_number: str | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
