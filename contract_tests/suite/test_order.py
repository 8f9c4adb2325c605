"""Rules of GET /orders/{id}."""

from datetime import datetime

import pytest

from suite.answer import details
from suite.shelf import Shelf
from suite.stock import Stock
from suite.target import Target

NO_ORDER = 999_999_999_999


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


@pytest.mark.rule("GET-MISSING")
@pytest.mark.parametrize("id_", [NO_ORDER, 2**53 - 1])
def test_an_unknown_id_is_not_found(target: Target, id_: int) -> None:
    answer = target.get(id_)
    assert answer.status == 404
    assert details(answer) == "The order could not be found with the search criteria given"


@pytest.mark.rule("GET-ORDER", "READ-ID")
@pytest.mark.parametrize("place", [0, 52, 104], ids=["first of the batch", "one between", "last"])
def test_an_order_is_listed_with_what_the_service_itself_set(target: Target, shelf: Shelf, place: int) -> None:
    [row] = target.listed(order_id=shelf.ids_of_shop[place])
    found = target.read(shelf.ids[place])
    assert int(row["id"]) == int(found["id"]) == shelf.ids[place]
    # Nobody has to give the times (READ-REQUIRED).
    both = [name for name in ("created_at", "modified_at") if row.get(name) and found.get(name)]
    assert [datetime.fromisoformat(row[name]) for name in both] == [
        datetime.fromisoformat(found[name]) for name in both
    ]
