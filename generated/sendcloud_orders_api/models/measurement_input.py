import msgspec

from ..types import UNSET, Unset
from .dimension_input import DimensionInput
from .volume_input import VolumeInput
from .weight_input import WeightInput


class MeasurementInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """How large and how heavy."""

    dimension: DimensionInput | Unset = UNSET
    """Length, width and height."""
    weight: WeightInput | Unset = UNSET
    """Weight, more than nothing."""
    volume: VolumeInput | Unset = UNSET
    """Volume in whole units."""
