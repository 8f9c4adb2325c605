import msgspec

from ..types import AwareDatetime
from .integration import Integration
from .order_item import OrderItem
from .status import Status


class OrderDetails(msgspec.Struct, kw_only=True, gc=False):
    """What was ordered, where and when."""

    integration: Integration
    """The shop connection that the order belongs to."""
    status: Status
    """A status in the shop's own words."""
    order_created_at: AwareDatetime
    """When the order was made in the shop."""
    order_items: list[OrderItem]
    order_updated_at: AwareDatetime | None = None
    """When the order last changed in the shop."""
    notes: str | None = None
    """Free text about the order."""
    tags: list[str] | None = None
    """Labels of the shop."""
