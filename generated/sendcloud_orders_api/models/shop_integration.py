from typing import Any

import msgspec

from ..types import EXTRA, AwareDatetime


class ShopIntegration(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """A connection to a shop."""

    id: int
    """Id of the integration."""
    shop_name: str | None = None
    """Name of the shop."""
    shop_url: str | None = None
    """Address of the shop."""
    type_: str | None = msgspec.field(name="type", default=None)
    """Kind of shop; `api` for those that POST /orders is meant for."""
    service_point_enabled: bool | None = None
    service_point_carriers: list[str] | None = None
    webhook_active: bool | None = None
    webhook_url: str | None = None
    feedback_type: str | None = None
    """When the shop is told of a shipment: `eager`, `delayed` or `none`."""
    started_failing_at: AwareDatetime | None = None
    """Since when the integration fails, if it does."""
    last_fetched_at: AwareDatetime | None = None
    """When orders were last fetched from the shop."""
    created_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
