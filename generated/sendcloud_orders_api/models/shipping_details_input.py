import msgspec

from ..types import UNSET, Unset
from .measurement_input import MeasurementInput
from .ship_with_input import ShipWithInput


class ShippingDetailsInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """How the order is to be shipped."""

    is_local_pickup: bool | Unset | None = UNSET
    """Whether the customer fetches it."""
    delivery_indicator: str | Unset = UNSET
    """The shipping method that the customer chose."""
    measurement: MeasurementInput | Unset = UNSET
    """How large and how heavy."""
    ship_with: ShipWithInput | Unset = UNSET
    """The shipping option to use."""
