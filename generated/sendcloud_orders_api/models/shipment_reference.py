from typing import Any

import msgspec

from ..types import EXTRA
from .ship_with import ShipWith


class ShipmentReference(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """The identifiers of one shipment."""

    shipment_id: int | str | None = None
    """Id of the shipment."""
    order_id: str | None = None
    """The shop's id for the order."""
    order_number: str | None = None
    """The order number shown to the customer."""
    ship_with: ShipWith | None = None
    parcel_id: int | None = None
    """Deprecated; see `parcels_ids`."""
    parcels_ids: list[int] | None = None
    """Ids of the shipment's parcels."""
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
