"""Rules of the pages of GET /orders, shown on a shelf of 105 orders that this run put there (see `Shelf`)."""

import pytest

from orders.differences import differences
from suite.answer import next_cursor
from suite.shelf import PAGE, SORTS, Shelf, order_ids, sorted_by
from suite.target import Target

NO_CURSORS = ("bm90LWEtY3Vyc29y", "not a cursor")


@pytest.mark.rule("LIST-PAGE-SIZE")
def test_a_page_holds_100_rows_unless_asked_otherwise(target: Target, shelf: Shelf) -> None:
    answer = target.page(**shelf.filters)
    assert len(answer.json["data"]) == 100
    assert next_cursor(answer) is not None


@pytest.mark.rule("LIST-PAGE-SIZE", "LIST-CURSOR")
def test_a_page_holds_up_to_200_rows_and_the_last_links_to_no_other(target: Target, shelf: Shelf) -> None:
    sizes = [len(answer.json["data"]) for answer in shelf.pages(**shelf.filters, page_size=200)]
    assert sizes[:-1] == [200] * (len(sizes) - 1)
    assert 1 <= sizes[-1] <= 200
    assert sum(sizes) >= len(shelf.orders)


@pytest.mark.rule("LIST-PAGE-SIZE", "LIST-CURSOR")
@pytest.mark.parametrize("page_size", [13, 26, 51, 52, 53])
@pytest.mark.parametrize("sort", [None, "pk"])
def test_every_page_but_the_last_is_full_and_the_last_has_the_rest(
    target: Target, shelf: Shelf, page_size: int, sort: str | None
) -> None:
    # No order of anybody else has this status.
    pages = shelf.pages(status=shelf.status(1), page_size=page_size, **sorted_by(sort))
    rest = [52 % page_size] if 52 % page_size else []
    assert [len(page.json["data"]) for page in pages] == [page_size] * (52 // page_size) + rest


@pytest.mark.rule("LIST-PAGE-SIZE", "LIST-CURSOR")
@pytest.mark.parametrize("sort", [None, "-order_created_at"])
def test_a_page_may_hold_a_single_row(target: Target, shelf: Shelf, sort: str | None) -> None:
    number = shelf.orders[shelf.ids_of_shop[7]]["order_number"]
    pages = shelf.pages(order_number=number, page_size=1, **sorted_by(sort))
    assert [len(page.json["data"]) for page in pages] == [1] * 7


@pytest.mark.rule("LIST-COMPLETE", "LIST-CURSOR")
@pytest.mark.parametrize("sort", [None, *SORTS, *(f"-{key}" for key in SORTS), "order_updated_at,pk"])
def test_pages_neither_skip_nor_repeat(target: Target, shelf: Shelf, sort: str | None) -> None:
    rows = shelf.rows(**shelf.filters, page_size=PAGE, **sorted_by(sort))
    assert order_ids(rows) == sorted(shelf.orders)


@pytest.mark.rule("VALUES-SURVIVE")
@pytest.mark.parametrize("sort", [None, "pk"])
def test_each_row_of_each_page_is_as_it_was_sent(target: Target, shelf: Shelf, sort: str | None) -> None:
    rows = shelf.rows(**shelf.filters, page_size=PAGE, **sorted_by(sort))
    assert [line for row in rows for line in differences(shelf.orders[row["order_id"]], row)] == []


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


@pytest.mark.rule("LIST-COMPLETE")
def test_an_order_that_goes_while_paging_shifts_no_row(target: Target, shelf: Shelf) -> None:
    passing = target.order(order_created_at=f"{shelf.day:%Y-%m-%d}T12:00:00+00:00")
    id_ = target.upsert(passing)[0]
    target.read(id_)
    pages = target.pages(**shelf.filters, page_size=50, sort="-pk")
    rows = list(next(pages).json["data"])
    target.send("DELETE", f"/orders/{id_}")
    assert target.gone(id_)
    rows += [row for answer in pages for row in answer.json["data"]]
    seen = [row["order_id"] for row in rows if target.ours(row)]
    assert sorted(seen) == sorted([*shelf.orders, passing["order_id"]])


@pytest.mark.rule("LIST-COMPLETE")
def test_rows_that_go_at_either_side_of_a_cursor_shift_no_row(target: Target) -> None:
    status = f"{target.run}going"
    first, second, third, last = target.upsert(*(target.order(status={"code": status}) for _ in range(4)))
    assert target.eventually(lambda: len(target.listed(status=status)) == 4)
    pages = target.pages(status=status, page_size=1, sort="pk")
    found = [row["id"] for row in next(pages).json["data"]]
    _delete(target, first)
    found += [row["id"] for row in next(pages).json["data"]]
    _delete(target, third)
    found += [row["id"] for page in pages for row in page.json["data"]]
    assert [int(id_) for id_ in found] == [first, second, last]


def _delete(target: Target, id_: int) -> None:
    target.send("DELETE", f"/orders/{id_}")
    assert target.gone(id_)


@pytest.mark.rule("LIST-COMPLETE", "LIST-CURSOR")
def test_a_cursor_leads_to_the_same_page_each_time(target: Target, shelf: Shelf) -> None:
    first, second = shelf.pages(**shelf.filters, page_size=PAGE)[:2]
    again = target.page(**shelf.filters, page_size=PAGE, cursor=str(next_cursor(first)))
    assert order_ids(again.json["data"]) == order_ids(second.json["data"])


@pytest.mark.rule("LIST-CURSOR")
def test_a_page_is_data_alone_and_its_way_on_is_a_link(target: Target, shelf: Shelf) -> None:
    answer = target.page(**shelf.filters, page_size=100)
    assert isinstance(answer.json["data"], list)
    assert 'rel="next"' in answer.headers["Link"]


@pytest.mark.rule("LIST-CURSOR")
@pytest.mark.parametrize("query", [{}, {"page_size": 1}, {"sort": "order_number"}], ids=str)
def test_a_list_of_nothing_is_one_empty_page(target: Target, query: dict[str, str | int]) -> None:
    answer = target.page(status=f"{target.run}nobody has this", **query)
    assert answer.status == 200
    assert answer.json["data"] == []
    assert next_cursor(answer) is None


@pytest.mark.rule("LIST-CURSOR-INVALID")
@pytest.mark.parametrize("cursor", NO_CURSORS)
@pytest.mark.parametrize("sort", [None, "pk", "order_number,-pk"])
def test_a_cursor_that_was_never_given_out_is_not_found(target: Target, cursor: str, sort: str | None) -> None:
    answer = target.page(cursor=cursor, **sorted_by(sort))
    assert answer.status == 404
    assert [error["detail"] for error in answer.errors] == ["Invalid cursor"]


@pytest.mark.rule("LIST-CURSOR-INVALID")
def test_a_cursor_that_was_never_given_out_is_not_found_beside_filters(target: Target, shelf: Shelf) -> None:
    answer = target.page(**shelf.filters, status=shelf.status(0), page_size=5, cursor=NO_CURSORS[0])
    assert answer.status == 404
    assert [error["detail"] for error in answer.errors] == ["Invalid cursor"]
