"""Rules of the sequence of GET /orders: on every page, whatever the filters."""

from operator import itemgetter
from typing import Any

import pytest

from suite.shelf import PAGE, SORTS, Shelf, sort_value
from suite.target import Target

COMBINED = (
    "order_updated_at,-order_number",
    "-integration,order_created_at",
    "order_number,-pk",
    "-order_created_at,pk",
    "integration,-order_updated_at,order_number",
)
ALONE = ("integration", "status", "order_number", "order_created_at", "order_updated_at")


def in_sequence(rows: list[dict[str, Any]], sort: str) -> list[tuple[Any, ...]]:
    """Return the values that the rows are sorted by, as they have to come."""
    keys = [key.removeprefix("-") for key in sort.split(",")]
    values = [tuple(sort_value(row, key) for key in keys) for row in rows]
    for place, key in reversed(list(enumerate(sort.split(",")))):
        values.sort(key=itemgetter(place), reverse=key.startswith("-"))
    return values


def values_of(rows: list[dict[str, Any]], sort: str) -> list[tuple[Any, ...]]:
    keys = [key.removeprefix("-") for key in sort.split(",")]
    return [tuple(sort_value(row, key) for key in keys) for row in rows]


@pytest.mark.rule("LIST-SORT")
@pytest.mark.parametrize("key", SORTS)
@pytest.mark.parametrize("sign", ["", "-"], ids=["up", "down"])
def test_rows_come_in_the_sequence_asked_for_from_page_to_page(
    target: Target, shelf: Shelf, key: str, sign: str
) -> None:
    rows = shelf.rows(**shelf.filters, page_size=PAGE, sort=sign + key)
    assert len(rows) > PAGE
    assert values_of(rows, sign + key) == in_sequence(rows, sign + key)


@pytest.mark.rule("LIST-SORT", "LIST-COMPLETE")
@pytest.mark.parametrize("sort", COMBINED)
def test_a_further_sort_key_settles_ties_of_those_before(target: Target, shelf: Shelf, sort: str) -> None:
    rows = shelf.rows(**shelf.filters, page_size=PAGE, sort=sort)
    assert len(rows) == len(shelf.orders)
    assert values_of(rows, sort) == in_sequence(rows, sort)


@pytest.mark.rule("LIST-SORT")
@pytest.mark.parametrize("page_size", [200, PAGE])
def test_without_a_sort_the_newest_order_comes_first_on_every_page(
    target: Target, shelf: Shelf, page_size: int
) -> None:
    ids = [int(row["id"]) for row in shelf.rows(**shelf.filters, page_size=page_size)]
    assert len(ids) == len(shelf.orders)
    assert ids == sorted(ids, reverse=True)


@pytest.mark.rule("LIST-SORT")
@pytest.mark.parametrize("name", ALONE)
def test_without_a_sort_the_newest_order_comes_first_whatever_filter_is_alone(
    target: Target, shelf: Shelf, name: str
) -> None:
    ids = [int(row["id"]) for row in target.page(**shelf.alike(10, name), page_size=40).json["data"]]
    assert len(ids) > 1
    assert ids == sorted(ids, reverse=True)


@pytest.mark.rule("LIST-SORT")
def test_without_a_sort_and_a_filter_the_newest_order_comes_first(target: Target, shelf: Shelf) -> None:
    id_ = target.upsert(target.order())[0]
    target.read(id_)
    first, second = list(zip(range(2), target.pages(page_size=30), strict=False))
    ids = [int(row["id"]) for _, answer in (first, second) for row in answer.json["data"]]
    assert id_ in ids
    assert ids == sorted(ids, reverse=True)


@pytest.mark.rule("LIST-SORT")
@pytest.mark.parametrize("sort", ["-colour", "colour"])
def test_a_sort_that_is_not_supported_is_none_at_all(target: Target, shelf: Shelf, sort: str) -> None:
    pages = list(target.pages_of({**shelf.filters, "page_size": 60, "sort": sort}, valid=False))
    assert {answer.status for answer in pages} == {200}
    ids = [int(row["id"]) for answer in pages for row in answer.json["data"] if target.ours(row)]
    assert len(ids) == len(shelf.orders)
    assert ids == sorted(ids, reverse=True)
