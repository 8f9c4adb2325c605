from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .address_update import AddressUpdate
from .customer_details_update import CustomerDetailsUpdate
from .customs_details_input import CustomsDetailsInput
from .order_details_update import OrderDetailsUpdate
from .payment_details_update import PaymentDetailsUpdate
from .service_point_input import ServicePointInput
from .shipping_details_update import ShippingDetailsUpdate


class OrderUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The fields of an order to change. Fields that are left out keep their values."""

    id: str | Unset = UNSET
    """Sendcloud's id, the same as in the path."""
    order_id: str | Unset = UNSET
    """The shop's id for the order. It may be repeated but not changed."""
    order_number: str | Unset = UNSET
    """The order number shown to the customer, for labels of at most 255 characters."""
    order_details: OrderDetailsUpdate | Unset = UNSET
    payment_details: PaymentDetailsUpdate | Unset = UNSET
    customs_details: CustomsDetailsInput | Unset | None = UNSET
    customer_details: CustomerDetailsUpdate | Unset = UNSET
    billing_address: AddressUpdate | Unset = UNSET
    shipping_address: AddressUpdate | Unset = UNSET
    shipping_details: ShippingDetailsUpdate | Unset = UNSET
    service_point_details: ServicePointInput | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
