"""Rules of GET /orders that have to hold after an order has changed: filters and sequences follow it."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from orders.differences import differences
from suite.shelf import RULE_OF, order_ids
from suite.target import Target

pytestmark = pytest.mark.stateful
WAYS = ("an upsert", "an upsert by id", "a patch")
CHANGING = ("order_number", "status", "order_created_at", "order_updated_at")
FILTERS = [pytest.param(name, marks=pytest.mark.rule(RULE_OF[name]), id=name) for name in CHANGING]
EACH_WAY = pytest.mark.parametrize("way", WAYS)
Order = dict[str, Any]


@dataclass(repr=False)
class Moved:
    """Three orders of one status, of which the first was moved behind the last: in its number, and in time."""

    ids: list[int]
    orders: list[Order]
    before: Order
    status: str
    day: date

    def filters(self, name: str, *, before: bool) -> dict[str, str | int]:
        """Return the filter that the moved order passed before, or the one that it passes now."""
        order = self.before if before else self.orders[0]
        text = order["order_number"] if name == "order_number" else order["order_details"][name]
        return {name: text["code"] if name == "status" else text if name == "order_number" else text[:10]}


@pytest.fixture(scope="module")
def moved(target: Target) -> dict[str, Moved]:
    """One move in each way."""
    found = {way: _made(target, number) for number, way in enumerate(WAYS)}
    ids = target.upsert(*(order for one in found.values() for order in one.orders))
    for number, one in enumerate(found.values()):
        one.ids = ids[3 * number : 3 * number + 3]
        for id_ in one.ids:
            target.read(id_)
    for way, one in found.items():
        order = _order(target, one, 4, order_id=one.before["order_id"], status={"code": f"{one.status}-moved"})
        match way:
            case "an upsert":
                target.send("POST", "/orders", body=[order])
            case "an upsert by id":
                target.send("POST", "/orders", body=[{**order, "id": str(one.ids[0])}])
            case _:
                details = order["order_details"]
                changes = {name: details[name] for name in ("status", "order_created_at", "order_updated_at")}
                body = {"order_number": order["order_number"], "order_details": changes}
                target.send("PATCH", f"/orders/{one.ids[0]}", body=body)
        one.orders[0] = order
    for one in found.values():
        target.eventually(lambda one=one: _is_moved(target, one))  # type: ignore[misc]
    return found


def _is_moved(target: Target, one: Moved) -> bool:
    return differences(one.orders[0], target.get(one.ids[0]).json.get("data")) == []


def _made(target: Target, number: int) -> Moved:
    day = date(1972, 1, 1) + timedelta(days=random.SystemRandom().randrange(2000))
    one = Moved([], [], {}, f"{target.run}moving-{number}", day)
    one.orders = [_order(target, one, place) for place in (1, 2, 3)]
    one.before = one.orders[0]
    return one


def _order(target: Target, one: Moved, place: int, *, order_id: str = "", **fields: Any) -> Order:
    """Return an order that stands at a place of its three in everything that a list is sorted by."""
    details = {
        "status": {"code": one.status},
        "order_created_at": f"{one.day + timedelta(days=place)}T12:00:00+00:00",
        "order_updated_at": f"{one.day + timedelta(days=50 + place)}T12:00:00+00:00",
    }
    order = target.order(**details | fields)
    return order | {"order_number": f"{one.status}-{place}"} | ({"order_id": order_id} if order_id else {})


@pytest.mark.rule("UPSERT-KEY", "PATCH-MERGE")
@EACH_WAY
def test_a_change_is_listed_as_it_is_read(target: Target, moved: dict[str, Moved], way: str) -> None:
    one = moved[way]
    [row] = target.listed(order_id=one.before["order_id"])
    assert int(row["id"]) == one.ids[0]
    assert differences(one.orders[0], row) == []


@pytest.mark.rule("READ-ID", "GET-ORDER")
@EACH_WAY
def test_a_changed_order_is_read_with_its_own_id(target: Target, moved: dict[str, Moved], way: str) -> None:
    found = target.read(moved[way].ids[0])
    assert int(found["id"]) == moved[way].ids[0]
    assert found["order_id"] == moved[way].before["order_id"]


@EACH_WAY
@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_finds_an_order_by_what_it_has_now(
    target: Target, moved: dict[str, Moved], way: str, name: str
) -> None:
    rows = target.listed(**moved[way].filters(name, before=False))
    assert moved[way].ids[0] in [int(row["id"]) for row in rows]


@EACH_WAY
@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_finds_no_order_by_what_it_had_before(
    target: Target, moved: dict[str, Moved], way: str, name: str
) -> None:
    rows = target.listed(**moved[way].filters(name, before=True))
    assert moved[way].ids[0] not in [int(row["id"]) for row in rows]


@pytest.mark.rule("LIST-STATUS")
@EACH_WAY
def test_an_order_that_leaves_a_status_leaves_the_others_there(
    target: Target, moved: dict[str, Moved], way: str
) -> None:
    rows = target.listed(status=moved[way].status)
    assert order_ids(rows) == sorted(order["order_id"] for order in moved[way].orders[1:])


@pytest.mark.rule("LIST-SORT")
@EACH_WAY
@pytest.mark.parametrize("key", ["order_number", "order_created_at", "order_updated_at"])
@pytest.mark.parametrize("sign", ["", "-"], ids=["up", "down"])
def test_a_sequence_follows_a_change(target: Target, moved: dict[str, Moved], way: str, key: str, sign: str) -> None:
    one = moved[way]
    first, second, third = one.ids
    days = {"order_created_at_min": str(one.day), "order_created_at_max": str(one.day + timedelta(days=9))}
    rows = target.listed(**days, page_size=2, sort=sign + key)
    found = [int(row["id"]) for row in rows if int(row["id"]) in one.ids]
    assert found == [second, third, first][:: -1 if sign else 1]


@pytest.mark.rule("LIST-SORT", "UPSERT-KEY")
@EACH_WAY
def test_a_change_makes_no_order_newer(target: Target, moved: dict[str, Moved], way: str) -> None:
    one = moved[way]
    days = {"order_created_at_min": str(one.day), "order_created_at_max": str(one.day + timedelta(days=9))}
    found = [int(row["id"]) for row in target.listed(**days) if int(row["id"]) in one.ids]
    assert found == sorted(one.ids, reverse=True)
