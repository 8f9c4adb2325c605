from typing import Any

import msgspec

from ..types import EXTRA
from .service_point_extra_data import ServicePointExtraData


class ServicePoint(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """The service point to deliver to. Either id may be missing."""

    id: str | None = None
    carrier_service_point_id: str | None = None
    post_number: str | None = None
    latitude: str | None = None
    longitude: str | None = None
    type_: str | None = msgspec.field(name="type", default=None)
    extra_data: ServicePointExtraData | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
