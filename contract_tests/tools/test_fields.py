"""The suite's orders: valid with every field of the spec, in versions that share no value, spoilt in each field."""

from functools import reduce
from typing import Any

import pytest

import schemas
from orders.factory import with_value, without
from orders.places import ABSENT, places
from suite.fields import UNSURE, filled, parts
from suite.wrong import missing, wrong

OWN: dict[str, dict[str, Any]] = {
    "OrderInput": {"order_id": "A"},
    "OrderUpdate": {},
}
BODIES = pytest.mark.parametrize("schema", OWN)
NEVER_SENT = UNSURE | {"id", "order_id", "created_at", "modified_at", "contract_id", "carrier_service_point_id"}


def body(schema: str, version: int) -> dict[str, Any]:
    found: dict[str, Any] = filled(schema, version, **OWN[schema])
    found["order_details"]["integration"] = {"id": 41}
    return found


def at(found: Any, path: tuple[str | int, ...]) -> Any:
    return reduce(lambda value, step: value[step], path, found)


@BODIES
@pytest.mark.parametrize("version", [0, 1, 2, 7])
def test_a_body_with_every_field_is_valid(schema: str, version: int) -> None:
    assert schemas.faults(schema, body(schema, version)) == []


@BODIES
def test_no_field_of_the_spec_is_left_out_that_is_sure_to_be_taken(schema: str) -> None:
    absent = {place.path[-1] for place in places(schema, body(schema, 0)) if place.value is ABSENT}
    assert absent <= NEVER_SENT


@BODIES
@pytest.mark.parametrize("version", [0, 1])
def test_each_field_has_another_value_in_the_next_version(schema: str, version: int) -> None:
    one, other = body(schema, version), body(schema, version + 1)
    same = [path for path in parts(one) if at(one, path) == at(other, path)]
    # There is one kind of shipping option, and the key is given.
    assert {path[-1] for path in same} <= {"type", "order_id", "id"}
    assert len(same) <= 3


@BODIES
def test_each_wrong_value_breaks_the_spec_where_it_stands(schema: str) -> None:
    right = body(schema, 0)
    for path, value in wrong(schema, right):
        found = [fault.path for fault in schemas.faults(schema, with_value(right, path, value))]
        assert [one for one in found if one[: len(path)] == path], (path, value)


def test_an_order_without_a_required_field_breaks_the_spec_there() -> None:
    right = body("OrderInput", 0)
    paths = list(missing("OrderInput", right))
    assert {path[-1] for path in paths} >= {"order_id", "code", "quantity", "country_code", "shipping_option_code"}
    for path in paths:
        assert path in [fault.path for fault in schemas.faults("OrderInput", without(right, path))]
