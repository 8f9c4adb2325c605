from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .costs_input import CostsInput
from .price_input import PriceInput
from .status_input import StatusInput


class PaymentDetailsInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """What the order costs and whether it is paid."""

    total_price: PriceInput
    status: StatusInput
    is_cash_on_delivery: bool | Unset | None = UNSET
    """Whether the customer pays on delivery."""
    subtotal_price: PriceInput | Unset = UNSET
    estimated_shipping_price: PriceInput | Unset = UNSET
    estimated_tax_price: PriceInput | Unset = UNSET
    invoice_date: str | Unset | None = UNSET
    """Date of the invoice. Its format is not documented."""
    discount_granted: CostsInput | Unset | None = UNSET
    insurance_costs: CostsInput | Unset | None = UNSET
    freight_costs: CostsInput | Unset | None = UNSET
    other_costs: CostsInput | Unset | None = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
