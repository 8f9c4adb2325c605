import msgspec

from ..types import UNSET, Unset
from .weight_unit import WeightUnit


class WeightUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A changed weight."""

    value: float | Unset = UNSET
    unit: WeightUnit | Unset = UNSET
