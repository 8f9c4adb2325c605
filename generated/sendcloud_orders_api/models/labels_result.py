from typing import Any

import msgspec

from ..types import EXTRA
from .api_error import ApiError
from .shipment_reference import ShipmentReference


class LabelsResult(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """The response to the making of several labels. Both lists may be there, or either."""

    data: list[ShipmentReference] | None = None
    """The shipments that were made."""
    errors: ApiError | list[ApiError] | None = None
    """What is wrong with the others."""
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
