import msgspec


class TaxNumber(msgspec.Struct, kw_only=True, gc=False):
    """One tax number."""

    name: str | None = None
    country_code: str | None = None
    value: str | None = None
