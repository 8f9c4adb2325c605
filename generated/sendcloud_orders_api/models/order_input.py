from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .address_input import AddressInput
from .customer_details_input import CustomerDetailsInput
from .customs_details_input import CustomsDetailsInput
from .order_details_input import OrderDetailsInput
from .payment_details_input import PaymentDetailsInput
from .service_point_input import ServicePointInput
from .shipping_details_input import ShippingDetailsInput


class OrderInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """An order to upsert. Send it in full: the required fields are required on every upsert, and what happens to
    optional fields that an update leaves out is not documented."""

    order_id: Annotated[str, msgspec.Meta(min_length=1)]
    """The shop's id for the order. Together with the integration, it is the key of the upsert. Never changes. A
    longer one than 64 characters is stored, but the endpoints that make labels do not take it."""
    order_number: Annotated[str, msgspec.Meta(min_length=1)]
    """The order number shown to the customer. A longer one than 255 characters is stored, but the endpoints that
    make labels do not take it."""
    order_details: OrderDetailsInput
    payment_details: PaymentDetailsInput
    id: str | Unset = UNSET
    """Sendcloud's id, to name the stored order explicitly. Always a string here, even where responses hold a number."""
    customs_details: CustomsDetailsInput | Unset | None = UNSET
    customer_details: CustomerDetailsInput | Unset = UNSET
    billing_address: AddressInput | Unset = UNSET
    shipping_address: AddressInput | Unset = UNSET
    shipping_details: ShippingDetailsInput | Unset = UNSET
    service_point_details: ServicePointInput | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
