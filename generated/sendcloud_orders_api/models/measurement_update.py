from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .dimension_update import DimensionUpdate
from .volume_update import VolumeUpdate
from .weight_update import WeightUpdate


class MeasurementUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Changes to size, weight and volume."""

    dimension: DimensionUpdate | Unset = UNSET
    weight: WeightUpdate | Unset = UNSET
    volume: VolumeUpdate | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
