from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .dimension_input import DimensionInput
from .volume_input import VolumeInput
from .weight_input import WeightInput


class MeasurementInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Size, weight and volume."""

    dimension: DimensionInput | Unset = UNSET
    weight: WeightInput | Unset = UNSET
    volume: VolumeInput | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
