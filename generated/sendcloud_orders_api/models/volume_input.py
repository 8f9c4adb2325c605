import msgspec

from .volume_unit import VolumeUnit


class VolumeInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Volume in whole units."""

    value: int
    unit: VolumeUnit
