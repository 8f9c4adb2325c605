from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .label_details_input import LabelDetailsInput
from .order_to_ship_input import OrderToShipInput
from .ship_with_input import ShipWithInput


class LabelInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """One order to make a label of."""

    integration_id: int
    """Id of the integration that the order belongs to."""
    order: OrderToShipInput
    sender_address_id: int | Unset = UNSET
    """Id of the sender's address; the account's own by default."""
    brand_id: Annotated[int, msgspec.Meta(ge=1)] | Unset = UNSET
    """Id of the brand to show the customer."""
    ship_with: ShipWithInput | Unset = UNSET
    label_details: LabelDetailsInput | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
