import msgspec

from .weight_unit import WeightUnit


class WeightInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Weight, more than nothing."""

    value: float
    unit: WeightUnit
    """Unit of weight."""
