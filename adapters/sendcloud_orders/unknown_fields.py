"""Say of a field that the schema does not know which one was meant: one spelled alike, or v3's place of a v2 field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from .errors import FieldError
from .pointers import FieldPath

_REFUSED = "Extra inputs are not permitted"

# The fields of v2's parcels and shipments, and where v3 has what they say.
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
_V2_WRAPPERS = ("parcel", "parcels", "shipments")
_V2_ROOTS = {(name,) for name in (*V3_PLACES, *_V2_WRAPPERS)} - {("order_number",)}


def unknown_errors(name: str, value: object, path: FieldPath, known: Sequence[str]) -> Iterator[FieldError]:
    """Refuse a field that the schema does not know at `path`, where it knows `known`; v2's parcels field by field."""
    here = (*path, name)
    if not path and name in _V2_WRAPPERS:
        message = f"{_REFUSED}: this is the v2 shape; v3 takes orders with no {name} around them"
        yield FieldError(message, here, "extra_forbidden")
        for inner in value if isinstance(value, dict) else ():
            if inner in V3_PLACES:
                yield FieldError(_moved(inner), (*here, inner), "extra_forbidden")
    else:
        yield FieldError(
            _moved(name) if not path and name in V3_PLACES else _REFUSED + _meant(name, known), here, "extra_forbidden"
        )


def is_v2(path: FieldPath) -> bool:
    """Tell whether a path of a body is one that v2 has and v3 does not."""
    return path[:1] in _V2_ROOTS


def _moved(name: str) -> str:
    return f"{_REFUSED}: this is the v2 shape; v3 has it at {V3_PLACES[name]}"


def _meant(name: str, known: Sequence[str]) -> str:
    renamed = V3_PLACES.get(name, "").rpartition(".")[2]
    alike = [renamed] if renamed in known else get_close_matches(name, known, n=1)
    return f"; did you mean {alike[0]}?" if alike else ""
