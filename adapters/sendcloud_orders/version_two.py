"""The fields of the service's API v2, whose orders callers may still pass, and where v3 has what they say."""

V3_PLACES = {
    "address": "shipping_address.address_line_1",
    "address_2": "shipping_address.address_line_2",
    "city": "shipping_address.city",
    "company_name": "shipping_address.company_name",
    "country": "shipping_address.country_code",
    "country_state": "shipping_address.state_province_code",
    "currency": "payment_details.total_price.currency",
    "customs_invoice_nr": "customs_details.commercial_invoice_number",
    "customs_shipment_type": "customs_details.shipment_type",
    "email": "shipping_address.email",
    "external_order_id": "order_id",
    "height": "shipping_details.measurement.dimension.height",
    "house_number": "shipping_address.house_number",
    "integration": "order_details.integration",
    "length": "shipping_details.measurement.dimension.length",
    "name": "shipping_address.name",
    "order_number": "order_number",
    "order_status": "order_details.status",
    "parcel_items": "order_details.order_items",
    "payment_status": "payment_details.status",
    "postal_code": "shipping_address.postal_code",
    "shipment": "shipping_details.ship_with",
    "shipping_method": "shipping_details.ship_with",
    "shipping_method_checkout_name": "shipping_details.delivery_indicator",
    "telephone": "shipping_address.phone_number",
    "to_post_number": "service_point_details.post_number",
    "to_service_point": "service_point_details.id",
    "to_state": "shipping_address.state_province_code",
    "total_order_value": "payment_details.total_price.value",
    "total_order_value_currency": "payment_details.total_price.currency",
    "updated_at": "order_details.order_updated_at",
    "weight": "shipping_details.measurement.weight",
    "width": "shipping_details.measurement.dimension.width",
}
V2_WRAPPERS = ("parcel", "parcels", "shipments")
SHARED_ROOTS = {"id", "order_number"}
"""Fields at the top that v2 and v3 call the same."""
V2_ROOTS = {(name,) for name in (*V3_PLACES, *V2_WRAPPERS)} - {(name,) for name in SHARED_ROOTS}
