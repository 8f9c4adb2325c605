import msgspec

from .order_reference import OrderReference


class UpdateResult(msgspec.Struct, kw_only=True, gc=False):
    """What an update answers."""

    data: OrderReference
    """The names of one order."""
