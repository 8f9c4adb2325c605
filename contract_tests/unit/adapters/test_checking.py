"""The check before sending: it refuses what the service refuses, in the same words, and quotes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from orders.factory import order, with_value, without
from sendcloud_orders.checking import find_errors
from sendcloud_orders.errors import FieldError
from sendcloud_orders.pointers import FieldPath


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
