from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .ship_with_properties_input import ShipWithPropertiesInput
from .ship_with_type import ShipWithType


class ShipWithInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The shipping option to use."""

    type_: ShipWithType = msgspec.field(name="type")
    properties: ShipWithPropertiesInput
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
