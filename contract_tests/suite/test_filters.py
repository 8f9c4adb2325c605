"""Rules of the filters of GET /orders: alone, together, on every page, with and without a sort."""

from collections.abc import Callable
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from suite.answer import next_cursor
from suite.shelf import RULE_OF, SORTS, Shelf, order_ids, sorted_by
from suite.target import Target

SHARED = tuple(name for name in RULE_OF if name != "order_id")
DATES = ("order_created_at", "order_updated_at")
TEXTS = ("order_id", "order_number", "status")
BESIDE = (*combinations(TEXTS, 2), *((text, other) for text in TEXTS for other in ("integration", "order_created_at")))
BOUNDS = ("", "_min", "_max")
NO_INTEGRATION = 2_000_000_011
# What clients have been seen to send and the service does not know.
UNKNOWN = {
    "search": "nothing",
    "query": "nothing",
    "filter[order_number]": "nothing",
    "integration_id": "1",
    "page": "7",
    "limit": "1",
    "offset": "90",
    "ordering": "id",
    "created_at__gte": "2999-01-01",
}


def ruled(*names: str) -> Any:
    """Return filters as a parameter, with their rules and a speaking id."""
    rules = sorted({RULE_OF[name.removesuffix("_min").removesuffix("_max")] for name in names})
    return pytest.param(names, marks=pytest.mark.rule(*rules), id=" and ".join(names))


def days(shelf: Shelf, name: str, bound: str) -> tuple[dict[str, str | int], set[str]]:
    """Return a filter by the second day of the shelf, and the orders that pass it."""
    day = str(shelf.first_day(name) + timedelta(days=1))
    passes: dict[str, Callable[[str], bool]] = {
        "": lambda given: given == day,
        "_min": lambda given: given >= day,
        "_max": lambda given: given <= day,
    }
    return {name + bound: day}, shelf.where(lambda order: passes[bound](order["order_details"][name][:10]))


# ---------------------------------------------------------------------- one filter


@pytest.mark.parametrize("names", [ruled(name) for name in SHARED if name != "integration"])
@pytest.mark.parametrize("number", [0, 51, 104], ids=["first order", "one between", "last order"])
def test_a_filter_alone_finds_what_passes_it(target: Target, shelf: Shelf, names: tuple[str], number: int) -> None:
    filters = shelf.alike(number, *names)
    assert order_ids(shelf.rows(**filters, page_size=200)) == sorted(shelf.matching(filters))


@pytest.mark.rule("LIST-INTEGRATION")
@pytest.mark.parametrize("sort", [None, "-order_number"])
def test_an_integration_alone_finds_no_order_of_another(target: Target, shelf: Shelf, sort: str | None) -> None:
    for wanted in target.integrations[:2]:
        first = target.page(integration=wanted, page_size=20, **sorted_by(sort))
        second = target.page(integration=wanted, page_size=20, cursor=str(next_cursor(first)), **sorted_by(sort))
        rows = [*first.json["data"], *second.json["data"]]
        assert len(rows) > 20
        assert {row["order_details"]["integration"]["id"] for row in rows} == {wanted}


@pytest.mark.rule("LIST-INTEGRATION")
def test_an_integration_filter_takes_one_id_or_several_in_any_sequence(target: Target, shelf: Shelf) -> None:
    first, *others = target.integrations[:2]
    for wanted in ([first], others, [first, *others], [*others, first]):
        if wanted:
            rows = shelf.rows(**shelf.filters | {"integration": ",".join(map(str, wanted))}, page_size=200)
            assert order_ids(rows) == sorted(
                shelf.where(lambda order, ids=wanted: order["order_details"]["integration"]["id"] in ids)  # type: ignore[misc]
            )


@pytest.mark.rule("LIST-INTEGRATION-UNKNOWN")
@pytest.mark.parametrize("place", ["alone", "before one of the account", "behind one of the account"])
@pytest.mark.parametrize("more", [{}, {"sort": "pk", "page_size": 1}, {"status": "x"}], ids=str)
def test_a_filter_for_a_foreign_integration_is_refused(target: Target, place: str, more: dict[str, Any]) -> None:
    own = [str(target.integration)] if place != "alone" else []
    ids = [str(NO_INTEGRATION), *own] if place.startswith("before") else [*own, str(NO_INTEGRATION)]
    answer = target.page(integration=",".join(ids), **more)
    assert answer.status == 400
    error = answer.errors[0]
    assert error["code"] == "invalid_choice"
    assert error["detail"].startswith("Select a valid choice.")
    assert error["source"] == {"parameter": "integration"}


@pytest.mark.parametrize("names", [ruled("order_number"), ruled("order_id"), ruled("status")])
@pytest.mark.parametrize("spelling", [str, str.upper, str.lower, str.title], ids=["as sent", "upper", "lower", "mixed"])
def test_a_text_matches_in_any_case(
    target: Target, shelf: Shelf, names: tuple[str], spelling: Callable[[str], str]
) -> None:
    for number in (10, 11, 13):
        filters = shelf.alike(number, *names)
        spelt = {name: spelling(str(value)) for name, value in filters.items()}
        assert order_ids(shelf.rows(**spelt, page_size=50)) == sorted(shelf.matching(filters))


@pytest.mark.parametrize("names", [ruled(*pair) for pair in BESIDE])
def test_a_text_matches_in_any_case_beside_another_filter(target: Target, shelf: Shelf, names: tuple[str, str]) -> None:
    filters = shelf.alike(20, *names)
    spelt = {name: str(value).upper() if name in TEXTS else value for name, value in filters.items()}
    assert order_ids(shelf.rows(**spelt, page_size=50)) == sorted(shelf.matching(filters))


@pytest.mark.rule("LIST-ORDER-NUMBER")
def test_a_number_matches_in_any_case_on_every_page(target: Target, shelf: Shelf) -> None:
    filters = shelf.alike(10, "order_number")
    number = str(filters["order_number"]).upper()
    pages = shelf.pages(order_number=number, page_size=3)
    assert order_ids(row for page in pages for row in page.json["data"]) == sorted(shelf.matching(filters))


@pytest.mark.parametrize("names", [ruled("order_number"), ruled("order_id"), ruled("status")])
@pytest.mark.parametrize("spelling", [str, str.upper], ids=["as sent", "upper"])
def test_a_part_of_a_text_does_not_match(
    target: Target, shelf: Shelf, names: tuple[str], spelling: Callable[[str], str]
) -> None:
    [(name, value)] = shelf.alike(10, *names).items()
    text = spelling(str(value))
    # Cut within what all orders of the run begin with: one digit less of the last number may be another order's.
    for part in (text[: len(target.run) - 1], text[1:], f"{text}-x", f"{text[:9]}%", text.replace("-", "_", 1)):
        assert target.listed(**{name: part}) == []


@pytest.mark.rule("LIST-ORDER-NUMBER")
def test_orders_that_share_a_number_are_all_found(target: Target) -> None:
    orders = [target.order() for _ in range(2)]
    for order in orders:
        order["order_number"] = f"{target.run}shared # 1&2"
    for id_ in target.upsert(*orders):
        target.read(id_)
    found = target.listed(order_number=f"{target.run}shared # 1&2")
    assert {row["order_id"] for row in found} == {order["order_id"] for order in orders}


@pytest.mark.rule("LIST-CREATED", "LIST-UPDATED")
@pytest.mark.parametrize("name", DATES)
@pytest.mark.parametrize("bound", BOUNDS)
def test_a_day_filter_includes_its_bounds(target: Target, shelf: Shelf, name: str, bound: str) -> None:
    asked, expected = days(shelf, name, bound)
    rows = shelf.rows(**shelf.integration_filter, **narrow(shelf, name, bound), **asked, page_size=200)
    assert order_ids(rows) == sorted(expected)


@pytest.mark.rule("LIST-CREATED", "LIST-UPDATED")
@pytest.mark.parametrize("name", DATES)
def test_both_bounds_of_a_day_hold_together(target: Target, shelf: Shelf, name: str) -> None:
    day = shelf.first_day(name) + timedelta(days=1)
    rows = shelf.rows(**{f"{name}_min": str(day), f"{name}_max": str(day)}, page_size=200)
    assert order_ids(rows) == sorted(days(shelf, name, "")[1])


@pytest.mark.rule("LIST-CREATED", "LIST-UPDATED")
@pytest.mark.parametrize("name", DATES)
@pytest.mark.parametrize("bound", BOUNDS)
def test_a_day_filter_beside_the_shelf_finds_nothing_of_it(target: Target, shelf: Shelf, name: str, bound: str) -> None:
    first = shelf.first_day(name)
    day = first - timedelta(days=1) if bound == "_max" else first + timedelta(days=5)
    assert shelf.rows(status=shelf.status(0), **{name + bound: str(day)}) == []


@pytest.mark.parametrize("name", DATES)
@pytest.mark.parametrize("sort", [None, "pk"])
@pytest.mark.rule("LIST-CREATED", "LIST-UPDATED")
def test_a_day_filter_alone_finds_what_was_so_that_day(
    target: Target, shelf: Shelf, name: str, sort: str | None
) -> None:
    asked, expected = days(shelf, name, "")
    assert order_ids(shelf.rows(**asked, page_size=9, **sorted_by(sort))) == sorted(expected)


def narrow(shelf: Shelf, name: str, bound: str) -> dict[str, str | int]:
    """Return the other bound, which keeps out what others stored before or will store."""
    first = shelf.first_day(name)
    far = {"_min": {f"{name}_max": str(first + timedelta(days=9))}, "_max": {f"{name}_min": str(first)}}
    return {**far.get(bound, {})}


# ---------------------------------------------------------------------- several filters


@pytest.mark.parametrize("names", [ruled(*pair) for pair in combinations(SHARED, 2)])
def test_two_filters_hold_together(target: Target, shelf: Shelf, names: tuple[str, str]) -> None:
    filters = shelf.alike(20, *names)
    assert order_ids(shelf.rows(**filters, page_size=200)) == sorted(shelf.matching(filters))


@pytest.mark.parametrize("names", [ruled(*SHARED)])
def test_all_filters_hold_together(target: Target, shelf: Shelf, names: tuple[str, ...]) -> None:
    filters = shelf.alike(20, *names)
    assert order_ids(shelf.rows(**filters)) == sorted(shelf.matching(filters))


@pytest.mark.parametrize("names", [ruled("order_id", name) for name in SHARED])
def test_an_order_id_finds_nothing_that_another_filter_keeps_out(
    target: Target, shelf: Shelf, names: tuple[str, str]
) -> None:
    own = shelf.alike(20, *names)
    others = [kept for number in range(9) if (kept := shelf.alike(number, names[1])) != shelf.alike(20, names[1])]
    assert order_ids(shelf.rows(**own)) == [own["order_id"]]
    # With one integration there is no other one.
    assert [row for other in others[:1] for row in shelf.rows(**own | other)] == []


# ---------------------------------------------------------------------- from page to page


def on_pages() -> list[Any]:
    """Return each filter with no sort and with one, each sort with some filter."""
    names = ["integration", "order_number", *(name + bound for name in DATES for bound in BOUNDS)]
    sorts = [sign + key for key in SORTS for sign in ("", "-")]
    pairs = [(name, sort) for place, name in enumerate(names) for sort in (None, sorts[place], sorts[place - 5])]
    return [
        pytest.param(
            name,
            sort,
            id=f"{name}, {f'sorted by {sort}' if sort else 'no sort'}",
            marks=pytest.mark.rule(RULE_OF[name.removesuffix("_min").removesuffix("_max")], "LIST-COMPLETE"),
        )
        for name, sort in pairs
    ]


@pytest.mark.parametrize(("name", "sort"), on_pages())
def test_a_filter_holds_on_every_page(target: Target, shelf: Shelf, name: str, sort: str | None) -> None:
    date_name = name.removesuffix("_min").removesuffix("_max")
    if date_name in DATES:
        filters, expected = days(shelf, date_name, name.removeprefix(date_name))
    else:
        filters = shelf.alike(20, name)
        expected = shelf.matching(filters)
    # The status belongs to this run alone, so that whatever comes on a page is the shelf's.
    expected &= shelf.where(lambda order: order["order_details"]["status"]["code"] == shelf.status(0))
    size = max(1, len(expected) // 3)
    pages = shelf.pages(**filters, status=shelf.status(0), page_size=size, **sorted_by(sort))
    assert len(pages) >= 3
    assert order_ids(row for page in pages for row in page.json["data"]) == sorted(expected)


@pytest.mark.rule("LIST-STATUS", "LIST-COMPLETE")
@pytest.mark.parametrize("sort", [None, *SORTS, *(f"-{key}" for key in SORTS)])
def test_a_status_alone_holds_on_every_page(target: Target, shelf: Shelf, sort: str | None) -> None:
    pages = shelf.pages(status=shelf.status(1).upper(), page_size=20, **sorted_by(sort))
    expected = shelf.where(lambda order: order["order_details"]["status"]["code"] == shelf.status(1))
    assert order_ids(row for page in pages for row in page.json["data"]) == sorted(expected)


# ---------------------------------------------------------------------- parameters that are none


@pytest.mark.rule("LIST-UNKNOWN-FILTER")
def test_unknown_query_parameters_alone_are_ignored(target: Target, shelf: Shelf) -> None:
    answer = target.page_of({"page_size": 5, **UNKNOWN}, valid=False)
    assert answer.status == 200
    assert len(answer.json["data"]) == 5


@pytest.mark.rule("LIST-UNKNOWN-FILTER")
@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_query_parameter_beside_a_known_one_is_ignored(target: Target, shelf: Shelf, name: str) -> None:
    order_id = shelf.ids_of_shop[3]
    answer = target.page_of({"order_id": order_id, name: UNKNOWN[name]}, valid=False)
    assert answer.status == 200
    assert [row["order_id"] for row in answer.json["data"]] == [order_id]


@pytest.mark.rule("LIST-UNKNOWN-FILTER")
@pytest.mark.parametrize("sort", [None, "order_number"])
def test_unknown_query_parameters_are_ignored_on_every_page(target: Target, shelf: Shelf, sort: str | None) -> None:
    pages = list(target.pages_of({**shelf.filters, "page_size": 60, **sorted_by(sort), **UNKNOWN}, valid=False))
    rows = [row for page in pages for row in page.json["data"] if target.ours(row)]
    assert order_ids(rows) == sorted(shelf.orders)


@pytest.mark.rule("LIST-UNKNOWN-FILTER", "LIST-SORT")
def test_unknown_query_parameters_leave_the_sort_as_it_is(target: Target, shelf: Shelf) -> None:
    pages = list(target.pages_of({**shelf.filters, "page_size": 60, "sort": "-order_number", **UNKNOWN}, valid=False))
    found = [row["order_number"] for page in pages for row in page.json["data"] if target.ours(row)]
    assert len(found) == len(shelf.orders)
    assert found == sorted(found, reverse=True)
