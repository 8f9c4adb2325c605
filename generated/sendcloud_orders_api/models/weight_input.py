import msgspec

from .weight_unit import WeightUnit


class WeightInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Weight, above zero."""

    value: float
    unit: WeightUnit
