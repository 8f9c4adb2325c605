from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .weight_unit import WeightUnit


class WeightUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A changed weight."""

    value: float | Unset = UNSET
    unit: WeightUnit | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
