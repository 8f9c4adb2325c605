from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .volume_unit import VolumeUnit


class VolumeInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Volume in whole units."""

    value: Annotated[int, msgspec.Meta(ge=0)]
    unit: VolumeUnit
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
