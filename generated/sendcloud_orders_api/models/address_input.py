from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset


class AddressInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A postal address. Carriers have length limits of their own, which apply only when a label is made."""

    name: Annotated[str, msgspec.Meta(min_length=1)]
    address_line_1: str
    """The street, with the house number unless that is given separately."""
    postal_code: Annotated[str, msgspec.Meta(min_length=1)]
    city: Annotated[str, msgspec.Meta(min_length=1)]
    country_code: Annotated[str, msgspec.Meta(min_length=1)]
    """ISO 3166-1 alpha-2 code."""
    company_name: str | Unset = UNSET
    house_number: str | Unset = UNSET
    address_line_2: str | Unset = UNSET
    po_box: str | Unset | None = UNSET
    state_province_code: str | Unset = UNSET
    """ISO 3166-2 code, such as `IT-RM`. The part after the hyphen alone has been seen too."""
    email: str | Unset = UNSET
    phone_number: str | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
