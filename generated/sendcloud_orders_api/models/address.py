from typing import Any

import msgspec

from ..types import EXTRA


class Address(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """A postal address."""

    name: str | None = None
    company_name: str | None = None
    address_line_1: str | None = None
    house_number: str | None = None
    address_line_2: str | None = None
    postal_code: str | None = None
    city: str | None = None
    po_box: str | None = None
    state_province_code: str | None = None
    country_code: str | None = None
    email: str | None = None
    phone_number: str | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
