from typing import Any

import msgspec

from ..types import EXTRA
from .shipment import Shipment


class LabelResult(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """The response to the making of one label. The reference describes an object, and its example is a list."""

    data: list[Shipment] | Shipment
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
