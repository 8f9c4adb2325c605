"""Rules of GET /orders, shown on a shelf of 105 orders that this run put there (see `Shelf`)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from suite.answer import next_cursor
from suite.shelf import Shelf
from suite.target import Target

Row = dict[str, Any]


@pytest.mark.rule("UPSERT-LIMIT", "UPSERT-STATUS", "UPSERT-ASYNC")
def test_a_batch_of_100_is_accepted_and_all_of_it_is_stored(target: Target, shelf: Shelf) -> None:
    assert len(shelf.first_batch) == 100
    rows = target.listed(**shelf.filters, page_size=200)
    assert {row["order_id"] for row in rows} == set(shelf.orders)


@pytest.mark.rule("LIST-PAGE-SIZE")
def test_a_page_holds_100_rows_unless_asked_otherwise(target: Target, shelf: Shelf) -> None:
    answer = target.page(**shelf.filters)
    assert len(answer.json["data"]) == 100
    assert next_cursor(answer) is not None


@pytest.mark.rule("LIST-PAGE-SIZE", "LIST-CURSOR")
def test_a_page_holds_up_to_200_rows_and_the_last_links_to_no_other(target: Target, shelf: Shelf) -> None:
    sizes = [len(answer.json["data"]) for answer in target.pages(**shelf.filters, page_size=200)]
    assert sizes[:-1] == [200] * (len(sizes) - 1)
    assert 1 <= sizes[-1] <= 200
    assert sum(sizes) >= len(shelf.orders)


@pytest.mark.rule("LIST-PAGE-SIZE", "LIST-CURSOR")
@pytest.mark.parametrize("page_size", [1, 6, 9])
def test_pages_are_as_long_as_asked_for(target: Target, shelf: Shelf, page_size: int) -> None:
    # No order of anybody else has this status.
    some = {"status": shelf.status(0), "order_created_at": shelf.filters["order_created_at_min"]}
    answers = list(target.pages(**shelf.integration_filter, **some, page_size=page_size, sort="pk"))
    sizes = [len(answer.json["data"]) for answer in answers]
    assert sizes == [page_size] * (18 // page_size)


@pytest.mark.rule("LIST-COMPLETE", "LIST-CURSOR")
@pytest.mark.parametrize("sort", [None, "pk", "-pk", "order_number", "-order_created_at", "order_updated_at,pk"])
def test_pages_neither_skip_nor_repeat(target: Target, shelf: Shelf, sort: str | None) -> None:
    rows = target.listed(**shelf.filters, page_size=13, **sorted_by(sort))
    assert sorted(row["order_id"] for row in rows) == sorted(shelf.orders)


@pytest.mark.rule("LIST-COMPLETE")
def test_filters_hold_from_page_to_page(target: Target, shelf: Shelf) -> None:
    rows = target.listed(**shelf.filters, page_size=9, status=shelf.status(0))
    assert {row["order_details"]["status"]["code"] for row in rows} == {shelf.status(0)}
    assert len(rows) == len(shelf.where(lambda order: order["order_details"]["status"]["code"] == shelf.status(0)))


@pytest.mark.rule("LIST-COMPLETE")
@pytest.mark.parametrize("sort", [None, "pk", "-pk"])
def test_an_order_that_comes_while_paging_shifts_no_row(target: Target, shelf: Shelf, sort: str | None) -> None:
    pages = target.pages(**shelf.filters, page_size=50, **sorted_by(sort))
    rows = list(next(pages).json["data"])
    late = target.order(order_created_at=f"{shelf.day:%Y-%m-%d}T12:00:00+00:00")
    id_ = target.upsert(late)[0]
    try:
        target.read(id_)
        rows += [row for answer in pages for row in answer.json["data"]]
    finally:
        target.send("DELETE", f"/orders/{id_}")
    seen = [row["order_id"] for row in rows if target.ours(row)]
    assert sorted(set(seen) - {late["order_id"]}) == sorted(shelf.orders)
    assert len(seen) == len(set(seen))


@pytest.mark.rule("LIST-CURSOR")
def test_a_page_is_data_alone_and_its_way_on_is_a_link(target: Target, shelf: Shelf) -> None:
    answer = target.page(**shelf.filters, page_size=100)
    assert isinstance(answer.json["data"], list)
    assert 'rel="next"' in answer.headers["Link"]


@pytest.mark.rule("LIST-CURSOR-INVALID")
def test_a_cursor_that_was_never_given_out_is_not_found(target: Target) -> None:
    answer = target.page(cursor="bm90LWEtY3Vyc29y")
    assert answer.status == 404
    assert [error["detail"] for error in answer.errors] == ["Invalid cursor"]


@pytest.mark.rule("LIST-INTEGRATION")
def test_an_integration_filter_takes_one_id_or_several(target: Target, shelf: Shelf) -> None:
    for wanted in {target.integrations[:1], target.integrations[:2]}:
        filters = {**shelf.filters, "integration": ",".join(map(str, wanted))}
        rows = target.listed(**filters, page_size=200)
        expected = shelf.where(lambda order, ids=wanted: order["order_details"]["integration"]["id"] in ids)  # type: ignore[misc]
        assert {row["order_id"] for row in rows} == expected


@pytest.mark.rule("LIST-INTEGRATION-UNKNOWN")
def test_a_filter_for_a_foreign_integration_is_refused(target: Target) -> None:
    answer = target.page(integration=2_000_000_011)
    assert answer.status == 400
    error = answer.errors[0]
    assert error["code"] == "invalid_choice"
    assert error["detail"].startswith("Select a valid choice.")
    assert error["source"] == {"parameter": "integration"}


@pytest.mark.rule("LIST-ORDER-NUMBER", "LIST-ORDER-ID")
@pytest.mark.parametrize("name", ["order_number", "order_id"])
@pytest.mark.parametrize("spelling", [str, str.upper, str.lower], ids=["as sent", "upper", "lower"])
def test_a_number_or_id_matches_whole_in_any_case(
    target: Target, shelf: Shelf, name: str, spelling: Callable[[str], str]
) -> None:
    order = shelf.orders[shelf.ids_of_shop[10]]
    rows = target.listed(**{name: spelling(order[name])})
    expected = shelf.where(lambda other: other[name].lower() == order[name].lower())
    assert {row["order_id"] for row in rows} == expected
    # Cut within what all orders of the run begin with: one digit less of the last number may be another order's.
    assert target.listed(**{name: spelling(order[name])[: len(target.run) - 1]}) == []


@pytest.mark.rule("LIST-ORDER-NUMBER")
def test_orders_that_share_a_number_are_all_found(target: Target) -> None:
    orders = [target.order(order_number="") for _ in range(2)]
    for order in orders:
        order["order_number"] = f"{target.run}shared # 1&2"
    for id_ in target.upsert(*orders):
        target.read(id_)
    found = target.listed(order_number=f"{target.run}shared # 1&2")
    assert {row["order_id"] for row in found} == {order["order_id"] for order in orders}


@pytest.mark.rule("LIST-STATUS")
@pytest.mark.parametrize("spelling", [str, str.upper], ids=["as sent", "upper"])
def test_a_status_matches_whole_in_any_case(target: Target, shelf: Shelf, spelling: Callable[[str], str]) -> None:
    rows = target.listed(**shelf.filters, page_size=200, status=spelling(shelf.status(1)))
    expected = shelf.where(lambda order: order["order_details"]["status"]["code"] == shelf.status(1))
    assert {row["order_id"] for row in rows} == expected
    assert target.listed(**shelf.filters, status=spelling(shelf.status(1))[:-1]) == []


@pytest.mark.rule("LIST-CREATED", "LIST-UPDATED")
@pytest.mark.parametrize("name", ["order_created_at", "order_updated_at"])
@pytest.mark.parametrize("bound", ["", "_min", "_max", "_min_max"])
def test_a_day_filter_includes_its_bounds(target: Target, shelf: Shelf, name: str, bound: str) -> None:
    first = shelf.first_day(name)
    second = first + timedelta(days=1)
    # An upper bound alone would let in whatever others stored before; the lower one keeps the answer small.
    asked = {
        "": {name: str(second)},
        "_min": {f"{name}_min": str(second)},
        "_max": {f"{name}_min": str(first - timedelta(days=30)), f"{name}_max": str(second)},
        "_min_max": {f"{name}_min": str(second), f"{name}_max": str(second)},
    }[bound]
    wanted: dict[str, Callable[[str], bool]] = {
        "": lambda day: day == str(second),
        "_min": lambda day: day >= str(second),
        "_max": lambda day: day <= str(second),
        "_min_max": lambda day: day == str(second),
    }
    rows = target.listed(**{**shelf.integration_filter, **asked}, page_size=200)
    expected = shelf.where(lambda order: wanted[bound](order["order_details"][name][:10]))
    assert {row["order_id"] for row in rows if row["order_id"] in shelf.orders} == expected


def sorted_by(sort: str | None) -> dict[str, str]:
    """Return the query of a sort, and none for none: a server may take an empty one for something else."""
    return {} if sort is None else {"sort": sort}


def _value(row: Row, key: str) -> Any:
    if key == "pk":
        return int(row["id"])
    if key == "order_number":
        return row["order_number"]
    details = row["order_details"]
    return details["integration"]["id"] if key == "integration" else details[key][:19]


@pytest.mark.rule("LIST-SORT")
@pytest.mark.parametrize("key", ["integration", "order_number", "order_created_at", "order_updated_at", "pk"])
@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
def test_rows_come_in_the_sequence_asked_for(target: Target, shelf: Shelf, key: str, descending: bool) -> None:
    rows = target.listed(**shelf.filters, page_size=200, sort=f"-{key}" if descending else key)
    values = [_value(row, key) for row in rows]
    assert len(values) == len(shelf.orders)
    assert values == sorted(values, reverse=descending)


@pytest.mark.rule("LIST-SORT")
def test_a_second_sort_key_settles_ties_of_the_first(target: Target, shelf: Shelf) -> None:
    rows = target.listed(**shelf.filters, page_size=200, sort="order_updated_at,-order_number")
    values = [(_value(row, "order_updated_at"), row["order_number"]) for row in rows]
    expected = sorted(sorted(values, key=lambda pair: pair[1], reverse=True), key=lambda pair: pair[0])
    assert values == expected


@pytest.mark.rule("LIST-SORT")
@pytest.mark.parametrize("page_size", [200, 30])
def test_without_a_sort_the_newest_order_comes_first_on_every_page(
    target: Target, shelf: Shelf, page_size: int
) -> None:
    ids = [int(row["id"]) for row in target.listed(**shelf.filters, page_size=page_size)]
    assert len(ids) == len(shelf.orders)
    assert ids == sorted(ids, reverse=True)


@pytest.mark.rule("LIST-SORT")
def test_a_sort_that_is_not_supported_is_none_at_all(target: Target, shelf: Shelf) -> None:
    params = [(name, str(value)) for name, value in {**shelf.filters, "page_size": 200, "sort": "-colour"}.items()]
    answer = target.send("GET", "/orders", params=params, valid=False)
    assert answer.status == 200
    ids = [int(row["id"]) for row in answer.json["data"] if target.ours(row)]
    assert len(ids) > 1
    assert ids == sorted(ids, reverse=True)


@pytest.mark.rule("LIST-UNKNOWN-FILTER")
def test_an_unknown_query_parameter_is_ignored(target: Target, shelf: Shelf) -> None:
    order_id = shelf.ids_of_shop[3]
    answer = target.send("GET", "/orders", params=[("order_id", order_id), ("search", "nothing")], valid=False)
    assert answer.status == 200
    assert [row["order_id"] for row in answer.json["data"]] == [order_id]
