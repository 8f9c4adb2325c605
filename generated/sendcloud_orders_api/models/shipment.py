from typing import Any

import msgspec

from ..types import EXTRA
from .label_details import LabelDetails
from .ship_with import ShipWith
from .shipment_document import ShipmentDocument


class Shipment(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """A shipment of one parcel, with its label."""

    shipment_id: int | str | None = None
    """Id of the shipment."""
    parcel_id: int | None = None
    """Id of the parcel."""
    order_id: str | None = None
    """The shop's id for the order."""
    order_number: str | None = None
    """The order number shown to the customer."""
    ship_with: ShipWith | None = None
    label_details: LabelDetails | None = None
    documents: list[ShipmentDocument] | None = None
    tracking_number: str | None = None
    """The carrier's number to follow the parcel by."""
    tracking_url: str | None = None
    """Where the customer can follow the parcel."""
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
