from typing import Any

import msgspec

from ..types import EXTRA, AwareDatetime
from .address import Address
from .customer_details import CustomerDetails
from .customs_details import CustomsDetails
from .order_details import OrderDetails
from .payment_details import PaymentDetails
from .service_point import ServicePoint
from .shipping_details import ShippingDetails


class Order(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """An order as the service returns it."""

    id: int
    """Sendcloud's id, a string in some responses and a number in others."""
    order_id: str
    """The shop's id for the order."""
    order_number: str
    """The order number shown to the customer."""
    order_details: OrderDetails
    payment_details: PaymentDetails
    created_at: AwareDatetime | None = None
    """When Sendcloud first stored the order."""
    modified_at: AwareDatetime | None = None
    """When Sendcloud last stored the order."""
    customs_details: CustomsDetails | None = None
    customer_details: CustomerDetails | None = None
    billing_address: Address | None = None
    shipping_address: Address | None = None
    shipping_details: ShippingDetails | None = None
    service_point_details: ServicePoint | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
