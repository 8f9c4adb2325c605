"""What a program sends to the API v2 becomes orders that v3 takes, and the page about it names fields that exist."""

import re
import runpy
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from sendcloud_orders import check_orders

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "from-v2-to-v3.md"
FROM_V2 = runpy.run_path(str(ROOT / "examples" / "from_v2.py"))
order_from_shipment: Callable[..., dict[str, Any]] = FROM_V2["order_from_shipment"]
shipment_from_parcel: Callable[..., dict[str, Any]] = FROM_V2["shipment_from_parcel"]

CREATED = "2026-11-02T12:00:00Z"
LEAST: dict[str, Any] = {
    "name": "Inventa Fictiva",
    "address": "Beispielweg",
    "address_2": "",
    "house_number": "1",
    "company_name": "",
    "postal_code": "1234 AB",
    "city": "Voorbeeldstad",
    "country": "NL",
    "to_state": None,
    "telephone": "",
    "email": "",
    "external_order_id": "shop-1001",
    "external_shipment_id": None,
    "order_number": "1001",
    "order_status": None,
    "payment_status": None,
    "created_at": CREATED,
    "updated_at": CREATED,
    "currency": None,
    "customs_invoice_nr": "",
    "customs_shipment_type": None,
    "parcel_items": None,
    "shipping_method_checkout_name": "",
    "to_post_number": "",
    "to_service_point": None,
}

# ---------------------------------------------------------------- what v2 takes, by its document

WORD = st.text("abcÄß 7-", min_size=1, max_size=8)
EMPTY_OR = st.just("") | WORD
AMOUNT = st.decimals("0", "9999.99", places=2).map(str)
MEASURE = st.none() | st.decimals("0", "99.999", places=3).map(str)
STATUS = st.none() | st.fixed_dictionaries({"id": WORD, "message": WORD})
MAIL = st.sampled_from(("", "inventa@example.com"))
CODES = {"name": WORD, "value": WORD}
TAX_NUMBER = st.fixed_dictionaries(CODES | {"country_code": st.just("NL")}) | st.fixed_dictionaries(
    {"tax_number": st.fixed_dictionaries(CODES | {"country": st.just("NL")})}
)
COSTS = AMOUNT | st.fixed_dictionaries({"value": st.none() | AMOUNT, "currency": st.sampled_from((None, "GBP"))})
ITEM = st.fixed_dictionaries(
    {"description": WORD, "quantity": st.integers(1, 99), "value": AMOUNT},
    optional={
        "weight": MEASURE,
        "hs_code": WORD,
        "origin_country": st.sampled_from((None, "NL", "CN")),
        "product_id": WORD,
        "sku": WORD,
        "properties": st.dictionaries(WORD, st.none() | WORD, max_size=2),
        **dict.fromkeys(("mid_code", "material_content", "intended_use"), st.none() | WORD),
    },
)
SHIPMENT = st.fixed_dictionaries(
    {
        **dict.fromkeys(("name", "address", "postal_code", "city", "external_order_id", "order_number"), WORD),
        **dict.fromkeys(("address_2", "house_number", "company_name", "telephone", "customs_invoice_nr"), EMPTY_OR),
        **dict.fromkeys(("shipping_method_checkout_name", "to_post_number"), EMPTY_OR),
        **dict.fromkeys(("order_status", "payment_status"), STATUS),
        **dict.fromkeys(("created_at", "updated_at"), st.sampled_from((CREATED, "2026-11-02T13:00:00.123000+01:00"))),
        "country": st.sampled_from(("NL", "IT", "US")),
        "to_state": st.sampled_from((None, "RM", "US-NY")),
        "currency": st.sampled_from((None, "EUR", "USD", "GBP")),
        "customs_shipment_type": st.sampled_from((None, 0, 2, 3, 4)),
        "email": MAIL,
        "external_shipment_id": st.none() | WORD,
        "parcel_items": st.none() | st.lists(ITEM, max_size=3),
        "to_service_point": st.none() | st.integers(1, 10**8),
    },
    optional={
        **dict.fromkeys(("weight", "length", "width", "height"), MEASURE),
        "shipping_method": st.none() | st.integers(1, 3),
        "total_order_value": st.none() | AMOUNT,
        "customs_details": st.none()
        | st.fixed_dictionaries(
            {},
            optional={
                **dict.fromkeys(("discount_granted", "insurance_costs", "freight_costs", "other_costs"), COSTS),
                "tax_numbers": st.none()
                | st.fixed_dictionaries(
                    dict.fromkeys(("sender", "receiver", "importer_of_records"), st.lists(TAX_NUMBER, max_size=2))
                ),
            },
        ),
    },
)
OPTIONS = {1: "invented:standard", 2: None}


@given(SHIPMENT)
def test_whatever_shipment_v2_takes_becomes_an_order_that_the_check_passes(shipment: dict[str, Any]) -> None:
    order = order_from_shipment(shipment, integration=41, shipping_options=OPTIONS)
    assert [str(one) for one in check_orders([order])] == []


@given(SHIPMENT.filter(lambda shipment: shipment["parcel_items"]))
def test_the_pieces_of_an_item_are_paid_for_one_by_one_and_together(shipment: dict[str, Any]) -> None:
    order = order_from_shipment(shipment, integration=41)
    for old, new in zip(shipment["parcel_items"], order["order_details"]["order_items"], strict=True):
        assert new["unit_price"]["value"] == Decimal(old["value"])
        assert new["total_price"]["value"] == Decimal(old["value"]) * old["quantity"]


def test_the_least_shipment_becomes_an_order() -> None:
    assert list(check_orders([order_from_shipment(LEAST, integration=41)])) == []


def test_two_shipments_of_one_order_get_two_keys() -> None:
    orders = [order_from_shipment(LEAST | {"external_shipment_id": part}, integration=41) for part in ("S1", "S2")]
    assert [order["order_id"] for order in orders] == ["shop-1001_S1", "shop-1001_S2"]


def test_a_shipment_of_documents_is_refused_with_a_reason() -> None:
    with pytest.raises(ValueError, match="customs_shipment_type 1 has no counterpart"):
        order_from_shipment(LEAST | {"customs_shipment_type": 1}, integration=41)


ITEM_OF_ONE = {"description": "Tea tin", "quantity": 1, "value": "9.95"}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        *(
            ({name: ...}, field)
            for name, field in (("external_order_id", "order_id"), ("order_number", "order_number"))
        ),
        ({"created_at": ...}, "order_details.order_created_at"),
        ({"name": ...}, "shipping_address.name"),
        ({"address": ...}, "shipping_address.address_line_1"),
        ({"postal_code": ...}, "shipping_address.postal_code"),
        ({"city": ...}, "shipping_address.city"),
        ({"country": ..., "to_state": "RM"}, "shipping_address.country_code"),
        ({"order_status": {"message": "Open"}}, "order_details.status.code"),
        ({"total_order_value": "19,90"}, "payment_details.total_price.value"),
        ({"parcel_items": [ITEM_OF_ONE | {"value": None}]}, "payment_details.total_price.value"),
        ({"parcel_items": [{}], "total_order_value": 5}, "order_details.order_items[0].name"),
        ({"parcel_items": [ITEM_OF_ONE | {"value": "9,95"}]}, "order_details.order_items[0].unit_price.value"),
        ({"parcel_items": [ITEM_OF_ONE | {"quantity": "two"}]}, "order_details.order_items[0].quantity"),
        ({"weight": "0,5"}, "shipping_details.measurement.weight.value"),
        ({"weight": "-1"}, "shipping_details.measurement.weight.value"),
    ],
)
def test_what_is_missing_or_cannot_be_read_is_named_by_the_check(changed: dict[str, Any], field: str) -> None:
    shipment = {name: value for name, value in (LEAST | changed).items() if value is not ...}
    [refused] = check_orders([order_from_shipment(shipment, integration=41)])
    assert field in [error.field for error in refused.errors]


@pytest.mark.parametrize("total", [0, "0", "0.00"])
def test_an_order_that_cost_nothing_costs_nothing(total: object) -> None:
    order = order_from_shipment(LEAST | {"total_order_value": total, "parcel_items": [ITEM_OF_ONE]}, integration=41)
    assert order["payment_details"]["total_price"]["value"] == 0


def test_ids_may_be_numbers() -> None:
    order = order_from_shipment(LEAST | {"external_order_id": 1001, "external_shipment_id": 7}, integration=41)
    assert order["order_id"] == "1001_7"


def test_numbers_and_their_text_mean_the_same() -> None:
    given = {"shipping_method": 1, "customs_shipment_type": 2, "customs_details": {"freight_costs": 6.5}}
    item = ITEM_OF_ONE | {"quantity": 2.0, "value": 9.95}
    texts = {"shipping_method": "1", "customs_shipment_type": "2", "customs_details": {"freight_costs": "6.5"}}
    made = [
        order_from_shipment(LEAST | one | {"parcel_items": [item]}, integration=41, shipping_options=OPTIONS)
        for one in (given, texts)
    ]
    assert list(check_orders(made[:1])) == []
    assert made[0]["shipping_details"] == made[1]["shipping_details"]
    assert made[0]["customs_details"] == made[1]["customs_details"]
    assert Decimal(str(made[0]["payment_details"]["freight_costs"]["value"])) == Decimal("6.5")
    assert made[0]["order_details"]["order_items"][0]["total_price"]["value"] == Decimal("19.9")


def test_none_everywhere_makes_an_order_that_the_check_refuses() -> None:
    customs = {"tax_numbers": {"sender": None, "receiver": [{"tax_number": None}]}, "freight_costs": None}
    shipment = dict.fromkeys(LEAST) | {"customs_details": customs, "parcel_items": [dict.fromkeys(ITEM_OF_ONE)]}
    assert len(list(check_orders([order_from_shipment(shipment, integration=41)]))) == 1


def test_a_shipping_method_becomes_the_option_that_stands_for_it() -> None:
    order = order_from_shipment(LEAST | {"shipping_method": 1}, integration=41, shipping_options=OPTIONS)
    assert order["shipping_details"]["ship_with"]["properties"] == {"shipping_option_code": "invented:standard"}


@pytest.mark.parametrize("method", [2, 3, None])
def test_a_shipping_method_without_an_option_is_left_out(method: int | None) -> None:
    order = order_from_shipment(LEAST | {"shipping_method": method}, integration=41, shipping_options=OPTIONS)
    assert "shipping_details" not in order


def test_a_size_goes_out_whole_or_not_at_all() -> None:
    sides = {"length": "30", "width": "20"}
    assert "shipping_details" not in order_from_shipment(LEAST | sides, integration=41)
    assert "shipping_details" not in order_from_shipment(LEAST | sides | {"height": "0.00"}, integration=41)
    order = order_from_shipment(LEAST | sides | {"height": "10.5"}, integration=41)
    assert order["shipping_details"]["measurement"]["dimension"] == {
        "length": Decimal(30),
        "width": Decimal(20),
        "height": Decimal("10.5"),
        "unit": "cm",
    }


def test_a_state_gets_the_country_in_front_once() -> None:
    for state in ("RM", "IT-RM"):
        order = order_from_shipment(LEAST | {"country": "IT", "to_state": state}, integration=41)
        assert order["shipping_address"]["state_province_code"] == "IT-RM"


def test_a_parcel_becomes_an_order() -> None:
    parcel = {
        **{name: LEAST[name] for name in ("name", "address", "house_number", "city", "postal_code")},
        "country": "CH",
        "country_state": "ZH",
        "total_order_value": "40.00",
        "total_order_value_currency": "GBP",
        "shipment": {"id": 1},
        "contract": 517,
        "customs_information": {
            "customs_invoice_nr": "INV-1",
            "customs_shipment_type": 2,
            "export_type": "commercial_b2b",
            "invoice_date": "2026-11-02",
            "freight_costs": "6.00",
            "tax_numbers": {"importer_of_record": [{"name": "VAT", "country_code": "CH", "value": "CHE000000000"}]},
        },
        "parcel_items": [{"description": "Tea tin", "quantity": 2, "value": 19.9, "weight": "0.3", "hs_code": "0902"}],
    }
    shipment = shipment_from_parcel(parcel, external_order_id="shop-1001", created_at=CREATED)
    order = order_from_shipment(shipment, integration=41, shipping_options=OPTIONS)
    assert [str(one) for one in check_orders([order])] == []
    assert order["payment_details"]["total_price"] == {"value": Decimal("40.00"), "currency": "GBP"}
    assert order["order_details"]["order_items"][0]["total_price"]["value"] == Decimal("39.8")
    assert order["payment_details"]["freight_costs"] == {"value": "6.00", "currency": "GBP"}
    assert order["customs_details"]["shipment_type"] == "commercial_goods"
    assert order["customs_details"]["commercial_invoice_number"] == "INV-1"
    assert order["shipping_details"]["ship_with"]["properties"]["contract_id"] == 517
    assert order["shipping_address"]["state_province_code"] == "CH-ZH"
    assert order["order_number"] == "shop-1001"


# ---------------------------------------------------------------- the table of the page


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield the v2 cell and the v3 cell of each row of the page's tables of fields, and what the latter is in."""
    inside = ""
    for line in PAGE.read_text("utf-8").partition("## Field by field")[2].partition("\n## ")[0].splitlines():
        if line.startswith("| v2"):
            inside = "".join(names(line.split("|")[2]))
        elif line.startswith("| `"):
            _, old, new, *_ = line.split("|")
            yield old, new, inside


def names(cell: str) -> list[str]:
    """Return what stands in backticks."""
    return re.findall(r"`([^`]+)`", cell)


def there_is(path: str) -> bool:
    """Tell whether an order to send has a field at a dotted path, where `[]` stands for each of a list."""
    node: Any = schemas.document()["components"]["schemas"]["OrderInput"]
    for part in path.split("."):
        node = resolved(node).get("properties", {}).get(part.removesuffix("[]"))
        if node is None:
            return False
        if part.endswith("[]"):
            node = resolved(node)["items"]
    return True


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference, and take the first of alternatives."""
    while "$ref" in node or "oneOf" in node:
        name = node["$ref"].rpartition("/")[2] if "$ref" in node else None
        node = schemas.document()["components"]["schemas"][name] if name else node["oneOf"][0]
    return node


def test_each_v3_field_of_the_tables_is_in_the_spec() -> None:
    paths = [(inside, path) for _, new, inside in rows() for path in names(new)]
    assert len(paths) > 30
    assert [path for inside, path in paths if not there_is(path) and not there_is(f"{inside}.{path}")] == []


def test_the_tables_have_each_field_of_a_v2_shipment() -> None:
    listed = {name.partition(".")[0] for old, _, _ in rows() for name in names(old)}
    optional = {"weight", "length", "width", "height", "total_order_value", "shipping_method", "checkout_payload"}
    assert {*LEAST, *optional} - {"parcel_items"} <= listed
