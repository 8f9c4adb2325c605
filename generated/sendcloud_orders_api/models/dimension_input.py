from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .dimension_unit import DimensionUnit


class DimensionInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Length, width and height."""

    length: Annotated[float, msgspec.Meta(ge=0)]
    width: Annotated[float, msgspec.Meta(ge=0)]
    height: Annotated[float, msgspec.Meta(ge=0)]
    unit: DimensionUnit
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
