import datetime
from typing import Any

import msgspec

from ..types import EXTRA, UNSET, AwareDatetime, Unset
from .integration_update import IntegrationUpdate
from .order_item_update import OrderItemUpdate
from .status_update import StatusUpdate


class OrderDetailsUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Changes to what was ordered, where and when."""

    integration: IntegrationUpdate | Unset = UNSET
    status: StatusUpdate | Unset = UNSET
    order_created_at: AwareDatetime | Unset = UNSET
    order_updated_at: AwareDatetime | Unset = UNSET
    order_items: list[OrderItemUpdate] | Unset = UNSET
    """Items to change, each found by its exact name."""
    notes: str | Unset | None = UNSET
    tags: list[str] | Unset | None = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""

    def __post_init__(self) -> None:
        if isinstance(self.order_created_at, datetime.datetime) and self.order_created_at.tzinfo is None:
            raise ValueError("order_created_at needs an offset: give the datetime a tzinfo")
        if isinstance(self.order_updated_at, datetime.datetime) and self.order_updated_at.tzinfo is None:
            raise ValueError("order_updated_at needs an offset: give the datetime a tzinfo")
