import msgspec


class OrderReference(msgspec.Struct, kw_only=True, gc=False):
    """The identifiers of one order."""

    id: int
    """Sendcloud's id."""
    order_id: str
    """The shop's id for the order."""
    order_number: str
    """The order number shown to the customer."""
