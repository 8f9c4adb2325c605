from typing import Any

import msgspec

from ..types import EXTRA
from .costs import Costs
from .price import Price
from .status import Status


class PaymentDetails(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """What the order costs and whether it is paid."""

    total_price: Price
    status: Status
    is_cash_on_delivery: bool | None = None
    subtotal_price: Price | None = None
    estimated_shipping_price: Price | None = None
    estimated_tax_price: Price | None = None
    invoice_date: str | None = None
    discount_granted: Costs | None = None
    insurance_costs: Costs | None = None
    freight_costs: Costs | None = None
    other_costs: Costs | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
