"""Keys and ids: which order is which."""

from __future__ import annotations

import pytest

from sendcloud_orders import InvalidRequest, OrderId, OrderKey, sendcloud_id


@pytest.mark.rule("READ-ID")
@pytest.mark.parametrize("value", [669, "669", "0669"])
def test_an_id_is_read_from_a_number_or_a_string_of_digits(value: object) -> None:
    assert sendcloud_id(value) == 669


@pytest.mark.rule("READ-ID", "GET-ORDER")
@pytest.mark.parametrize(
    "value", ["", " 669", "66 9", "-1", "+1", "6.0", "1e3", "A-1", "٦", "9" * 20, 0, -5, 2**63, 6.0, True, None, b"6"]
)
def test_what_is_no_positive_whole_number_is_refused(value: object) -> None:
    with pytest.raises(InvalidRequest, match="Sendcloud id"):
        sendcloud_id(value)


def test_the_refusal_of_an_id_points_to_the_lookup_by_order_id_and_quotes_nothing() -> None:
    with pytest.raises(InvalidRequest, match="find") as caught:
        sendcloud_id("jane@example.com")
    assert "jane" not in str(caught.value)


@pytest.mark.rule("UPSERT-KEY")
def test_a_key_is_made_of_the_integration_and_the_order_id() -> None:
    assert OrderKey(41, OrderId("A-1")) != OrderKey(68, OrderId("A-1"))
    assert str(OrderKey(41, OrderId("A-1"))) == "integration 41, order_id 'A-1'"
