from typing import Any

import msgspec

from ..types import EXTRA, AwareDatetime
from .integration import Integration
from .order_item import OrderItem
from .status import Status


class OrderDetails(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """What was ordered, where and when."""

    integration: Integration
    status: Status
    order_created_at: AwareDatetime
    """When the order was placed in the shop."""
    order_items: list[OrderItem]
    order_updated_at: AwareDatetime | None = None
    """When the order last changed in the shop."""
    notes: str | None = None
    """Free text about the order."""
    tags: list[str] | None = None
    """Tags that the shop gave the order."""
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
