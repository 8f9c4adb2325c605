from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .order_with_parcels_input import OrderWithParcelsInput
from .ship_with_input import ShipWithInput


class LabelsInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The orders of one integration to make labels of."""

    integration_id: int
    """Id of the integration that the orders belong to."""
    orders: list[OrderWithParcelsInput]
    """The orders, each of them once."""
    sender_address_id: int | Unset = UNSET
    """Id of the sender's address; the account's own by default."""
    brand_id: Annotated[int, msgspec.Meta(ge=1)] | Unset = UNSET
    """Id of the brand to show the customer."""
    ship_with: ShipWithInput | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
