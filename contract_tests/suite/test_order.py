"""Rules of GET /orders/{id}."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from orders.differences import differences
from suite.answer import details
from suite.shelf import Shelf
from suite.stock import Stock
from suite.target import Target

NO_ORDER = 999_999_999_999
TIMES = ("created_at", "modified_at")


@pytest.mark.rule("GET-ORDER", "READ-ID")
def test_an_order_is_read_by_its_sendcloud_id(target: Target, stock: Stock) -> None:
    if not target.stateful:
        assert target.get(669).status == 200
        return
    id_, order = stock.take()
    found = target.read(id_)
    assert int(found["id"]) == id_
    assert found["order_id"] == order["order_id"]
    assert found["order_number"] == order["order_number"]
    assert found["order_details"]["integration"]["id"] == target.integration


@pytest.mark.rule("GET-ORDER")
def test_the_shops_order_id_in_the_path_finds_nothing(target: Target) -> None:
    order = target.order()
    if target.stateful:
        target.read(target.upsert(order)[0])
    answer = target.send("GET", f"/orders/{order['order_id']}", valid=False)
    assert answer.status in (400, 404)


@pytest.mark.stateful
@pytest.mark.rule("GET-ORDER")
def test_a_shops_order_id_of_digits_in_the_path_finds_nothing_either(target: Target) -> None:
    # More digits than any id of the service has.
    digits = str(10**14 + secrets.randbelow(9 * 10**14))
    target.traces.unmarked.add(digits)
    target.read(target.upsert(target.order() | {"order_id": digits})[0])
    assert target.get(digits).status == 404


@pytest.mark.rule("GET-MISSING")
@pytest.mark.parametrize("id_", [NO_ORDER, 2**53 - 1])
def test_an_unknown_id_is_not_found(target: Target, id_: int) -> None:
    answer = target.get(id_)
    assert answer.status == 404
    assert details(answer) == "The order could not be found with the search criteria given"


@dataclass(repr=False)
class Twice:
    """An order of the shelf as it is listed, and as it is read by its id."""

    id_: int
    row: dict[str, Any]
    found: dict[str, Any]

    def rest(self) -> Iterator[dict[str, Any]]:
        """Return both without what the service itself set."""
        for order in (self.row, self.found):
            yield {name: order[name] for name in order if name not in ("id", *TIMES)}


@pytest.fixture(scope="module", params=[0, 52, 104], ids=["first of the batch", "one between", "last"])
def twice(target: Target, shelf: Shelf, request: pytest.FixtureRequest) -> Twice:
    """An order with every field of the spec."""
    [row] = target.listed(order_id=shelf.ids_of_shop[request.param])
    id_ = shelf.ids[request.param]
    return Twice(id_, row, target.read(id_))


@pytest.mark.rule("GET-ORDER", "READ-ID")
def test_an_order_is_listed_with_what_the_service_itself_set(target: Target, twice: Twice) -> None:
    assert int(twice.row["id"]) == int(twice.found["id"]) == twice.id_
    # Nobody has to give the times (READ-REQUIRED).
    both = [name for name in TIMES if twice.row.get(name) and twice.found.get(name)]
    assert [datetime.fromisoformat(twice.row[name]) for name in both] == [
        datetime.fromisoformat(twice.found[name]) for name in both
    ]


@pytest.mark.rule("GET-ORDER")
def test_an_order_is_read_with_every_field_that_it_is_listed_with_and_no_other(target: Target, twice: Twice) -> None:
    row, found = twice.rest()
    assert differences(row, found) == []
    assert differences(found, row) == []
