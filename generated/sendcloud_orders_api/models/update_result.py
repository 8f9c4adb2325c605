import msgspec

from .order_reference import OrderReference


class UpdateResult(msgspec.Struct, kw_only=True, gc=False):
    """The response to an update."""

    data: OrderReference
