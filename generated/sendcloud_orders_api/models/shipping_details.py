from typing import Any

import msgspec

from ..types import EXTRA
from .measurement import Measurement
from .ship_with import ShipWith


class ShippingDetails(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """How to ship the order."""

    is_local_pickup: bool | None = None
    delivery_indicator: str | None = None
    measurement: Measurement | None = None
    ship_with: ShipWith | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
