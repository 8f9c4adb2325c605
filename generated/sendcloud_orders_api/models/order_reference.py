import msgspec


class OrderReference(msgspec.Struct, kw_only=True, gc=False):
    """The names of one order."""

    id: int
    """Sendcloud's id."""
    order_id: str
    """The shop's id of the order."""
    order_number: str
    """The number that the customer sees."""
