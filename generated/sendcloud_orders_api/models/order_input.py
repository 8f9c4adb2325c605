import datetime

import msgspec

from ..types import UNSET, AwareDatetime, Unset
from .address_input import AddressInput
from .customer_details_input import CustomerDetailsInput
from .customs_details_input import CustomsDetailsInput
from .order_details_input import OrderDetailsInput
from .payment_details_input import PaymentDetailsInput
from .service_point_input import ServicePointInput
from .shipping_details_input import ShippingDetailsInput


class OrderInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """An order as it is upserted. Send it whole: the required fields are required on every upsert, and what happens
    to optional fields that are left out of an update is not documented."""

    order_id: str
    """The shop's id of the order; with the integration it is the key of the upsert. Never changes."""
    order_number: str
    """The number that the customer sees."""
    order_details: OrderDetailsInput
    """What was ordered, where and when."""
    payment_details: PaymentDetailsInput
    """What the order cost and whether it is paid."""
    id: str | Unset = UNSET
    """Sendcloud's id, to name the stored order outright. A string here, whatever the answers hold."""
    created_at: AwareDatetime | Unset = UNSET
    """When Sendcloud first stored it."""
    modified_at: AwareDatetime | Unset = UNSET
    """When Sendcloud last stored it."""
    customs_details: CustomsDetailsInput | Unset | None = UNSET
    customer_details: CustomerDetailsInput | Unset = UNSET
    """Who ordered."""
    billing_address: AddressInput | Unset = UNSET
    """A postal address. Carriers have length limits of their own that show only at the label."""
    shipping_address: AddressInput | Unset = UNSET
    """A postal address. Carriers have length limits of their own that show only at the label."""
    shipping_details: ShippingDetailsInput | Unset = UNSET
    """How the order is to be shipped."""
    service_point_details: ServicePointInput | Unset = UNSET
    """The service point to deliver to, named either by Sendcloud's `id` or by the carrier's."""

    def __post_init__(self) -> None:
        if isinstance(self.created_at, datetime.datetime) and self.created_at.tzinfo is None:
            raise ValueError("created_at needs an offset: give the datetime a tzinfo")
        if isinstance(self.modified_at, datetime.datetime) and self.modified_at.tzinfo is None:
            raise ValueError("modified_at needs an offset: give the datetime a tzinfo")
