from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .costs_input import CostsInput
from .price_update import PriceUpdate
from .status_update import StatusUpdate


class PaymentDetailsUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Changes to what the order costs and whether it is paid."""

    total_price: PriceUpdate | Unset = UNSET
    subtotal_price: PriceUpdate | Unset = UNSET
    estimated_shipping_price: PriceUpdate | Unset = UNSET
    estimated_tax_price: PriceUpdate | Unset = UNSET
    status: StatusUpdate | Unset = UNSET
    invoice_date: str | Unset | None = UNSET
    discount_granted: CostsInput | Unset | None = UNSET
    insurance_costs: CostsInput | Unset | None = UNSET
    freight_costs: CostsInput | Unset | None = UNSET
    other_costs: CostsInput | Unset | None = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
