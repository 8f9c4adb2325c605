import msgspec

from .order_reference import OrderReference


class UpsertResult(msgspec.Struct, kw_only=True, gc=False):
    """What an upsert answers."""

    data: list[OrderReference]
    """One reference for each order of the batch."""
