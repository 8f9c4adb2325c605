import msgspec

from ..types import UNSET, Unset
from .service_point_extra_data import ServicePointExtraData


class ServicePointInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The service point to deliver to, named either by Sendcloud's `id` or by the carrier's."""

    id: str | Unset = UNSET
    """Sendcloud's id of the service point."""
    carrier_service_point_id: str | Unset = UNSET
    """The carrier's id of the service point."""
    post_number: str | Unset = UNSET
    """The customer's number with the carrier."""
    latitude: str | Unset = UNSET
    longitude: str | Unset = UNSET
    type_: str | Unset = msgspec.field(name="type", default=UNSET)
    """Kind of service point."""
    extra_data: ServicePointExtraData | Unset = UNSET
    """Further facts of the service point, by name."""
