from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .parcel_input import ParcelInput


class OrderWithParcelsInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A stored order, named by the shop's id or by its number, and the parcels that it is split into."""

    order_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | Unset = UNSET
    """The shop's id for the order."""
    order_number: Annotated[str, msgspec.Meta(min_length=1, max_length=255)] | Unset = UNSET
    """The order number shown to the customer."""
    apply_shipping_rules: bool | Unset = UNSET
    """Whether the account's shipping rules choose how to ship."""
    parcels: list[ParcelInput] | Unset = UNSET
    """The parcels; one with everything in it by default."""
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
