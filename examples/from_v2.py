"""Make v3 orders of what a program sends to Sendcloud's API v2: shipments of an integration, or parcels.

    report = orders.upsert(order_from_shipment(one, integration=41) for one in shipments)

Adapt it: what v2 lets a program leave open, v3 asks for. What is missing or cannot be read
is left so, and `check_orders` names it.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

Fields = dict[str, Any]

# v2 counts its kinds of shipment; 1, documents, is none of v3's.
SHIPMENT_TYPES = {0: "gift", 2: "commercial_goods", 3: "commercial_sample", 4: "returned_goods"}
COSTS = ("discount_granted", "insurance_costs", "freight_costs", "other_costs")


def order_from_shipment(
    shipment: Mapping[str, Any],
    *,
    integration: int,
    shipping_options: Mapping[int, str | None] | None = None,
    default_currency: str = "EUR",
) -> Fields:
    """Make an order of a shipment, as POST /integrations/{id}/shipments of v2 takes it.

    `integration` is the id in that path. `shipping_options` holds the code of a shipping option for each
    `shipping_method`; a method without one is left out. `default_currency` is that of a shipment which names none.
    Raises `ValueError` where v3 has no such thing.
    """
    currency = shipment.get("currency") or default_currency
    customs: Fields = shipment.get("customs_details") or {}
    items = [item_from_v2(item, currency) for item in shipment.get("parcel_items") or ()]
    total = shipment.get("total_order_value")
    if total in (None, ""):  # 0 is what a gift card paid in full
        prices = [item["total_price"]["value"] for item in items]
        total = sum(prices) if all(isinstance(price, Decimal) for price in prices) else None
    method, contract = int(shipment.get("shipping_method") or 0), shipment.get("contract")
    option = (shipping_options or {}).get(method)
    return filled(
        order_id=order_id_of(shipment),
        order_number=shipment.get("order_number"),
        order_details=filled(
            integration={"id": integration},
            status=status_of(shipment.get("order_status")),
            order_created_at=shipment.get("created_at"),
            order_updated_at=shipment.get("updated_at"),
        )
        | {"order_items": items},
        payment_details=filled(
            total_price={"value": amount(total), "currency": currency},
            status=status_of(shipment.get("payment_status")),
            invoice_date=customs.get("invoice_date"),
            **{name: costs_of(customs.get(name), currency) for name in COSTS},
        ),
        customs_details=filled(
            commercial_invoice_number=shipment.get("customs_invoice_nr"),
            shipment_type=shipment_type_of(shipment.get("customs_shipment_type")),
            export_type=customs.get("export_type"),
            tax_numbers=tax_numbers_of(customs.get("tax_numbers") or {}),
        ),
        customer_details=filled(
            name=shipment.get("name"), phone_number=shipment.get("telephone"), email=shipment.get("email")
        ),
        shipping_address=address_of(shipment),
        shipping_details=filled(
            delivery_indicator=shipment.get("shipping_method_checkout_name"),
            measurement=filled(weight=weight_of(shipment.get("weight")), dimension=dimension_of(shipment)),
            ship_with=option
            and {
                "type": "shipping_option_code",
                "properties": filled(shipping_option_code=option, contract_id=contract),
            },
        ),
        service_point_details=service_point_of(shipment),
    )


def shipment_from_parcel(parcel: Mapping[str, Any], *, external_order_id: str, created_at: str) -> Fields:
    """Make a shipment of a parcel, as POST /parcels of v2 takes it, which knows neither the order's id nor its time."""
    customs: Fields = parcel.get("customs_information") or {}
    method: Fields = parcel.get("shipment") or {}
    return {
        "shipping_method": method.get("id"),
        "currency": parcel.get("total_order_value_currency"),
        "to_state": parcel.get("country_state"),
        "customs_details": customs,
        **parcel,
        **{name: customs[name] for name in ("customs_invoice_nr", "customs_shipment_type") if name in customs},
        "external_order_id": external_order_id,
        "order_number": parcel.get("order_number") or external_order_id,
        "created_at": created_at,
    }


def order_id_of(shipment: Mapping[str, Any]) -> str:
    """Return the key of the order. Two shipments of one order need two, or the second would replace the first."""
    parts = (shipment.get("external_order_id"), shipment.get("external_shipment_id"))
    return "_".join(str(part) for part in parts if part not in (None, ""))


def item_from_v2(item: Mapping[str, Any], currency: str) -> Fields:
    """Make an item; `value` is the price of one piece in v2, `total_price` that of all pieces."""
    price, quantity = amount(item.get("value")), amount(item.get("quantity"))
    readable = isinstance(price, Decimal) and isinstance(quantity, Decimal)
    kept = ("item_id", "product_id", "hs_code", "sku", "properties", "dds_reference", "dangerous_goods")
    return filled(
        name=item.get("description"),
        quantity=item.get("quantity"),
        unit_price={"value": price, "currency": currency},
        total_price={"value": price * quantity if readable else price, "currency": currency},
        country_of_origin=item.get("origin_country"),
        measurement=filled(weight=weight_of(item.get("weight"))),
        **{name: item.get(name) for name in (*kept, "mid_code", "material_content", "intended_use")},
    )


def address_of(shipment: Mapping[str, Any]) -> Fields:
    """Make the address; `po_box`, which v2 does not know, stays empty."""
    country, state = shipment.get("country"), shipment.get("to_state")
    return filled(
        name=shipment.get("name"),
        company_name=shipment.get("company_name"),
        address_line_1=shipment.get("address"),
        house_number=shipment.get("house_number"),
        address_line_2=shipment.get("address_2"),
        postal_code=shipment.get("postal_code"),
        city=shipment.get("city"),
        state_province_code=state and (state if "-" in state or not country else f"{country}-{state}"),
        country_code=country,
        phone_number=shipment.get("telephone"),
        email=shipment.get("email"),
    )


def service_point_of(shipment: Mapping[str, Any]) -> Fields:
    """Make the service point: its id was a number, and is a text."""
    point = shipment.get("to_service_point")
    return filled(id=str(point), post_number=shipment.get("to_post_number")) if point else {}


def status_of(status: Mapping[str, Any] | None) -> Fields:
    """Make a status; v2 may have none, v3 wants one."""
    return filled(code=status.get("id"), message=status.get("message")) if status else {"code": "unknown"}


def weight_of(kilograms: Any) -> Fields:
    """Make a weight; v3 takes none of zero."""
    weight = amount(kilograms or 0)
    return {"value": weight, "unit": "kg"} if weight != 0 else {}


def dimension_of(shipment: Mapping[str, Any]) -> Fields:
    """Make a size where all three sides are given, which v3 asks for."""
    sides = {name: amount(shipment.get(name) or 0) for name in ("length", "width", "height")}
    return {**sides, "unit": "cm"} if all(sides.values()) else {}


def shipment_type_of(number: int | str | None) -> str | None:
    """Name the kind of shipment for customs; raise `ValueError` for documents."""
    if number in (None, ""):
        return None
    if int(number) not in SHIPMENT_TYPES:
        known = ", ".join(f"{known} for {name}" for known, name in SHIPMENT_TYPES.items())
        raise ValueError(f"customs_shipment_type {number} has no counterpart in v3: choose of {known}")
    return SHIPMENT_TYPES[int(number)]


def costs_of(costs: Mapping[str, Any] | str | float | Decimal | None, currency: str) -> Fields:
    """Make costs, which the sources of v2 give as a text or as an object."""
    given = costs if isinstance(costs, Mapping) else {"value": costs}
    return {"value": given["value"], "currency": given.get("currency") or currency} if given.get("value") else {}


def tax_numbers_of(parties: Mapping[str, Iterable[Mapping[str, Any]] | None]) -> Fields:
    """Make tax numbers, each of which the sources of v2 give plain or wrapped in `tax_number`."""
    return {
        party.replace("records", "record"): [tax_number_of(one) for one in numbers or ()]
        for party, numbers in parties.items()
    }


def tax_number_of(number: Mapping[str, Any]) -> Fields:
    """Make a tax number; its `country` is now called `country_code`."""
    plain = number.get("tax_number") or number
    country = plain.get("country_code", plain.get("country"))
    return {"name": plain.get("name"), "country_code": country, "value": plain.get("value")}


def amount(value: Any) -> Any:
    """Read an amount, a float by its digits, without the noise of its binary form; give back what is none."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return value


def filled(**fields: Any) -> Fields:
    """Leave out what is None or empty: v2 wants each field, if only as an empty text, and v3 wants it left out."""
    return {name: value for name, value in fields.items() if value not in (None, "", {}, [])}
