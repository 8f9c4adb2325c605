from typing import Any

import msgspec

from ..types import EXTRA
from .ship_with_properties import ShipWithProperties


class ShipWith(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """The shipping option to use."""

    type_: str | None = msgspec.field(name="type", default=None)
    properties: ShipWithProperties | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
