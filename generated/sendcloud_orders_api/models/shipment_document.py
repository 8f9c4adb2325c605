from typing import Any

import msgspec

from ..types import EXTRA


class ShipmentDocument(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """A document that goes with the parcel."""

    type_: str | None = msgspec.field(name="type", default=None)
    """Deprecated; see `document_type`."""
    document_type: str | None = None
    """Such as `label`, `customs-declaration` or `air-waybill`."""
    size: str | None = None
    """Size of the paper."""
    link: str | None = None
    """Where the document can be read."""
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
