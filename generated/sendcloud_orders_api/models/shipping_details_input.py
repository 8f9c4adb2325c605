from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .measurement_input import MeasurementInput
from .ship_with_input import ShipWithInput


class ShippingDetailsInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """How to ship the order."""

    is_local_pickup: bool | Unset | None = UNSET
    """Whether the customer collects the order."""
    delivery_indicator: str | Unset = UNSET
    """The shipping method that the customer chose."""
    measurement: MeasurementInput | Unset = UNSET
    ship_with: ShipWithInput | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
