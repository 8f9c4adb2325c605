from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .dimension_unit import DimensionUnit


class DimensionUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Changes to length, width and height."""

    length: Annotated[float, msgspec.Meta(ge=0)] | Unset = UNSET
    width: Annotated[float, msgspec.Meta(ge=0)] | Unset = UNSET
    height: Annotated[float, msgspec.Meta(ge=0)] | Unset = UNSET
    unit: DimensionUnit | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
