"""The strategies make what they promise: valid orders that reach every field, and orders with one known fault."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

import schemas
from orders import strategies
from orders.strategies import FAULTS, INTEGRATIONS, PHRASES, Flaw, Json, Key, Path
from sendcloud_orders_api.models import OrderInput
from sendcloud_orders_api.types import encode

KNOWN: tuple[Key, ...] = ((41, "A-1"), (41, "A-2"), (68, "A-1"))
# Written by the service alone, or (id) added by a test that knows the stored order.
NOT_DRAWN: set[Path] = {("id",), ("created_at",), ("modified_at",)}
# Moving an order to another integration is documented nowhere, and `phone` already stands for the telephone.
NOT_CHANGED = NOT_DRAWN | {("order_details", "integration", "id"), ("customer_details", "phone_number")}


T = TypeVar("T")


def sample(strategy: SearchStrategy[T], count: int) -> list[T]:
    """Return the same draws on every run."""
    drawn: list[T] = []

    def keep(value: T) -> None:
        drawn.append(value)

    same = settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    same(given(strategy)(keep))()
    return drawn


def written(node: object, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every plain value with the names of the fields around it; positions in lists do not count."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from written(value, (*path, name))
    elif isinstance(node, list):
        for value in node:
            yield from written(value, path)
    else:
        yield path, node


def declared(schema: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Yield every field of a schema that holds a plain value; free-form objects end the walk."""
    for part in (schema, *schema.get("oneOf", ())):
        if "$ref" in part:
            yield from declared(schemas.document()["components"]["schemas"][part["$ref"].rpartition("/")[2]], path)
        elif "items" in part:
            yield from declared(part["items"], path)
        elif "properties" in part:
            for name, field in part["properties"].items():
                yield from declared(field, (*path, name))
        elif part.get("type") not in ("null", "object") and "oneOf" not in part:
            yield path, part


@cache
def many_orders() -> list[Json]:
    # Hypothesis draws with what it finds in the modules that are loaded: these are enough whichever those are.
    return sample(strategies.order_input(), 150) + sample(strategies.order_input(fill="full"), 250)


@cache
def many_updates() -> list[Json]:
    return sample(strategies.order_input(fill="sparse").flatmap(strategies.order_update), 200)


@cache
def many_timestamps() -> list[str]:
    return sample(strategies.timestamps(), 1500)


@pytest.mark.rule("UPSERT-BOUNDS")
@given(strategies.order_input())
def test_every_order_is_valid_against_the_spec(order: Json) -> None:
    assert schemas.faults("OrderInput", order) == []


@given(strategies.order_model())
def test_an_order_as_model_is_valid_against_the_spec_once_it_is_written(order: OrderInput) -> None:
    assert schemas.faults("OrderInput", json.loads(encode(order))) == []


@given(strategies.batch(1, 5, KNOWN))
def test_every_batch_is_valid_and_no_key_is_in_it_twice(orders: list[Json]) -> None:
    keys = [(order["order_details"]["integration"]["id"], order["order_id"]) for order in orders]
    assert schemas.faults("OrderBatch", orders) == []
    assert len(set(keys)) == len(keys)
    assert 1 <= len(orders) <= 5


@given(st.data())
def test_every_update_is_valid_and_fits_the_stored_order(data: st.DataObject) -> None:
    stored = data.draw(strategies.order_input())
    changes = data.draw(strategies.order_update(stored))
    names = {item["name"] for item in stored["order_details"]["order_items"]}
    items = changes.get("order_details", {}).get("order_items", ())
    assert schemas.faults("OrderUpdate", changes) == []
    assert changes.get("order_id", stored["order_id"]) == stored["order_id"]
    assert {item["name"] for item in items} <= names


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault[0]} {'.'.join(map(str, fault[1]))}")
def test_an_invalid_order_has_exactly_the_fault_that_it_names(fault: Flaw) -> None:
    for order, path, kind in sample(strategies.invalid_order(faults=[fault]), 3):
        found = schemas.faults("OrderInput", order)
        assert (kind, path) == fault[:2]
        assert [fault.path[: len(path)] for fault in found] == [path]


@given(strategies.order_input((68, "B-7")))
def test_a_given_key_is_kept(order: Json) -> None:
    assert (order["order_details"]["integration"]["id"], order["order_id"]) == (68, "B-7")


def test_the_simplest_order_has_the_required_fields_alone() -> None:
    [order] = sample(strategies.order_input(), 1)
    assert set(order) == {"order_id", "order_number", "order_details", "payment_details"}
    assert set(order["order_details"]) == {"integration", "status", "order_created_at", "order_items"}
    assert [set(item) for item in order["order_details"]["order_items"]] == [{"name", "quantity", "total_price"}]


def test_orders_reach_every_field_of_the_schema() -> None:
    reached = {path for order in many_orders() for path, _ in written(order)}
    assert {path for path, _ in declared({"$ref": "OrderInput"})} - reached == NOT_DRAWN


def test_updates_reach_every_field_of_the_schema_but_customs_and_shipping_options() -> None:
    reached = {path for changes in many_updates() for path, _ in written(changes)}
    missing = {path for path, _ in declared({"$ref": "OrderUpdate"})} - reached
    assert {path for path in missing if not {"ship_with", "customs_details"} & set(path)} == NOT_CHANGED


def test_orders_reach_every_code_of_every_enum() -> None:
    codes = {(path, code) for path, schema in declared({"$ref": "OrderInput"}) for code in schema.get("enum", ())}
    assert (
        codes - {(path, value) for order in many_orders() for path, value in written(order) if isinstance(value, str)}
        == set()
    )


def test_orders_reach_null_in_every_field_that_may_be_null() -> None:
    nullable = {path for path, schema in declared({"$ref": "OrderInput"}) if "null" in schema["type"]}
    assert nullable - {path for order in many_orders() for path, value in written(order) if value is None} == set()


def test_orders_are_drawn_for_each_integration() -> None:
    assert {order["order_details"]["integration"]["id"] for order in many_orders()} == set(INTEGRATIONS)


def test_texts_reach_every_phrase_and_none() -> None:
    assert {"", *PHRASES} - set(sample(strategies.text(), 500)) == set()


def test_text_of_a_least_length_is_never_empty() -> None:
    assert "" not in sample(strategies.text(min_size=1), 500)


@given(strategies.text())
def test_texts_can_be_written_as_json_in_utf_8(text: str) -> None:
    assert text.encode("utf-8").decode("utf-8") == text


@pytest.mark.parametrize("end", ["Z", "+00:00", "-12:00", "-03:30", "+05:45", "+14:00"])
def test_timestamps_reach_the_offset(end: str) -> None:
    assert any(drawn.endswith(end) for drawn in many_timestamps())


@pytest.mark.parametrize("amount", [0, 0.01, 0.1, 0.2, 0.3, 1234567.89])
def test_amounts_reach(amount: float) -> None:
    assert amount in sample(strategies.money(), 200)


def test_batches_mix_new_and_known_keys() -> None:
    def mixes(orders: list[Json]) -> bool:
        known = {(order["order_details"]["integration"]["id"], order["order_id"]) in KNOWN for order in orders}
        return known == {True, False}

    assert any(map(mixes, sample(strategies.batch(known=KNOWN), 30)))
