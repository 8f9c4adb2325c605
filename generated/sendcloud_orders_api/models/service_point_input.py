from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .service_point_extra_data import ServicePointExtraData


class ServicePointInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The service point to deliver to, identified by either Sendcloud's id or the carrier's. It is stored and read
    back, and the view of incoming orders does not show it."""

    id: str | Unset = UNSET
    """Sendcloud's id of the service point."""
    carrier_service_point_id: str | Unset = UNSET
    """The carrier's id of the service point."""
    post_number: str | Unset = UNSET
    """The customer's number at the carrier."""
    latitude: str | Unset = UNSET
    longitude: str | Unset = UNSET
    type_: str | Unset = msgspec.field(name="type", default=UNSET)
    """Kind of service point."""
    extra_data: ServicePointExtraData | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
