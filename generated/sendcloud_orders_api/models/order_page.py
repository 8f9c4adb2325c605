import msgspec

from .order import Order


class OrderPage(msgspec.Struct, kw_only=True, gc=False):
    """One page of orders."""

    data: list[Order]
