"""Hypothesis strategies for orders: always valid, small at first, rich when it counts.

Each order is drawn at one of three fills: `sparse` has the required fields alone, `mixed` some of the optional ones,
`full` all of them. Sparse comes first, so that a failing example shrinks to the few fields that matter.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any, Literal, NamedTuple

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from orders.factory import with_value, without
from sendcloud_orders_api.models import OrderInput

Json = dict[str, Any]
Key = tuple[int, str]
Path = tuple[str | int, ...]
Fill = Literal["sparse", "mixed", "full"]

FILLS: tuple[Fill, ...] = ("sparse", "sparse", "mixed", "mixed", "mixed", "full")
INTEGRATIONS = (41, 68, 93)
CURRENCIES = ("EUR", "GBP", "USD", "CHF")
OFFSETS = (0, *range(-12 * 60, 14 * 60 + 1, 15))
"""Minutes from UTC: every quarter of an hour that a clock on Earth may show."""
PHRASES = (
    "x",
    "Beispiel",
    " leading",
    "trailing ",
    " ",
    "\u00a0no-break\u2003",
    "two\nlines\tand a tab",
    'quote " backslash \\ slash / <b>&amp;</b>',
    "null",
    "0",
    "#1001",
    "Zoe\u0308 Exemple, I\u0307stanbul, \ufb01",
    "Straße ẞ Œuvre Łódź",
    "Παράδειγμα",
    "Пример № 5",
    "דוגמה (4)",
    "مثال ١٢",
    "उदाहरण",
    "ตัวอย่าง",
    "예시",
    "見本\u3000ミホン",
    "例 \U00020bb7",
    "🎁👨‍👩‍👧‍👦🇳🇱👍🏽",
)
LONG = ("Every phrase in one long text: " + " | ".join(PHRASES) + ". ") * 12


# ---------------------------------------------------------------- values


def text(min_size: int = 0) -> SearchStrategy[str]:
    """Draw text of any script that JSON can carry, blanks at its ends included."""
    # Of control characters only tab and line feed: no rule says that the service takes and keeps the others.
    letters = st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co"), include_characters="\t\n")
    return st.sampled_from(PHRASES if min_size else ("", *PHRASES)) | st.text(letters, min_size=min_size, max_size=9)


def money() -> SearchStrategy[float]:
    """Draw an amount in whole cents, from nothing to a million and more."""
    edges = (0.01, 0, 0.1, 0.2, 0.3, 0.29, 1.1, 19.99, 100, 1234567.89, 99999999.99)
    return st.sampled_from(edges) | st.integers(0, 10_000_000).map(lambda cents: cents / 100)


def timestamps() -> SearchStrategy[str]:
    """Draw a moment as ISO 8601 with any offset, with none to six decimals of a second."""
    return st.builds(_stamp, st.integers(0, 2_000_000_000), st.sampled_from(OFFSETS), st.integers(0, 5))


def _stamp(seconds: int, offset: int, form: int) -> str:
    moment = datetime.fromtimestamp(seconds, timezone(timedelta(minutes=offset)))
    moment += timedelta(microseconds=(0, 0, 0, 120_000, 123_456, 999_999)[form])
    written = moment.isoformat(timespec="milliseconds" if form == 3 else "auto")
    return written.replace("+00:00", "Z") if form % 2 else written


def order_key(integrations: Sequence[int] = INTEGRATIONS) -> SearchStrategy[Key]:
    """Draw the key of an order: the integration, and the shop's order id in one of the ways that shops write it."""
    forms = ("{}", "A-{}", "gid://shop.example.com/Order/{}", "注文 {}", "#{}", "{:08x}-0000-4000-8000-000000000000")
    order_ids = st.builds(str.format, st.sampled_from(forms), st.integers(1, 10**9))
    return st.tuples(st.sampled_from(integrations), order_ids)


# ---------------------------------------------------------------- orders


@st.composite
def order_input(draw: DrawFn, key: Key | None = None, fill: Fill | None = None) -> Json:
    """Draw one order as it is sent on POST, without Sendcloud's id.

    A given `key` is kept; a given `fill` says how many of the optional fields are there.
    """
    integration, order_id = key or draw(order_key())
    order = draw(_order(fill or draw(st.sampled_from(FILLS))))
    order["order_details"]["integration"] = {"id": integration}
    return {"order_id": order_id, **order}


def order_model(key: Key | None = None, fill: Fill | None = None) -> SearchStrategy[OrderInput]:
    """Draw the same orders as models of the generated package."""
    return order_input(key, fill).map(lambda order: msgspec.convert(order, OrderInput))


@st.composite
def batch(
    draw: DrawFn,
    min_size: int = 1,
    max_size: int = 6,
    known: Sequence[Key] = (),
    integrations: Sequence[int] = INTEGRATIONS,
) -> list[Json]:
    """Draw a batch of orders with a key each: new ones, and where `known` keys are given some of those again."""
    new = order_key(integrations)
    keys = st.sampled_from(known) | new if known else new
    chosen = draw(st.lists(keys, min_size=min_size, max_size=max_size, unique=True))
    return [draw(order_input(key)) for key in chosen]


@st.composite
def order_update(draw: DrawFn, order: Json) -> Json:
    """Draw a PATCH body that is valid for a stored order: it changes no key and names only items that are there."""
    fill: Fill = draw(st.sampled_from(("mixed", "mixed", "full")))
    point = order.get("service_point_details")
    by_carrier = draw(st.booleans()) if point is None else "carrier_service_point_id" in point
    changes = draw(_changes(fill, by_carrier))
    names: list[str] = [item["name"] for item in order["order_details"]["order_items"]]
    # A name that two items share is ambiguous, and what a PATCH does then is not documented.
    lone = [name for name in names if names.count(name) == 1]
    with_items = draw(st.booleans())
    if lone and with_items:
        chosen = draw(st.lists(st.sampled_from(lone), min_size=1, max_size=3, unique=True))
        items = [draw(_item_changes(fill)) | {"name": name} for name in chosen]
        changes["order_details"] = changes.get("order_details", {}) | {"order_items": items}
    if draw(st.booleans()):
        changes["order_id"] = order["order_id"]
    return changes


# ---------------------------------------------------------------- orders with one fault

Flaw = tuple[str, Path, Any]

ABSENT = object()
ITEM: Path = ("order_details", "order_items", 0)
FAULTS: tuple[Flaw, ...] = (
    *(("missing", (name,), ABSENT) for name in ("order_id", "order_number", "order_details", "payment_details")),
    ("missing", ("order_details", "integration"), ABSENT),
    ("missing", ("order_details", "integration", "id"), ABSENT),
    ("missing", ("order_details", "status", "code"), ABSENT),
    ("missing", ("order_details", "order_created_at"), ABSENT),
    ("missing", ("order_details", "order_items"), ABSENT),
    *(("missing", (*ITEM, name), ABSENT) for name in ("name", "quantity", "total_price")),
    *(("missing", ("payment_details", "total_price", name), ABSENT) for name in ("value", "currency")),
    ("missing", ("payment_details", "status"), ABSENT),
    *(("missing", ("shipping_address", name), ABSENT) for name in ("name", "address_line_1", "postal_code", "city")),
    ("missing", ("billing_address", "country_code"), ABSENT),
    ("missing", ("customer_details", "name"), ABSENT),
    ("missing", (*ITEM, "measurement", "weight", "unit"), ABSENT),
    ("missing", ("shipping_details", "ship_with", "properties", "shipping_option_code"), ABSENT),
    ("null", ("order_number",), None),
    ("null", ("shipping_address", "city"), None),
    ("null", (*ITEM, "total_price"), None),
    ("wrong type", ("order_number",), 1001),
    ("wrong type", ("order_details", "integration", "id"), "41"),
    ("wrong type", ("order_details", "order_items"), {}),
    ("wrong type", ("order_details", "tags"), "fragile"),
    ("wrong type", ("order_details", "tags"), [5]),
    ("wrong type", (*ITEM, "quantity"), "2"),
    ("wrong type", (*ITEM, "quantity"), 1.5),
    ("wrong type", (*ITEM, "properties"), ["red"]),
    ("wrong type", (*ITEM, "manufacturer_product_id"), 70),
    ("wrong type", (*ITEM, "taric_code"), 9503009990),
    ("wrong type", (*ITEM, "cpsc"), "RATTLE-2"),
    ("wrong type", (*ITEM, "cpsc", "version_id"), 3),
    ("wrong type", ("payment_details", "total_price", "value"), "12.50"),
    ("wrong type", ("payment_details", "is_cash_on_delivery"), "yes"),
    ("wrong type", ("shipping_address",), "Beispielweg 1"),
    ("wrong type", ("shipping_details", "measurement", "volume", "value"), 2.5),
    ("wrong enum", (*ITEM, "measurement", "dimension", "unit"), "ell"),
    ("wrong enum", (*ITEM, "measurement", "weight", "unit"), "stone"),
    ("wrong enum", (*ITEM, "measurement", "volume", "unit"), "pint"),
    ("wrong enum", (*ITEM, "dangerous_goods", "regulation_set"), "iata"),
    ("wrong enum", ("shipping_details", "ship_with", "type"), "shipping_method"),
    ("wrong enum", ("customs_details", "shipment_type"), "present"),
    ("below bound", (*ITEM, "quantity"), 0),
    ("below bound", (*ITEM, "quantity"), -1),
    ("below bound", (*ITEM, "measurement", "weight", "value"), 0),
    ("below bound", (*ITEM, "measurement", "dimension", "length"), -0.01),
    ("below bound", (*ITEM, "measurement", "volume", "value"), -1),
    ("below bound", ("shipping_details", "ship_with", "properties", "contract_id"), 0),
    *(("empty", (name,), "") for name in ("order_id", "order_number")),
    ("empty", ("order_details", "status", "code"), ""),
    ("empty", (*ITEM, "item_id"), ""),
    ("empty", ("shipping_address", "name"), ""),
    ("wrong length", (*ITEM, "country_of_origin"), "N"),
    ("wrong length", (*ITEM, "country_of_origin"), "NLD"),
    ("wrong length", (*ITEM, "manufacturer_product_id"), "M" * 71),
    ("wrong length", (*ITEM, "manufacturer_product_id_std"), "🏭" * 71),
    ("wrong length", ("payment_details", "total_price", "currency"), "EU"),
    ("wrong length", (*ITEM, "total_price", "currency"), "EURO"),
    ("naive datetime", ("order_details", "order_created_at"), "2026-11-01T10:00:00"),
    ("naive datetime", ("order_details", "order_updated_at"), "2026-11-01T10:00:00.123456"),
    ("no datetime", ("order_details", "order_created_at"), "2026-11-01"),
    ("no datetime", ("order_details", "order_created_at"), "2026-02-30T10:00:00Z"),
    ("no datetime", (*ITEM, "delivery_dates", "handover_at"), "tomorrow"),
    *(("bad id", ("id",), wrong) for wrong in (669, "", "12a", "-1", " 7", "६६९", None)),
    *(("bad pattern", ("payment_details", "discount_granted", "value"), wrong) for wrong in ("1,50", "-3", "€4", "5 ")),
    *(
        ("bad mail", ("shipping_address", "email"), wrong)
        for wrong in ("nobody", "jörg@", "@bücher.example", "a b@c.de")
    ),
    ("bad mail", ("billing_address", "email"), "jörg.example.de"),
    ("bad service point", ("service_point_details",), {"id": "1", "carrier_service_point_id": "2"}),
    ("bad service point", ("service_point_details",), {"post_number": "3"}),
    ("unknown field", ("colour",), "red"),
    ("unknown field", ("order_details", "note"), "singular"),
    ("unknown field", (*ITEM, "total_price", "amount"), 5),
    ("unknown field", (*ITEM, "cpsc", "certificate"), "3"),
    ("unknown field", ("shipping_address", "country"), "NL"),
    ("unknown field", ("service_point_details", "carrier"), "postnl"),
)
"""Kind, path and faulty value of each fault; `ABSENT` takes the field away."""


class Invalid(NamedTuple):
    """An order with exactly one fault: the path of the faulty field, and the kind of the fault."""

    order: Json
    path: Path
    kind: str


@st.composite
def invalid_order(draw: DrawFn, key: Key | None = None, faults: Sequence[Flaw] = FAULTS) -> Invalid:
    """Draw an order that would be valid but for one of the faults, and say where and of what kind that one is."""
    kind, path, wrong = draw(st.sampled_from(faults))
    order = draw(order_input(key, "sparse" if len(path) == 1 else "full"))
    needed = {"order_id", "order_number", "order_details", "payment_details", path[0]}
    order = {name: value for name, value in order.items() if name in needed}
    return Invalid(without(order, path) if wrong is ABSENT else with_value(order, path, wrong), path, kind)


# ---------------------------------------------------------------- blocks of an order

Fields = Mapping[str, SearchStrategy[Any]]


@st.composite
def _record(draw: DrawFn, fill: Fill, required: Fields, options: Fields) -> Json:
    record = {name: draw(value) for name, value in required.items()}
    if fill == "mixed":
        some = st.lists(st.sampled_from(list(options)), min_size=0 if required else 1, max_size=4, unique=True)
        return record | {name: draw(options[name]) for name in draw(some)}
    if fill == "full":
        record |= {name: draw(value) for name, value in options.items()}
    return record


def _or_null(value: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return value | value | value | st.none()


def _block_or_null(fill: Fill, block: SearchStrategy[Json]) -> SearchStrategy[Json | None]:
    return block if fill == "full" else _or_null(block)


TEXT = text()
FILLED = text(min_size=1)
NULLABLE = _or_null(TEXT)
TIME = timestamps()
CODES = st.sampled_from(("NL", "DE", "US", "JP", "GB", "CH"))
PRICE: Fields = {"value": money(), "currency": st.sampled_from(CURRENCIES)}
PRICES = ("subtotal_price", "estimated_shipping_price", "estimated_tax_price")
COSTS = ("discount_granted", "insurance_costs", "freight_costs", "other_costs")
MAIL = st.builds(
    "{}@{}".format,
    st.sampled_from(("a", "a.b", "o'c+tag", "jörg", "пример", "見本")),
    st.sampled_from(("example.com", "example.org", "xn--bcher-kva.example", "bücher.example", "пример.example")),
)
ADDRESS: Fields = {
    "name": FILLED,
    "address_line_1": TEXT,
    "postal_code": FILLED,
    "city": FILLED,
    "country_code": CODES,
}
ADDRESS_OPTIONS: Fields = {
    **dict.fromkeys(("company_name", "house_number", "address_line_2", "state_province_code", "phone_number"), TEXT),
    "po_box": NULLABLE,
    "email": MAIL,
}
SIZE = st.sampled_from((0, 0.5, 12, 1600, 0.001)) | st.integers(0, 5000)
MASS = st.sampled_from((0.001, 1, 0.25, 31.5)) | st.integers(1, 50_000)
JSON_VALUES = st.sampled_from((True, 0, -2.5, "red", None, ["a", {"b": []}], {"größe": "XL"}))
FREE_FORM = st.dictionaries(FILLED, JSON_VALUES, max_size=2)
MANUFACTURER_IDS = ("manufacturer_product_id", "manufacturer_product_id_std")
MANUFACTURER_ID = TEXT | st.sampled_from(("04006381333931", "M" * 70, "🏭" * 70))
CERTIFICATE: Fields = dict.fromkeys(("product_id", "certifier_id", "version_id"), TEXT)
DANGEROUS_TEXTS = (
    *("chemical_record_identifier", "packaging_type_quantity", "packaging_type", "packaging_instruction_code"),
    *("id_number", "class_division_number", "quantity", "proper_shipping_name", "emergency_contact_name"),
    *("emergency_contact_phone", "local_proper_shipping_name", "transport_category", "tunnel_restriction_code"),
)
DANGEROUS_CODES = {
    "regulation_set": ("IATA", "ADR"),
    "unit_of_measurement": ("KG", "G", "L", "ML"),
    "commodity_regulated_level_code": ("LQ", "EQ"),
    "transportation_mode": ("Highway", "Ground", "PAX", "CAO"),
    "adr_packing_group_letter": ("I", "II", "III"),
    "weight_type": ("Net", "Gross"),
}


@cache
def _order(fill: Fill) -> SearchStrategy[Json]:
    required = {"order_number": FILLED, "order_details": _details(fill), "payment_details": _payment(fill)}
    options = {
        "customs_details": _customs(fill),
        "customer_details": _record(fill, {"name": TEXT}, {"phone_number": TEXT, "email": MAIL}),
        "billing_address": _record(fill, ADDRESS, ADDRESS_OPTIONS),
        "shipping_address": _record(fill, ADDRESS, ADDRESS_OPTIONS),
        "shipping_details": _shipping(fill),
        "service_point_details": st.sampled_from((False, True)).flatmap(lambda by_carrier: _point(fill, by_carrier)),
    }
    return _record(fill, required, options)


@cache
def _details(fill: Fill) -> SearchStrategy[Json]:
    required = {
        "status": _status(fill),
        "order_created_at": TIME,
        "order_items": st.lists(_item(fill), min_size=1, max_size=2 if fill == "full" else 4),
    }
    options = {
        "order_updated_at": _or_null(TIME),
        "notes": _or_null(TEXT | st.just(LONG)),
        "tags": _or_null(st.lists(TEXT, max_size=3)),
    }
    return _record(fill, required, options)


@cache
def _status(fill: Fill) -> SearchStrategy[Json]:
    codes = st.sampled_from(("unfulfilled", "on_hold", "paid", "Ready to ship")) | FILLED
    return _record(fill, {"code": codes}, {"message": TEXT})


@cache
def _item(fill: Fill) -> SearchStrategy[Json]:
    required = {"name": TEXT, "quantity": st.integers(1, 9999), "total_price": st.fixed_dictionaries(dict(PRICE))}
    options = {
        **dict.fromkeys(("product_id", "variant_id", "description", "sku", "hs_code", "ean"), TEXT),
        **dict.fromkeys(("dds_reference", "taric_code"), TEXT),
        **dict.fromkeys(("mid_code", "material_content", "intended_use"), NULLABLE),
        **dict.fromkeys(MANUFACTURER_IDS, _or_null(MANUFACTURER_ID)),
        "cpsc": _record(fill, {}, CERTIFICATE),
        "item_id": FILLED,
        "image_url": st.sampled_from(
            ("https://images.example.com/1.jpg?w=600", "https://images.example.org/größe.png")
        ),
        "country_of_origin": CODES,
        "properties": FREE_FORM,
        "unit_price": _record("full", {}, PRICE),
        "measurement": _measurement(fill),
        "delivery_dates": _record(fill, {}, dict.fromkeys(("handover_at", "deliver_at"), _or_null(TIME))),
        "dangerous_goods": _record(
            fill,
            {},
            dict.fromkeys(DANGEROUS_TEXTS, NULLABLE)
            | {name: st.sampled_from(codes) for name, codes in DANGEROUS_CODES.items()},
        ),
    }
    return _record(fill, required, options)


@cache
def _measurement(fill: Fill) -> SearchStrategy[Json]:
    units = st.sampled_from(("cm", "mm", "m", "yd", "ft", "in"))
    options = {
        "dimension": st.fixed_dictionaries({"length": SIZE, "width": SIZE, "height": SIZE, "unit": units}),
        "weight": st.fixed_dictionaries({"value": MASS, "unit": st.sampled_from(("kg", "g", "lbs", "oz"))}),
        "volume": st.fixed_dictionaries(
            {"value": st.integers(0, 900), "unit": st.sampled_from(("m3", "cm3", "l", "ml", "gal"))}
        ),
    }
    return _record(fill, {}, options)


@cache
def _payment(fill: Fill) -> SearchStrategy[Json]:
    price = st.fixed_dictionaries(dict(PRICE))
    options = {
        "is_cash_on_delivery": _or_null(st.booleans()),
        "invoice_date": st.sampled_from(("2026-11-01", "1 November 2026", "", None)),
        **dict.fromkeys(PRICES, price),
        **dict.fromkeys(COSTS, _block_or_null(fill, _costs(fill))),
    }
    return _record(fill, {"total_price": price, "status": _status(fill)}, options)


@cache
def _costs(fill: Fill) -> SearchStrategy[Json]:
    value = st.sampled_from(("0", "0.30", "12", "1234.5", "007.10", None))
    return _record(fill, {}, {"value": value, "currency": _or_null(st.sampled_from(CURRENCIES))})


@cache
def _customs(fill: Fill) -> SearchStrategy[Json]:
    parties = ("sender", "receiver", "importer_of_record")
    number = _record(fill, {}, dict.fromkeys(("name", "country_code", "value"), NULLABLE))
    numbers = st.lists(number, min_size=1 if fill == "full" else 0, max_size=2)
    options = {
        "commercial_invoice_number": TEXT,
        "shipment_type": st.sampled_from(("gift", "commercial_goods", "commercial_sample", "returned_goods")),
        "export_type": st.sampled_from(("private", "commercial_b2c", "commercial_b2b")),
        "tax_numbers": _block_or_null(fill, _record(fill, {}, dict.fromkeys(parties, numbers))),
    }
    return _record(fill, {}, options)


@cache
def _shipping(fill: Fill) -> SearchStrategy[Json]:
    properties = _record(
        fill,
        {"shipping_option_code": _or_null(st.just("postnl:standard/signature"))},
        {"contract_id": _or_null(st.integers(1, 10**9))},
    )
    options = {
        "is_local_pickup": _or_null(st.booleans()),
        "delivery_indicator": TEXT,
        "measurement": _measurement(fill),
        "ship_with": st.fixed_dictionaries({"type": st.just("shipping_option_code"), "properties": properties}),
    }
    return _record(fill, {}, options)


@cache
def _point(fill: Fill, by_carrier: bool) -> SearchStrategy[Json]:
    name = "carrier_service_point_id" if by_carrier else "id"
    options = dict.fromkeys(("post_number", "latitude", "longitude", "type"), TEXT) | {"extra_data": FREE_FORM}
    return _record(fill, {name: FILLED}, options)


# ---------------------------------------------------------------- blocks of an update


@cache
def _changes(fill: Fill, by_carrier: bool) -> SearchStrategy[Json]:
    # Null is left out: whether it clears a field or is ignored is not documented.
    address = _record(fill, {}, {**ADDRESS, **ADDRESS_OPTIONS, "po_box": TEXT})
    price = _record(fill, {}, PRICE)
    status = _record(fill, {}, {"code": FILLED, "message": TEXT})
    costs = {"value": st.sampled_from(("0.30", "12")), "currency": st.sampled_from(CURRENCIES)}
    details = {"status": status, "order_created_at": TIME, "order_updated_at": TIME}
    payment = {"status": status, "invoice_date": TEXT, **dict.fromkeys(("total_price", *PRICES), price)}
    options = {
        "order_number": FILLED,
        "order_details": _record(fill, {}, details | {"notes": TEXT, "tags": st.lists(TEXT, max_size=3)}),
        "payment_details": _record(fill, {}, payment | dict.fromkeys(COSTS, _record(fill, {}, costs))),
        "customer_details": _record(fill, {}, {"name": TEXT, "phone": TEXT, "email": MAIL}),
        "billing_address": address,
        "shipping_address": address,
        "shipping_details": _record(
            fill,
            {},
            {"is_local_pickup": st.booleans(), "delivery_indicator": TEXT, "measurement": _measurement("full")},
        ),
        "service_point_details": _point(fill, by_carrier),
    }
    return _record(fill, {}, options)


@cache
def _item_changes(fill: Fill) -> SearchStrategy[Json]:
    price = _record(fill, {}, PRICE)
    options = {
        **dict.fromkeys(("item_id", "product_id", "description", "sku", "hs_code"), TEXT),
        **dict.fromkeys(("mid_code", "material_content", "intended_use", "dds_reference", "taric_code"), TEXT),
        **dict.fromkeys(MANUFACTURER_IDS, MANUFACTURER_ID),
        "cpsc": _record(fill, {}, CERTIFICATE),
        "quantity": st.integers(0, 9999),
        "measurement": _measurement("full"),
        "unit_price": price,
        "total_price": price,
        "country_of_origin": CODES,
        "delivery_dates": _record(fill, {}, dict.fromkeys(("handover_at", "deliver_at"), TIME)),
    }
    return _record(fill, {}, options)
