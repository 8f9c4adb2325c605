"""Rules of POST /orders that have to hold for each order of a batch, the first and the last too."""

import json
from typing import Any

import pytest

from orders.differences import differences
from suite.shelf import BATCH, FULL, Shelf
from suite.stock import Stock
from suite.target import Target

# What each text of an order with every field ends in, and no text of the others on the shelf (see `filled`).
OF_A_FULL_ORDER = ", version 0"


@pytest.fixture(scope="module")
def changed(shelf: Shelf) -> tuple[list[int], dict[str, dict[str, Any]]]:
    """The ids that a second upsert of 100 orders answers, and then all rows, once all of them show it."""
    ids = shelf.change()
    notes = {order_id: order["order_details"]["notes"] for order_id, order in shelf.orders.items()}

    def look() -> bool:
        rows = shelf.target.listed(**shelf.filters, page_size=200)
        return {row["order_id"]: row["order_details"].get("notes") for row in rows} == notes

    # What never comes is for the tests to say.
    shelf.target.eventually(look)
    return ids, {row["order_id"]: row for row in shelf.rows(**shelf.filters, page_size=200)}


@pytest.mark.rule("UPSERT-LIMIT", "UPSERT-STATUS", "UPSERT-ASYNC")
def test_a_batch_of_100_is_accepted_and_all_of_it_is_stored(target: Target, shelf: Shelf) -> None:
    rows = shelf.rows(**shelf.filters, page_size=200)
    assert {row["order_id"] for row in rows} == set(shelf.orders)


@pytest.mark.rule("VALUES-SURVIVE", "UPSERT-LIMIT")
def test_each_order_of_a_batch_is_listed_as_it_was_sent(target: Target, shelf: Shelf) -> None:
    rows = shelf.rows(**shelf.filters, page_size=200)
    assert [line for row in rows for line in differences(shelf.orders[row["order_id"]], row)] == []


@pytest.mark.rule("VALUES-SURVIVE")
def test_an_order_takes_nothing_from_the_orders_around_it(target: Target, shelf: Shelf) -> None:
    plain = set(shelf.orders) - {shelf.ids_of_shop[place] for place in FULL}
    rows = shelf.rows(**shelf.filters, page_size=200)
    found = [row for row in rows if row["order_id"] in plain and OF_A_FULL_ORDER in json.dumps(row)]
    assert found == []


@pytest.mark.rule("UPSERT-RESULT", "READ-ID")
def test_each_reference_of_a_batch_of_100_has_the_id_of_its_own_order(target: Target, shelf: Shelf) -> None:
    rows = shelf.rows(**shelf.filters, page_size=200)
    assert {row["order_id"]: int(row["id"]) for row in rows} == dict(zip(shelf.orders, shelf.ids, strict=True))


@pytest.mark.rule("GET-ORDER", "VALUES-SURVIVE")
@pytest.mark.parametrize("place", [0, 1, 52, 98, 99, 100, 104])
def test_each_place_of_a_batch_is_read_by_its_id_as_it_was_sent(target: Target, shelf: Shelf, place: int) -> None:
    found = target.read(shelf.ids[place])
    assert int(found["id"]) == shelf.ids[place]
    assert differences(shelf.orders[shelf.ids_of_shop[place]], found) == [], "read, but not as sent (VALUES-SURVIVE)"


@pytest.mark.rule("UPSERT-KEY", "UPSERT-LIMIT")
def test_100_known_orders_keep_their_ids(
    target: Target, shelf: Shelf, changed: tuple[list[int], dict[str, dict[str, Any]]]
) -> None:
    ids, rows = changed
    assert ids == shelf.ids[:BATCH]
    assert {order_id: int(row["id"]) for order_id, row in rows.items()} == dict(
        zip(shelf.orders, shelf.ids, strict=True)
    )


@pytest.mark.rule("UPSERT-KEY", "VALUES-SURVIVE")
def test_100_known_orders_are_all_changed_and_no_other_is(
    target: Target, shelf: Shelf, changed: tuple[list[int], dict[str, dict[str, Any]]]
) -> None:
    _, rows = changed
    assert [line for order_id, row in rows.items() for line in differences(shelf.orders[order_id], row)] == []
    assert len(rows) == len(shelf.orders)


@pytest.mark.rule("UPSERT-MIXED", "UPSERT-RESULT")
def test_a_batch_mixes_integrations_and_new_with_known_orders(target: Target, stock: Stock) -> None:
    (first, known), (middle, between), (last, other) = stock.take(), stock.take(), stock.take()
    for order in (known, between, other):
        order["order_details"]["notes"] = f"changed, {order['order_id']}"
    new, also_new = target.order(target.integrations[-1]), target.order()
    batch = [known, new, between, also_new, other]
    ids = target.upsert(*batch)
    assert [ids[0], ids[2], ids[4]] == [first, middle, last]
    assert len(set(ids)) == len(batch)
    for id_, order in zip(ids, batch, strict=True):
        target.read(id_, until=lambda found, order=order: differences(order, found) == [])  # type: ignore[misc]


@pytest.mark.rule("UPSERT-MIXED")
@pytest.mark.parametrize("known_first", [True, False], ids=["known, new", "new, known"])
def test_a_batch_of_two_may_have_one_known_order(target: Target, stock: Stock, known_first: bool) -> None:
    id_, known = stock.take()
    new = target.order(target.integrations[-1])
    known["order_number"] += "-b"
    batch = [known, new] if known_first else [new, known]
    ids = target.upsert(*batch)
    assert ids[batch.index(known)] == id_
    for number, order in zip(ids, batch, strict=True):
        target.read(number, until=lambda found, order=order: differences(order, found) == [])  # type: ignore[misc]
