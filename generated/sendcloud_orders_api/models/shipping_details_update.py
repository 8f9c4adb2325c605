import msgspec

from ..types import UNSET, Unset
from .measurement_update import MeasurementUpdate
from .ship_with_input import ShipWithInput


class ShippingDetailsUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Changes to how the order is to be shipped."""

    is_local_pickup: bool | Unset | None = UNSET
    delivery_indicator: str | Unset = UNSET
    measurement: MeasurementUpdate | Unset = UNSET
    """Changes to how large and how heavy."""
    ship_with: ShipWithInput | Unset = UNSET
    """The shipping option to use."""
