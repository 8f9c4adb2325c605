import msgspec

from .order import Order


class OrderResult(msgspec.Struct, kw_only=True, gc=False):
    """One order."""

    data: Order
