from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .volume_unit import VolumeUnit


class VolumeUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A changed volume."""

    value: Annotated[int, msgspec.Meta(ge=0)] | Unset = UNSET
    unit: VolumeUnit | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
