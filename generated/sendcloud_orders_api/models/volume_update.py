import msgspec

from ..types import UNSET, Unset
from .volume_unit import VolumeUnit


class VolumeUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A changed volume."""

    value: int | Unset = UNSET
    unit: VolumeUnit | Unset = UNSET
