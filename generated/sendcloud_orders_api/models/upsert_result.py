import msgspec

from .order_reference import OrderReference


class UpsertResult(msgspec.Struct, kw_only=True, gc=False):
    """The response to an upsert."""

    data: list[OrderReference]
    """One reference for each order of the batch."""
