from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .cpsc_certificate_input import CpscCertificateInput
from .dangerous_goods_input import DangerousGoodsInput
from .delivery_dates_input import DeliveryDatesInput
from .item_price_input import ItemPriceInput
from .item_properties import ItemProperties
from .measurement_input import MeasurementInput


class OrderItemInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """One line of the order."""

    name: str
    """The product's name. A PATCH finds the item by it."""
    quantity: Annotated[int, msgspec.Meta(ge=1)]
    """Number of pieces."""
    total_price: ItemPriceInput
    item_id: Annotated[str, msgspec.Meta(min_length=1)] | Unset = UNSET
    """The shop's id for the line."""
    product_id: str | Unset = UNSET
    """The shop's id for the product. Without it, the image is not shown."""
    variant_id: str | Unset = UNSET
    """The shop's id for the variant."""
    image_url: str | Unset = UNSET
    """Address of the product's image."""
    description: str | Unset = UNSET
    """The product's description."""
    sku: str | Unset = UNSET
    """Stock keeping unit."""
    hs_code: str | Unset = UNSET
    """Customs tariff number."""
    country_of_origin: Annotated[str, msgspec.Meta(min_length=2, max_length=2)] | Unset = UNSET
    """ISO 3166-1 alpha-2 code."""
    properties: ItemProperties | Unset = UNSET
    unit_price: ItemPriceInput | Unset = UNSET
    measurement: MeasurementInput | Unset = UNSET
    ean: str | Unset = UNSET
    """European article number."""
    delivery_dates: DeliveryDatesInput | Unset = UNSET
    mid_code: str | Unset | None = UNSET
    """Manufacturer identification code (MID), for the United States."""
    material_content: str | Unset | None = UNSET
    """What the product is made of."""
    intended_use: str | Unset | None = UNSET
    """What the product is for."""
    manufacturer_product_id: Annotated[str, msgspec.Meta(max_length=70)] | Unset | None = UNSET
    """The manufacturer's own id for the product."""
    manufacturer_product_id_std: Annotated[str, msgspec.Meta(max_length=70)] | Unset | None = UNSET
    """The manufacturer's id for the product under a public standard, such as a GTIN."""
    dds_reference: str | Unset = UNSET
    """Reference of the due diligence statement, for the EU's rules on deforestation."""
    taric_code: str | Unset = UNSET
    """Tariff code for imports into the EU."""
    cpsc: CpscCertificateInput | Unset = UNSET
    dangerous_goods: DangerousGoodsInput | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
