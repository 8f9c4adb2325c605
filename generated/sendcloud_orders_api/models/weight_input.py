from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .weight_unit import WeightUnit


class WeightInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Weight, above zero."""

    value: Annotated[float, msgspec.Meta(gt=0)]
    unit: WeightUnit
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
