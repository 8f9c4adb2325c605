from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .dimension_unit import DimensionUnit


class ParcelDimensionsInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Length, width and height, as digits in text."""

    length: str
    width: str
    height: str
    unit: DimensionUnit
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
