import msgspec


class CustomerDetails(msgspec.Struct, kw_only=True, gc=False):
    """Who placed the order."""

    name: str | None = None
    phone_number: str | None = None
    email: str | None = None
