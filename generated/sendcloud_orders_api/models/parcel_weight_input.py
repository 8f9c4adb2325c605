from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .weight_unit import WeightUnit


class ParcelWeightInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Weight, as digits in text."""

    value: str
    unit: WeightUnit
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
