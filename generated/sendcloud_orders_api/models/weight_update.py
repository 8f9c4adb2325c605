from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .weight_unit import WeightUnit


class WeightUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A changed weight."""

    value: Annotated[float, msgspec.Meta(gt=0)] | Unset = UNSET
    unit: WeightUnit | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
