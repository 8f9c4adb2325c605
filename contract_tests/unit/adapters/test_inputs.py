"""From an order that was read to one that can be sent, and nothing lost on the way."""

import copy
import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given

import schemas
from orders.differences import differences
from orders.factory import order
from orders.growth import grown
from orders.strategies import order_input
from sendcloud_orders import InvalidRequest, to_input
from sendcloud_orders.checking import find_errors
from sendcloud_orders_api.models import Order, OrderInput
from sendcloud_orders_api.types import UNSET, decode, encode

pytestmark = pytest.mark.rule("READ-UNKNOWN")
SERVICE_SETS = {"id": "669", "created_at": "2026-11-02T10:00:01Z", "modified_at": "2026-11-02T10:00:02Z"}


def read(stored: dict[str, Any]) -> Order:
    return decode(Order, json.dumps({**stored, **SERVICE_SETS}).encode())


def written(model: OrderInput) -> Any:
    return json.loads(encode(model))


@given(order_input())
def test_what_was_stored_can_be_sent_again_as_it_is(stored: dict[str, Any]) -> None:
    sent = written(to_input(read(stored)))
    assert differences(stored, sent) == []
    assert find_errors("OrderInput", sent) == ()


@given(order_input().flatmap(grown))
def test_a_field_that_nobody_knows_is_sent_again_where_it_was(stored: dict[str, Any]) -> None:
    sent = written(to_input(read(stored)))
    assert differences(stored, sent) == []
    assert differences(without_nulls(sent), stored | SERVICE_SETS) == []


def without_nulls(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: without_nulls(part) for name, part in node.items() if part is not None}
    return node


def test_only_the_times_of_the_service_are_left_out() -> None:
    assert sorted(lost(Order, OrderInput)) == ["created_at", "modified_at"]


def lost(read_model: Any, sent_model: Any, path: str = "") -> list[str]:
    """List what a model of an answer names and the model of the request does not."""
    sent = {field.encode_name: field for field in msgspec.structs.fields(sent_model)}
    found = []
    for field in msgspec.structs.fields(read_model):
        if field.encode_name not in sent:
            found.append(path + field.encode_name)
            continue
        inner, other = model_in(field.type), model_in(sent[field.encode_name].type)
        if inner and other:
            found += lost(inner, other, f"{path}{field.encode_name}.")
    return found


def model_in(kind: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind
    return next(filter(None, map(model_in, getattr(kind, "__args__", ()))), None)


def test_every_field_that_only_the_service_sets_is_left_out() -> None:
    properties = schemas.document()["components"]["schemas"]["OrderInput"]["properties"]
    read_only = {name for name, schema in properties.items() if schema.get("readOnly")}
    assert not read_only & written(to_input(read(order()))).keys()


def test_the_forms_of_a_request_replace_those_of_an_answer() -> None:
    costs = {"value": 4.5, "currency": "EUR"}
    volume = {"measurement": {"volume": {"value": 3.0, "unit": "cm3"}}}
    stored = order(shipping_details=volume)
    stored["payment_details"]["freight_costs"] = costs
    sent = to_input(read(stored))
    assert sent.id == "669"
    assert written(sent)["payment_details"]["freight_costs"]["value"] == "4.5"
    assert str(written(sent)["shipping_details"]["measurement"]["volume"]["value"]) == "3"


def test_costs_are_never_written_with_an_exponent() -> None:
    stored = order()
    stored["payment_details"]["freight_costs"] = {"value": "0.00000001", "currency": "EUR"}
    assert written(to_input(read(stored)))["payment_details"]["freight_costs"]["value"] == "0.00000001"


def test_a_code_that_the_document_does_not_name_is_taken_over_and_refused_by_the_check() -> None:
    weight = {"measurement": {"weight": {"value": 1, "unit": "stone"}}}
    sent = written(to_input(read(order(shipping_details=weight))))
    [error] = find_errors("OrderInput", sent)
    assert error.path == ("shipping_details", "measurement", "weight", "unit")


def test_what_an_answer_lacks_and_a_request_needs_is_refused_by_the_check_and_not_made_up() -> None:
    stored = order()
    stored["payment_details"]["total_price"] = {"currency": "EUR"}
    [error] = find_errors("OrderInput", written(to_input(read(stored))))
    assert error.path == ("payment_details", "total_price", "value")


def test_a_change_of_the_one_does_not_change_the_other() -> None:
    stored = order(tags=["a"], x_future={"list": [1]})
    stored["order_details"]["order_items"][0]["properties"] = {"size": "L"}
    one = read(stored)
    before = copy.deepcopy(one)
    sent = to_input(one)
    assert sent.extra is not UNSET
    assert sent.order_details.tags
    sent.extra["x_future"]["list"].append(2)
    sent.order_details.tags.append("b")
    sent.order_details.order_items[0].properties["size"] = "S"  # type: ignore[index]
    assert one == before


def test_free_form_properties_keep_their_numbers() -> None:
    stored = json.dumps(order() | SERVICE_SETS).replace(
        '"quantity"', '"properties": {"rate": 0.1234567890123456789}, "quantity"'
    )
    sent = to_input(decode(Order, stored.encode()))
    assert sent.order_details.order_items[0].properties == {"rate": Decimal("0.1234567890123456789")}
    assert b"0.1234567890123456789" in encode(sent)


@pytest.mark.parametrize("given", [None, {"order_id": "A"}, "A", 669, OrderInput])
def test_only_an_order_that_was_read_can_be_turned_round(given: object) -> None:
    with pytest.raises(InvalidRequest, match="order should be an Order"):
        to_input(given)  # type: ignore[arg-type]
