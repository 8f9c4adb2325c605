import datetime

import msgspec

from ..types import UNSET, AwareDatetime, Unset
from .address_update import AddressUpdate
from .customer_details_update import CustomerDetailsUpdate
from .customs_details_input import CustomsDetailsInput
from .order_details_update import OrderDetailsUpdate
from .payment_details_update import PaymentDetailsUpdate
from .service_point_input import ServicePointInput
from .shipping_details_update import ShippingDetailsUpdate


class OrderUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The parts of an order to change. What is left out stays as it is."""

    id: str | Unset = UNSET
    """Sendcloud's id; the one of the path."""
    order_id: str | Unset = UNSET
    """The shop's id; it may be repeated and not changed."""
    order_number: str | Unset = UNSET
    """The number that the customer sees."""
    created_at: AwareDatetime | Unset = UNSET
    """When Sendcloud first stored it."""
    modified_at: AwareDatetime | Unset = UNSET
    """When Sendcloud last stored it."""
    order_details: OrderDetailsUpdate | Unset = UNSET
    """Changes to what was ordered, where and when."""
    payment_details: PaymentDetailsUpdate | Unset = UNSET
    """Changes to what the order cost and whether it is paid."""
    customs_details: CustomsDetailsInput | Unset | None = UNSET
    customer_details: CustomerDetailsUpdate | Unset = UNSET
    """Changes to who ordered. The reference calls the telephone `phone` here and `phone_number` elsewhere."""
    billing_address: AddressUpdate | Unset = UNSET
    """Changes to a postal address."""
    shipping_address: AddressUpdate | Unset = UNSET
    """Changes to a postal address."""
    shipping_details: ShippingDetailsUpdate | Unset = UNSET
    """Changes to how the order is to be shipped."""
    service_point_details: ServicePointInput | Unset = UNSET
    """The service point to deliver to, named either by Sendcloud's `id` or by the carrier's."""

    def __post_init__(self) -> None:
        if isinstance(self.created_at, datetime.datetime) and self.created_at.tzinfo is None:
            raise ValueError("created_at needs an offset: give the datetime a tzinfo")
        if isinstance(self.modified_at, datetime.datetime) and self.modified_at.tzinfo is None:
            raise ValueError("modified_at needs an offset: give the datetime a tzinfo")
