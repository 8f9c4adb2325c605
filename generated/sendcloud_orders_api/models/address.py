import msgspec


class Address(msgspec.Struct, kw_only=True, gc=False):
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
