import msgspec

from ..types import UNSET, Unset
from .dimension_input import DimensionInput
from .volume_input import VolumeInput
from .weight_input import WeightInput


class MeasurementInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Size, weight and volume."""

    dimension: DimensionInput | Unset = UNSET
    weight: WeightInput | Unset = UNSET
    volume: VolumeInput | Unset = UNSET
