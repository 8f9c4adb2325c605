"""The check before sending: it refuses what the service refuses, in the same words, and quotes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from orders.factory import order, with_value, without
from sendcloud_orders.bodies import UnwritableBody, write_body
from sendcloud_orders.checking import find_errors
from sendcloud_orders.errors import FieldError
from sendcloud_orders.forms import SchemaName
from sendcloud_orders.pointers import FieldPath
from sendcloud_orders.version_two import V3_PLACES


def changed(path: FieldPath, value: Any) -> dict[str, Any]:
    """Return a valid order with one value set, or with one name taken out when the value is `...`."""
    return without(order(), path) if value is ... else with_value(order(), path, value)


ITEM: FieldPath = ("order_details", "order_items", 0)
FAULTS: list[tuple[FieldPath, Any, str]] = [
    (("order_number",), ..., "Field required"),
    (("order_details", "integration", "id"), ..., "Field required"),
    ((*ITEM, "quantity"), 0, "Input should be greater than 0"),
    ((*ITEM, "quantity"), 1.5, "Input should be a valid integer"),
    ((*ITEM, "quantity"), True, "Input should be a valid integer"),
    ((*ITEM, "total_price", "currency"), "EU", "String should have at least 3 characters"),
    ((*ITEM, "total_price", "value"), "12.00", "Input should be a valid number"),
    ((*ITEM, "country_of_origin"), "NLD", "String should have at most 2 characters"),
    ((*ITEM, "measurement", "weight"), {"value": 0, "unit": "kg"}, "Input should be greater than 0"),
    ((*ITEM, "measurement", "volume"), {"value": -1, "unit": "l"}, "Input should be greater than or equal to 0"),
    (("id",), 669, "Input should be a valid string"),
    (("id",), "A-1", "String should match pattern '^[0-9]+$': digits only, such as '669'"),
    (("order_id",), "", "String should have at least 1 character"),
    (("order_details", "order_items"), {}, "Input should be a valid list"),
    (("payment_details",), None, "Input should be a valid dictionary"),
    (("surprise",), 1, "Extra inputs are not permitted"),
    (("order_details", "order_created_at"), "2026-11-02T12:00:00", "Input should be a valid datetime with an offset"),
    (("order_details", "order_created_at"), "2026-11-02", "Input should be a valid datetime with an offset"),
    (("order_details", "notes"), 5, "Input should be a valid string"),
    (("customs_details",), {"shipment_type": "present"}, "Input should be 'gift', 'commercial_goods'"),
    (("payment_details", "freight_costs"), {"value": 3.5, "currency": "EUR"}, "Input should be a valid string"),
    (
        ("payment_details", "freight_costs"),
        {"value": "3,50", "currency": "EUR"},
        r"String should match pattern '^[0-9]+(\.[0-9]+)?$': an amount in digits, such as '4.50'",
    ),
    (("service_point_details",), {"id": "1", "carrier_service_point_id": "2"}, "Not permitted beside"),
    (("service_point_details",), {"post_number": "1"}, "Field required"),
]
DEEPER: dict[str, FieldPath] = {
    "weight": ("value",),
    "volume": ("value",),
    "customs_details": ("shipment_type",),
    "freight_costs": ("value",),
    "service_point_details": ("carrier_service_point_id",),
}


@pytest.mark.rule("UPSERT-REQUIRED", "UPSERT-BOUNDS", "UPSERT-ID", "UPSERT-SERVICE-POINT")
@pytest.mark.parametrize(("path", "value", "message"), FAULTS, ids=lambda value: str(value)[:40])
def test_each_fault_is_found_at_its_field_and_told_in_the_words_of_the_service(
    path: FieldPath, value: Any, message: str
) -> None:
    [error] = find_errors("OrderInput", changed(path, value))
    assert error.path == (*path, *(DEEPER.get(str(path[-1]), ()) if isinstance(value, dict) and value else ()))
    assert error.message.startswith(message)


@pytest.mark.rule("ERROR-TOGETHER")
def test_all_faults_of_an_order_are_told_at_once() -> None:
    bad = changed((*ITEM, "quantity"), 0)
    del bad["order_number"]
    assert {error.field for error in find_errors("OrderInput", bad)} == {
        "order_number",
        "order_details.order_items[0].quantity",
    }


def test_a_valid_order_has_no_fault() -> None:
    assert find_errors("OrderInput", order()) == ()


@pytest.mark.parametrize("null", [None])
def test_a_null_that_the_service_takes_is_no_fault(null: None) -> None:
    valid = changed(("order_details", "notes"), null)
    valid["customs_details"] = null
    assert find_errors("OrderInput", valid) == ()


def test_no_message_quotes_the_value_that_is_wrong() -> None:
    bad = changed(("customer_details",), {"name": "Jane Doe", "email": 7, "nickname": "Janie"})
    bad["shipping_address"] = {"name": "Jane Doe", "country_code": ["Jane Doe"], "email": "jane at example"}
    bad["order_details"]["order_created_at"] = "Jane's birthday"
    told = " ".join(str(error) for error in find_errors("OrderInput", bad))
    assert "Jane" not in told
    assert "jane" not in told


def test_an_update_is_checked_against_its_own_schema() -> None:
    assert find_errors("OrderUpdate", {"order_details": {"notes": None}}) == ()
    assert find_errors("OrderUpdate", {"order_number": "#1"}) == ()
    [error] = find_errors("OrderUpdate", {"order_details": {"order_items": [{"name": "Tea tin", "quantity": -1}]}})
    assert error == FieldError("Input should be greater than or equal to 0", (*ITEM, "quantity"), "invalid")


# ---------------------------------------------------------------- what misleads nobody


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("shiping_address",), {}, "did you mean shipping_address?"),
        (("order_details", "note"), "x", "did you mean notes?"),
        ((*ITEM, "total_price", "curency"), "EUR", "did you mean currency?"),
        (("customs_details",), {"export_typ": "private"}, "did you mean export_type?"),
        (("shipping_details",), {"measurement": {"wieght": 1}}, "did you mean weight?"),
        (("customer_details",), {"name": "A", "telephone": "1"}, "did you mean phone_number?"),
    ],
)
def test_a_field_that_is_not_known_is_told_with_the_one_that_is_spelled_alike_at_its_place(
    path: FieldPath, value: Any, message: str
) -> None:
    [error] = find_errors("OrderInput", changed(path, value))
    assert error.path[: len(path)] == path
    assert error.code == "extra_forbidden"
    assert error.message == f'Extra inputs are not permitted; {message} If not, pass unknown_fields="send"'


def test_a_field_that_is_like_none_is_told_without_a_guess() -> None:
    [error] = find_errors("OrderInput", changed(("surprise",), 1))
    told = 'Extra inputs are not permitted: to send it, pass unknown_fields="send"'
    assert error == FieldError(told, ("surprise",), "extra_forbidden")


def test_the_spelling_is_looked_up_in_the_schema_of_an_update_too() -> None:
    [error] = find_errors("OrderUpdate", {"billing_adress": {}})
    assert "did you mean billing_address?" in error.message


V2_FIELDS = {
    "name": "shipping_address.name",
    "address": "shipping_address.address_line_1",
    "house_number": "shipping_address.house_number",
    "city": "shipping_address.city",
    "postal_code": "shipping_address.postal_code",
    "country": "shipping_address.country_code",
    "telephone": "shipping_address.phone_number",
    "email": "shipping_address.email",
    "shipment": "shipping_details.ship_with",
    "parcel_items": "order_details.order_items",
    "to_service_point": "service_point_details.id",
    "external_order_id": "order_id",
    "order_status": "order_details.status",
    "payment_status": "payment_details.status",
    "total_order_value": "payment_details.total_price.value",
    "total_order_value_currency": "payment_details.total_price.currency",
    "weight": "shipping_details.measurement.weight",
    "updated_at": "order_details.order_updated_at",
}


@pytest.mark.parametrize("schema", ["OrderInput", "OrderUpdate"])
def test_a_flat_v2_body_is_told_apart_and_each_field_with_its_place_in_v3(schema: SchemaName) -> None:
    body = dict.fromkeys(V2_FIELDS, "x") | {"order_number": "1"}
    told = {error.field: error.message for error in find_errors(schema, body) if error.code == "extra_forbidden"}
    assert told.keys() == V2_FIELDS.keys()
    for name, place in V2_FIELDS.items():
        assert "this is the v2 shape" in told[name]
        assert told[name].endswith(f"v3 has it at {place}")


@pytest.mark.parametrize("around", ["parcel", "parcels", "shipments"])
def test_a_v2_body_with_something_around_it_is_told_apart(around: str) -> None:
    told = {error.field: error.message for error in find_errors("OrderInput", {around: {"city": "Oss", "odd": 1}})}
    assert "this is the v2 shape" in told[around]
    assert told[f"{around}.city"].endswith("v3 has it at shipping_address.city")
    assert f"{around}.odd" not in told
    assert around in {error.field for error in find_errors("OrderInput", {around: [{"city": "Oss"}]})}


def test_each_place_in_v3_that_a_hint_names_is_one_that_the_schema_has() -> None:
    for place in V3_PLACES.values():
        body: dict[str, Any] = {}
        *steps, last = place.split(".")
        inner = body
        for step in steps:
            inner = inner.setdefault(step, {})
        inner[last] = b"of a type that no field has"
        [error] = [error for error in errors_of_write(body) if error.field == place]
        assert error.message.startswith("Input should be a valid")


def errors_of_write(body: dict[str, Any]) -> tuple[FieldError, ...]:
    with pytest.raises(UnwritableBody) as caught:
        write_body(body, "OrderInput", check=True)
    return caught.value.errors


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("customs_details",), {"shipment_type": 5}, "Input should be a valid string, not int: str(...) it"),
        (("service_point_details",), 5, "Input should be a valid dictionary, not int"),
        (("customs_details",), 5, "Input should be a valid dictionary, not int"),
        ((*ITEM, "quantity"), 1.5, "Input should be a valid integer, not a number with a fraction"),
        (("order_details", "tags"), "gift", "Input should be a valid list, not str"),
    ],
)  # fmt: skip
def test_of_a_value_of_the_wrong_type_nothing_but_the_type_is_told(path: FieldPath, value: Any, message: str) -> None:
    [error] = find_errors("OrderInput", changed(path, value))
    assert error.message == message
