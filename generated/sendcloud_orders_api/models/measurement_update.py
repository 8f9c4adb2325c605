import msgspec

from ..types import UNSET, Unset
from .dimension_update import DimensionUpdate
from .volume_update import VolumeUpdate
from .weight_update import WeightUpdate


class MeasurementUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Changes to how large and how heavy."""

    dimension: DimensionUpdate | Unset = UNSET
    """Changes to length, width and height."""
    weight: WeightUpdate | Unset = UNSET
    """A changed weight."""
    volume: VolumeUpdate | Unset = UNSET
    """A changed volume."""
