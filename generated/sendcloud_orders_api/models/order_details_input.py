import datetime
from typing import Any

import msgspec

from ..types import EXTRA, UNSET, AwareDatetime, Unset
from .integration_input import IntegrationInput
from .order_item_input import OrderItemInput
from .status_input import StatusInput


class OrderDetailsInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """What was ordered, where and when."""

    integration: IntegrationInput
    status: StatusInput
    order_created_at: AwareDatetime
    """When the order was placed in the shop, with a UTC offset."""
    order_items: list[OrderItemInput]
    """The items. An upsert replaces the stored list."""
    order_updated_at: AwareDatetime | Unset | None = UNSET
    """When the order last changed in the shop, with a UTC offset."""
    notes: str | Unset | None = UNSET
    """Free text about the order."""
    tags: list[str] | Unset | None = UNSET
    """Tags that the shop gave the order."""
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""

    def __post_init__(self) -> None:
        if isinstance(self.order_created_at, datetime.datetime) and self.order_created_at.tzinfo is None:
            raise ValueError("order_created_at needs an offset: give the datetime a tzinfo")
        if isinstance(self.order_updated_at, datetime.datetime) and self.order_updated_at.tzinfo is None:
            raise ValueError("order_updated_at needs an offset: give the datetime a tzinfo")
