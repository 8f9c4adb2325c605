import datetime

import msgspec

from ..types import UNSET, AwareDatetime, Unset
from .integration_input import IntegrationInput
from .order_item_input import OrderItemInput
from .status_input import StatusInput


class OrderDetailsInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """What was ordered, where and when."""

    integration: IntegrationInput
    """The shop connection that the order belongs to."""
    status: StatusInput
    """A status in the shop's own words."""
    order_created_at: AwareDatetime
    """When the order was made in the shop, with its offset."""
    order_items: list[OrderItemInput]
    """The items; an upsert replaces the stored list."""
    order_updated_at: AwareDatetime | Unset | None = UNSET
    """When the order last changed in the shop, with its offset."""
    notes: str | Unset | None = UNSET
    """Free text about the order."""
    tags: list[str] | Unset | None = UNSET
    """Labels of the shop."""

    def __post_init__(self) -> None:
        if isinstance(self.order_created_at, datetime.datetime) and self.order_created_at.tzinfo is None:
            raise ValueError("order_created_at needs an offset: give the datetime a tzinfo")
        if isinstance(self.order_updated_at, datetime.datetime) and self.order_updated_at.tzinfo is None:
            raise ValueError("order_updated_at needs an offset: give the datetime a tzinfo")
