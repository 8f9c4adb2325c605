"""The orders of examples/orders.ndjson: remade byte for byte, valid, and as varied as they claim to be."""

import runpy
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import schemas
from orders.realistic import read_orders

EXAMPLES = Path(__file__).parents[3] / "examples"
FILE = EXAMPLES / "orders.ndjson"
ORDERS = read_orders()

Order = dict[str, Any]
Feature = Callable[[Order], bool]


def leaves(node: object, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every plain value with the dotted path of its field; an empty list counts as a value."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from leaves(value, f"{path}.{name}")
    elif isinstance(node, list) and node:
        for value in node:
            yield from leaves(value, path)
    else:
        yield path, node


def field(end: str, test: Callable[[Any], object] = lambda value: True) -> Feature:
    """Tell whether a field whose path ends like this holds a value that passes the test."""
    return lambda order: any(path.endswith(end) and test(value) for path, value in leaves(order))


def equal(end: str, wanted: object) -> Feature:
    return field(end, lambda value: value == wanted)


def text(test: Callable[[str], object]) -> Feature:
    return field("", lambda value: isinstance(value, str) and test(value))


def price(amount: float) -> Feature:
    return equal("price.value", amount)


def clock(end: str) -> Feature:
    return field("_at", lambda value: value and value.endswith(end))


def day_differs(order: Order) -> bool:
    created = datetime.fromisoformat(order["order_details"]["order_created_at"])
    return created.date() != created.astimezone(UTC).date()


def has(*path: str) -> Feature:
    def reaches(order: Order) -> bool:
        node: Any = order
        for name in path:
            node = node.get(name) if isinstance(node, dict) else None
        return node is not None

    return reaches


def address(test: Callable[[Order], object]) -> Feature:
    return lambda order: bool(test(order["shipping_address"]))


def script(prefix: str) -> Feature:
    """Tell whether the city is written in a script, by the names that Unicode gives its letters."""
    return address(lambda place: any(unicodedata.name(letter).startswith(prefix) for letter in place["city"]))


def country(code: str) -> Feature:
    return address(lambda place: place["country_code"] == code)


def items(test: Callable[[list[Order]], object]) -> Feature:
    return lambda order: bool(test(order["order_details"]["order_items"]))


def ship_with(test: Callable[[Order], object]) -> Feature:
    return lambda order: (
        "ship_with" in order.get("shipping_details", {})
        and bool(test(order["shipping_details"]["ship_with"]["properties"]))
    )


COUNTRIES = ("NL", "DE", "FR", "IT", "ES", "GB", "US", "CA", "CH", "JP", "BR", "TR", "GR", "IL", "AE", "IN", "KR", "TH")
CURRENCIES = ("EUR", "GBP", "USD", "CHF")
OFFSETS = ("Z", "+00:00", "+01:00", "-03:30", "+05:30", "+05:45", "+09:00", "-08:00", "+14:00", "-12:00", "+12:45")
SHIPMENT_TYPES = ("commercial_goods", "gift", "commercial_sample", "returned_goods")
UNITS = ("cm", "mm", "m", "yd", "ft", "in", "kg", "g", "lbs", "oz", "m3", "cm3", "l", "ml", "gal")

# What the file has to show, and in how many orders at least.
FEATURES: dict[str, tuple[int, Feature]] = {
    "latin script": (100, script("LATIN")),
    "cyrillic script": (5, script("CYRILLIC")),
    "greek script": (5, script("GREEK")),
    "hebrew script": (5, script("HEBREW")),
    "arabic script": (5, script("ARABIC")),
    "devanagari script": (5, script("DEVANAGARI")),
    "thai script": (5, script("THAI")),
    "hangul script": (5, script("HANGUL")),
    "han script": (5, script("CJK UNIFIED")),
    "kana script": (5, text(lambda value: any(unicodedata.name(c, "").startswith("KATAKANA") for c in value))),
    **{f"to {code}": (5, country(code)) for code in COUNTRIES},
    "emoji joined from several": (5, text(lambda value: "👨‍👩‍👧‍👦" in value)),
    "flag and skin tone": (5, text(lambda value: "🇳🇱" in value and "👍🏽" in value)),
    "right-to-left mixed with left-to-right": (5, field("notes", lambda value: "floor" in value and "ד" in value)),
    "letters with detached marks": (10, text(lambda value: unicodedata.normalize("NFC", value) != value)),
    "leading and trailing blanks": (10, text(lambda value: value.strip() and value != value.strip())),
    "line break and tab": (5, field("notes", lambda value: "\n" in value and "\t" in value)),
    "quotes, backslash, markup": (5, field("notes", lambda value: "\\" in value and "<b>" in value)),
    "empty text": (10, text(lambda value: not value)),
    "notes of thousands of characters": (4, field("notes", lambda value: len(value) > 3000)),
    "long customer name": (5, address(lambda place: len(place["name"]) > 120)),
    "long product name": (5, items(lambda entries: any(len(entry["name"]) > 300 for entry in entries))),
    "order number with a hash": (20, lambda order: order["order_number"].startswith("#")),
    "order id like a URL": (20, lambda order: "://" in order["order_id"]),
    "order id outside ASCII": (20, lambda order: not order["order_id"].isascii()),
    "one cent": (10, price(0.01)),
    "ten cents, which no float holds exactly": (10, price(0.1)),
    "price of nothing": (10, price(0)),
    "more than a million": (10, price(1234567.89)),
    **{f"in {code}": (5, equal("currency", code)) for code in CURRENCIES},
    "discount and other costs": (10, has("payment_details", "discount_granted", "value")),
    "costs without a value": (3, equal("discount_granted.value", None)),
    "cash on delivery": (10, equal("is_cash_on_delivery", True)),
    "invoice date": (10, has("payment_details", "invoice_date")),
    **{f"clock at {offset}": (5, clock(offset)) for offset in OFFSETS},
    "fractions of a second": (50, field("_at", lambda value: value and "." in value)),
    "microseconds": (50, field("_at", lambda value: value and ".123456" in value)),
    "another day in UTC than at the shop": (20, day_differs),
    "customs": (50, has("customs_details")),
    "tax numbers": (30, has("customs_details", "tax_numbers")),
    "no receiver's tax number": (10, equal("receiver", [])),
    "tax number without a name": (5, equal("name", None)),
    **{f"sent as {kind}": (5, equal("shipment_type", kind)) for kind in SHIPMENT_TYPES},
    "service point by Sendcloud's id": (10, has("service_point_details", "id")),
    "service point by the carrier's id": (10, has("service_point_details", "carrier_service_point_id")),
    "service point with extra data": (10, has("service_point_details", "extra_data")),
    "ship with a contract": (8, ship_with(lambda properties: properties.get("contract_id"))),
    "ship with the default contract": (8, ship_with(lambda properties: "contract_id" not in properties)),
    "ship with no contract": (8, ship_with(lambda properties: properties.get("contract_id", 0) is None)),
    "dangerous goods by air": (10, equal("regulation_set", "IATA")),
    "dangerous goods by road": (10, equal("regulation_set", "ADR")),
    **{f"measured in {unit}": (5, equal("unit", unit)) for unit in UNITS},
    "whole parcel measured": (10, has("shipping_details", "measurement")),
    "local pickup": (5, equal("is_local_pickup", True)),
    "separate billing address": (20, has("billing_address")),
    "post office box": (5, field("po_box", lambda value: value)),
    "mail address outside ASCII": (20, field("address.email", lambda value: not value.isascii())),
    "state or province": (50, field("state_province_code")),
    "company": (20, field("company_name", lambda value: value)),
    "product image": (20, field("image_url")),
    "nested properties": (20, items(lambda entries: any("properties" in entry for entry in entries))),
    "promised dates": (20, field("handover_at")),
    "promised date left open": (5, equal("deliver_at", None)),
    "textile codes for the US": (3, field("mid_code")),
    "the manufacturer's own id": (20, field("manufacturer_product_id")),
    "the manufacturer's id under a standard": (20, field("manufacturer_product_id_std", lambda value: value)),
    "no id under a standard": (5, equal("manufacturer_product_id_std", None)),
    "reference for the EU's rules on deforestation": (20, field("dds_reference")),
    "tariff code of the EU": (20, field("taric_code")),
    "safety certificate for the US": (5, field("cpsc.version_id")),
    "tags": (30, has("order_details", "tags")),
    "no tag at all": (5, equal("tags", [])),
    "one item": (30, items(lambda entries: len(entries) == 1)),
    "dozens of items": (2, items(lambda entries: len(entries) == 40)),
    "thousands of one item": (5, equal("quantity", 9999)),
}


def test_the_script_writes_exactly_the_file() -> None:
    assert runpy.run_path(str(EXAMPLES / "make_orders.py"))["lines"]() == FILE.read_bytes().decode("utf-8")


def test_there_are_250_orders_in_less_than_a_megabyte() -> None:
    assert len(ORDERS) == 250
    assert FILE.stat().st_size < 1_000_000


def test_each_order_has_a_key_of_its_own() -> None:
    keys = {(order["order_details"]["integration"]["id"], order["order_id"]) for order in ORDERS}
    assert len(keys) == len(ORDERS)


def test_some_orders_share_an_order_id_and_differ_in_integration_only() -> None:
    assert len({order["order_id"] for order in ORDERS}) < len(ORDERS)


def test_the_orders_belong_to_three_integrations() -> None:
    assert {order["order_details"]["integration"]["id"] for order in ORDERS} == {41, 68, 93}


def test_no_order_carries_an_id_of_the_service() -> None:
    assert not [order["order_id"] for order in ORDERS if "id" in order]


def test_no_item_name_repeats_within_an_order() -> None:
    # PATCH finds items by name, so examples that are to be updated must not repeat one.
    for order in ORDERS:
        names = [item["name"] for item in order["order_details"]["order_items"]]
        assert len(set(names)) == len(names), order["order_id"]


def test_mail_goes_to_reserved_domains_only() -> None:
    mail = {value for order in ORDERS for path, value in leaves(order) if path.endswith("email")}
    assert {address.partition("@")[2] for address in mail} == {"example.com", "example.org"}


@pytest.mark.rule("UPSERT-BOUNDS")
def test_each_order_is_valid_against_the_spec() -> None:
    faults = {line: schemas.faults("OrderInput", order) for line, order in enumerate(ORDERS, 1)}
    assert {line: found for line, found in faults.items() if found} == {}


@pytest.mark.parametrize("feature", FEATURES)
def test_enough_orders_show(feature: str) -> None:
    least, shows = FEATURES[feature]
    assert sum(map(shows, ORDERS)) >= least
