import msgspec

from .dimension_unit import DimensionUnit


class DimensionInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Length, width and height."""

    length: float
    width: float
    height: float
    unit: DimensionUnit
