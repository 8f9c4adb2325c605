from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset


class ParcelItemInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """How many pieces of an item are in the parcel."""

    item_id: Annotated[str, msgspec.Meta(min_length=1)]
    """The `item_id` of the order's item."""
    quantity: Annotated[int, msgspec.Meta(ge=1)]
    """Number of pieces."""
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
