import msgspec

from .measurement import Measurement
from .ship_with import ShipWith


class ShippingDetails(msgspec.Struct, kw_only=True, gc=False):
    """How to ship the order."""

    is_local_pickup: bool | None = None
    delivery_indicator: str | None = None
    measurement: Measurement | None = None
    ship_with: ShipWith | None = None
