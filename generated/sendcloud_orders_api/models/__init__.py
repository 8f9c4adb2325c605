"""Contains all the data models used in inputs/outputs"""

from .address import Address
from .address_input import AddressInput
from .address_update import AddressUpdate
from .adr_packing_group import AdrPackingGroup
from .api_error import ApiError
from .commodity_regulated_level import CommodityRegulatedLevel
from .costs import Costs
from .costs_input import CostsInput
from .cpsc_certificate import CpscCertificate
from .cpsc_certificate_input import CpscCertificateInput
from .customer_details import CustomerDetails
from .customer_details_input import CustomerDetailsInput
from .customer_details_update import CustomerDetailsUpdate
from .customs_details import CustomsDetails
from .customs_details_input import CustomsDetailsInput
from .dangerous_goods import DangerousGoods
from .dangerous_goods_input import DangerousGoodsInput
from .dangerous_goods_unit import DangerousGoodsUnit
from .delivery_dates import DeliveryDates
from .delivery_dates_input import DeliveryDatesInput
from .delivery_dates_update import DeliveryDatesUpdate
from .dimension import Dimension
from .dimension_input import DimensionInput
from .dimension_unit import DimensionUnit
from .dimension_update import DimensionUpdate
from .error_links import ErrorLinks
from .error_meta import ErrorMeta
from .error_response import ErrorResponse
from .error_source import ErrorSource
from .export_type import ExportType
from .integration import Integration
from .integration_input import IntegrationInput
from .integration_list import IntegrationList
from .integration_result import IntegrationResult
from .integration_sort_key import IntegrationSortKey
from .integration_update import IntegrationUpdate
from .item_price_input import ItemPriceInput
from .item_properties import ItemProperties
from .label_details import LabelDetails
from .label_details_input import LabelDetailsInput
from .label_dpi import LabelDpi
from .label_input import LabelInput
from .label_result import LabelResult
from .label_type import LabelType
from .labels_input import LabelsInput
from .labels_result import LabelsResult
from .measurement import Measurement
from .measurement_input import MeasurementInput
from .measurement_update import MeasurementUpdate
from .order import Order
from .order_details import OrderDetails
from .order_details_input import OrderDetailsInput
from .order_details_update import OrderDetailsUpdate
from .order_input import OrderInput
from .order_item import OrderItem
from .order_item_input import OrderItemInput
from .order_item_update import OrderItemUpdate
from .order_page import OrderPage
from .order_reference import OrderReference
from .order_result import OrderResult
from .order_to_ship_input import OrderToShipInput
from .order_update import OrderUpdate
from .order_with_parcels_input import OrderWithParcelsInput
from .parcel_dimensions_input import ParcelDimensionsInput
from .parcel_input import ParcelInput
from .parcel_item_input import ParcelItemInput
from .parcel_weight_input import ParcelWeightInput
from .payment_details import PaymentDetails
from .payment_details_input import PaymentDetailsInput
from .payment_details_update import PaymentDetailsUpdate
from .price import Price
from .price_input import PriceInput
from .price_update import PriceUpdate
from .regulation_set import RegulationSet
from .service_point import ServicePoint
from .service_point_extra_data import ServicePointExtraData
from .service_point_input import ServicePointInput
from .ship_with import ShipWith
from .ship_with_input import ShipWithInput
from .ship_with_properties import ShipWithProperties
from .ship_with_properties_input import ShipWithPropertiesInput
from .ship_with_type import ShipWithType
from .shipment import Shipment
from .shipment_document import ShipmentDocument
from .shipment_reference import ShipmentReference
from .shipment_type import ShipmentType
from .shipping_details import ShippingDetails
from .shipping_details_input import ShippingDetailsInput
from .shipping_details_update import ShippingDetailsUpdate
from .shop_integration import ShopIntegration
from .sort_key import SortKey
from .status import Status
from .status_input import StatusInput
from .status_update import StatusUpdate
from .tax_number import TaxNumber
from .tax_number_input import TaxNumberInput
from .tax_numbers import TaxNumbers
from .tax_numbers_input import TaxNumbersInput
from .transportation_mode import TransportationMode
from .update_result import UpdateResult
from .upsert_result import UpsertResult
from .volume import Volume
from .volume_input import VolumeInput
from .volume_unit import VolumeUnit
from .volume_update import VolumeUpdate
from .weight import Weight
from .weight_input import WeightInput
from .weight_type import WeightType
from .weight_unit import WeightUnit
from .weight_update import WeightUpdate

__all__ = (
    "Address",
    "AddressInput",
    "AddressUpdate",
    "AdrPackingGroup",
    "ApiError",
    "CommodityRegulatedLevel",
    "Costs",
    "CostsInput",
    "CpscCertificate",
    "CpscCertificateInput",
    "CustomerDetails",
    "CustomerDetailsInput",
    "CustomerDetailsUpdate",
    "CustomsDetails",
    "CustomsDetailsInput",
    "DangerousGoods",
    "DangerousGoodsInput",
    "DangerousGoodsUnit",
    "DeliveryDates",
    "DeliveryDatesInput",
    "DeliveryDatesUpdate",
    "Dimension",
    "DimensionInput",
    "DimensionUnit",
    "DimensionUpdate",
    "ErrorLinks",
    "ErrorMeta",
    "ErrorResponse",
    "ErrorSource",
    "ExportType",
    "Integration",
    "IntegrationInput",
    "IntegrationList",
    "IntegrationResult",
    "IntegrationSortKey",
    "IntegrationUpdate",
    "ItemPriceInput",
    "ItemProperties",
    "LabelDetails",
    "LabelDetailsInput",
    "LabelDpi",
    "LabelInput",
    "LabelResult",
    "LabelType",
    "LabelsInput",
    "LabelsResult",
    "Measurement",
    "MeasurementInput",
    "MeasurementUpdate",
    "Order",
    "OrderDetails",
    "OrderDetailsInput",
    "OrderDetailsUpdate",
    "OrderInput",
    "OrderItem",
    "OrderItemInput",
    "OrderItemUpdate",
    "OrderPage",
    "OrderReference",
    "OrderResult",
    "OrderToShipInput",
    "OrderUpdate",
    "OrderWithParcelsInput",
    "ParcelDimensionsInput",
    "ParcelInput",
    "ParcelItemInput",
    "ParcelWeightInput",
    "PaymentDetails",
    "PaymentDetailsInput",
    "PaymentDetailsUpdate",
    "Price",
    "PriceInput",
    "PriceUpdate",
    "RegulationSet",
    "ServicePoint",
    "ServicePointExtraData",
    "ServicePointInput",
    "ShipWith",
    "ShipWithInput",
    "ShipWithProperties",
    "ShipWithPropertiesInput",
    "ShipWithType",
    "Shipment",
    "ShipmentDocument",
    "ShipmentReference",
    "ShipmentType",
    "ShippingDetails",
    "ShippingDetailsInput",
    "ShippingDetailsUpdate",
    "ShopIntegration",
    "SortKey",
    "Status",
    "StatusInput",
    "StatusUpdate",
    "TaxNumber",
    "TaxNumberInput",
    "TaxNumbers",
    "TaxNumbersInput",
    "TransportationMode",
    "UpdateResult",
    "UpsertResult",
    "Volume",
    "VolumeInput",
    "VolumeUnit",
    "VolumeUpdate",
    "Weight",
    "WeightInput",
    "WeightType",
    "WeightUnit",
    "WeightUpdate",
)
