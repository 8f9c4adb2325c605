from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .parcel_dimensions_input import ParcelDimensionsInput
from .parcel_item_input import ParcelItemInput
from .parcel_weight_input import ParcelWeightInput


class ParcelInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """One parcel of an order."""

    dimensions: ParcelDimensionsInput | Unset = UNSET
    weight: ParcelWeightInput | Unset = UNSET
    parcel_items: list[ParcelItemInput] | Unset = UNSET
    """What is in the parcel."""
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
