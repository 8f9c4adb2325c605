import msgspec

from ..types import UNSET, Unset
from .dangerous_goods_input import DangerousGoodsInput
from .delivery_dates_input import DeliveryDatesInput
from .item_price_input import ItemPriceInput
from .item_properties import ItemProperties
from .measurement_input import MeasurementInput


class OrderItemInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """One line of the order."""

    name: str
    """The name of the product; a PATCH finds the item by it."""
    quantity: int
    """How many pieces."""
    total_price: ItemPriceInput
    """A price of an item."""
    item_id: str | Unset = UNSET
    """The shop's id of the line."""
    product_id: str | Unset = UNSET
    """The shop's id of the product; without it the image is not shown."""
    variant_id: str | Unset = UNSET
    """The shop's id of the variant."""
    image_url: str | Unset = UNSET
    """Where the product's picture is."""
    description: str | Unset = UNSET
    """More about the product."""
    sku: str | Unset = UNSET
    """Stock keeping unit."""
    hs_code: str | Unset = UNSET
    """Customs tariff number."""
    country_of_origin: str | Unset = UNSET
    """ISO 3166-1 alpha-2 code."""
    properties: ItemProperties | Unset = UNSET
    """Any further facts of the product, by name."""
    unit_price: ItemPriceInput | Unset = UNSET
    """A price of an item."""
    measurement: MeasurementInput | Unset = UNSET
    """How large and how heavy."""
    ean: str | Unset = UNSET
    """European article number."""
    delivery_dates: DeliveryDatesInput | Unset = UNSET
    """When the item is to be handed over and delivered."""
    mid_code: str | Unset | None = UNSET
    """Manufacturer's id for the United States."""
    material_content: str | Unset | None = UNSET
    """What the product is made of."""
    intended_use: str | Unset | None = UNSET
    """What the product is for."""
    dangerous_goods: DangerousGoodsInput | Unset = UNSET
    """What a carrier must know of a dangerous product."""
