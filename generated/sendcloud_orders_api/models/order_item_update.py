from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .cpsc_certificate_input import CpscCertificateInput
from .delivery_dates_update import DeliveryDatesUpdate
from .item_properties import ItemProperties
from .measurement_input import MeasurementInput
from .price_update import PriceUpdate


class OrderItemUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Changes to the item with this name. The reference marks no field as required; without a name, the response is
    that the item cannot be found."""

    item_id: str | Unset = UNSET
    product_id: str | Unset = UNSET
    name: str | Unset = UNSET
    """The exact name of the stored item."""
    description: str | Unset = UNSET
    quantity: Annotated[int, msgspec.Meta(ge=0)] | Unset = UNSET
    sku: str | Unset = UNSET
    hs_code: str | Unset = UNSET
    country_of_origin: Annotated[str, msgspec.Meta(min_length=2, max_length=2)] | Unset = UNSET
    properties: ItemProperties | Unset = UNSET
    unit_price: PriceUpdate | Unset = UNSET
    total_price: PriceUpdate | Unset = UNSET
    measurement: MeasurementInput | Unset = UNSET
    mid_code: str | Unset | None = UNSET
    material_content: str | Unset | None = UNSET
    intended_use: str | Unset | None = UNSET
    manufacturer_product_id: Annotated[str, msgspec.Meta(max_length=70)] | Unset | None = UNSET
    manufacturer_product_id_std: Annotated[str, msgspec.Meta(max_length=70)] | Unset | None = UNSET
    dds_reference: str | Unset = UNSET
    taric_code: str | Unset = UNSET
    cpsc: CpscCertificateInput | Unset = UNSET
    delivery_dates: DeliveryDatesUpdate | Unset | None = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
