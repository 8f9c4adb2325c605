"""The read-back of an update: what counts as the same, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from sendcloud_orders.verification import find_differences

STORED = {
    "id": 669,
    "order_number": "1001",
    "order_details": {
        "order_created_at": "2026-11-02T12:00:00Z",
        "notes": None,
        "tags": ["a", "b"],
        "order_items": [{"name": "Tea", "quantity": 2}, {"name": "Pot", "quantity": 1}],
    },
    "payment_details": {"total_price": {"value": "19.90", "currency": "EUR"}, "is_cash_on_delivery": False},
    "customer_details": {"phone_number": "+31"},
}


@pytest.mark.rule("PATCH-MERGE", "PATCH-ITEMS", "PATCH-PHONE", "PATCH-RESULT")
@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"order_number": "1001"},
        {"payment_details": {"total_price": {"value": 19.9}}},
        {"order_details": {"order_created_at": "2026-11-02T13:00:00.000+01:00"}},
        {"order_details": {"notes": None, "tags": ["a", "b"]}},
        {"order_details": {"order_items": [{"name": "Pot", "quantity": 1}]}},
        {"customer_details": {"phone": "+31"}},
        {"shipping_details": None},
        {"customs_details": []},
        {"payment_details": {"is_cash_on_delivery": False}},
    ],
)
def test_a_value_that_is_stored_however_it_is_written_is_no_difference(sent: dict[str, Any]) -> None:
    assert list(find_differences(sent, STORED)) == []


@pytest.mark.rule("PATCH-MERGE", "PATCH-ITEMS", "PATCH-PHONE", "PATCH-RESULT")
@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ({"order_number": "1002"}, ("order_number",)),
        ({"order_number": "1001 "}, ("order_number",)),
        ({"payment_details": {"total_price": {"value": 19.91}}}, ("payment_details", "total_price", "value")),
        ({"payment_details": {"is_cash_on_delivery": 0}}, ("payment_details", "is_cash_on_delivery")),
        ({"order_details": {"order_created_at": "2026-11-02T12:00:00"}}, ("order_details", "order_created_at")),
        ({"order_details": {"notes": "x"}}, ("order_details", "notes")),
        ({"order_details": {"tags": None}}, ("order_details", "tags")),
        ({"order_details": {"tags": ["b", "a"]}}, ("order_details", "tags", 0)),
        ({"order_details": {"tags": ["a"]}}, ("order_details", "tags")),
        (
            {"order_details": {"order_items": [{"name": "Pot", "quantity": 3}]}},
            ("order_details", "order_items", 0, "quantity"),
        ),
        ({"order_details": {"order_items": [{"name": "Cup"}]}}, ("order_details", "order_items", 0)),
        ({"customer_details": {"phone": "+32"}}, ("customer_details", "phone")),
        ({"shipping_details": {"delivery_indicator": "x"}}, ("shipping_details",)),
    ],
)
def test_a_value_that_is_not_stored_is_named_by_its_path(sent: dict[str, Any], path: tuple[str | int, ...]) -> None:
    assert next(find_differences(sent, STORED)) == path
