from typing import Any

import msgspec

from ..types import EXTRA
from .cpsc_certificate import CpscCertificate
from .dangerous_goods import DangerousGoods
from .delivery_dates import DeliveryDates
from .item_properties import ItemProperties
from .measurement import Measurement
from .price import Price


class OrderItem(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """One line of the order."""

    name: str
    quantity: int
    total_price: Price
    item_id: str | None = None
    product_id: str | None = None
    variant_id: str | None = None
    image_url: str | None = None
    description: str | None = None
    sku: str | None = None
    hs_code: str | None = None
    country_of_origin: str | None = None
    properties: ItemProperties | None = None
    unit_price: Price | None = None
    measurement: Measurement | None = None
    ean: str | None = None
    delivery_dates: DeliveryDates | None = None
    mid_code: str | None = None
    material_content: str | None = None
    intended_use: str | None = None
    manufacturer_product_id: str | None = None
    manufacturer_product_id_std: str | None = None
    dds_reference: str | None = None
    taric_code: str | None = None
    cpsc: CpscCertificate | None = None
    dangerous_goods: DangerousGoods | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
