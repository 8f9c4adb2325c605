import msgspec

from ..types import UNSET, Unset
from .dimension_unit import DimensionUnit


class DimensionUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Changes to length, width and height."""

    length: float | Unset = UNSET
    width: float | Unset = UNSET
    height: float | Unset = UNSET
    unit: DimensionUnit | Unset = UNSET
