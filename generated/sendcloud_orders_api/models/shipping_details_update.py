from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .measurement_update import MeasurementUpdate
from .ship_with_input import ShipWithInput


class ShippingDetailsUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Changes to how to ship the order."""

    is_local_pickup: bool | Unset | None = UNSET
    delivery_indicator: str | Unset = UNSET
    measurement: MeasurementUpdate | Unset = UNSET
    ship_with: ShipWithInput | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
