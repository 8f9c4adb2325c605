"""Filters, cursors and pages."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.factory import order
from sendcloud_orders import ContractError, Filters, InvalidRequest, Page, UnreadableRow
from sendcloud_orders.exchange import Answer, Exchange, Succeeded, Unreadable, read_answer
from sendcloud_orders.pagination import Listing, UnreadableRows, page_call, read_cursor, read_filters
from sendcloud_orders_api.api.orders import list_orders


def row(number: int, integration: int = 41) -> dict[str, Any]:
    return {"id": str(number), **order(f"A-{number}", integration)}


def answer(*rows: Any, next_url: str | None = None) -> Answer:
    return Answer(200, {"content-type": "application/json"}, json.dumps({"data": rows}).encode(), next_url)


# ---------------------------------------------------------------- filters


def test_every_parameter_of_the_operation_is_a_filter() -> None:
    parameters = list_orders.build_request.__annotations__.keys() - {"return"}
    assert Filters.__annotations__.keys() == parameters


@pytest.mark.rule("LIST-UNKNOWN-FILTER")
@pytest.mark.parametrize("name", ["integration_id", "search", "page", "limit", "created_at__gte", "Integration"])
def test_a_filter_that_the_service_would_ignore_is_refused_and_the_known_ones_are_named(name: str) -> None:
    with pytest.raises(InvalidRequest, match="order_updated_at_min") as caught:
        read_filters({name: 1})
    assert repr(name) in str(caught.value)


def test_a_misspelt_filter_is_answered_with_the_one_that_was_meant() -> None:
    with pytest.raises(InvalidRequest, match="Did you mean order_number"):
        read_filters({"order_numbr": "1"})


@pytest.mark.rule("LIST-INTEGRATION")
@pytest.mark.parametrize(("value", "expected"), [(41, "41"), ([41, 68], "41,68"), ((41,), "41"), ({41}, "41")])
def test_integrations_go_out_as_a_list_with_commas(value: Any, expected: str) -> None:
    assert page_call(read_filters({"integration": value}), None).request.params["integration"] == expected


@pytest.mark.rule("LIST-SORT")
@pytest.mark.parametrize(("value", "expected"), [("-pk", "-pk"), (["order_number", "-pk"], "order_number,-pk")])
def test_sort_keys_go_out_as_a_list_with_commas(value: Any, expected: str) -> None:
    assert page_call(read_filters({"sort": value}), None).request.params["sort"] == expected


@pytest.mark.rule("LIST-CREATED", "LIST-UPDATED")
@pytest.mark.parametrize(
    "name", [name for name in Filters.__annotations__ if name.startswith("order_") and "_at" in name]
)
def test_days_go_out_as_dates(name: str) -> None:
    assert page_call(read_filters({name: date(2026, 11, 1)}), None).request.params[name] == "2026-11-01"


@pytest.mark.rule("LIST-PAGE-SIZE", "LIST-SORT", "LIST-INTEGRATION", "LIST-CREATED")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page_size", 0),
        ("page_size", 201),
        ("page_size", "100"),
        ("page_size", True),
        ("page_size", 10.0),
        ("integration", []),
        ("integration", "41"),
        ("integration", [41, "68"]),
        ("integration", True),
        ("integration", None),
        ("sort", []),
        ("sort", "created"),
        ("sort", ["pk", "nonsense"]),
        ("order_created_at", datetime(2026, 11, 1)),
        ("order_created_at_min", "2026-11-01"),
        ("order_id", ""),
        ("order_number", 1001),
        ("status", None),
        ("cursor", ""),
    ],
)
def test_a_value_that_the_service_would_pass_over_is_refused(name: str, value: Any) -> None:
    with pytest.raises(InvalidRequest, match=name):
        read_filters({name: value})


@pytest.mark.rule("LIST-EMPTY-FILTER")
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("cursor", "start at the first page"),
        *((name, "list orders whatever theirs is") for name in ("order_id", "order_number", "status")),
    ],
)
def test_an_empty_text_is_refused_with_what_to_do_instead(name: str, hint: str) -> None:
    with pytest.raises(InvalidRequest, match=f"The filter {name} is empty, .* leave it out to {hint}"):
        read_filters({name: ""})
    assert read_filters({name: " "}) == {name: " "}


@pytest.mark.rule("LIST-PAGE-SIZE")
def test_the_largest_page_is_asked_for_unless_another_is_wanted() -> None:
    assert page_call({}, None).request.params["page_size"] == "200"
    assert page_call(read_filters({"page_size": 7}), None).request.params["page_size"] == "7"


# ---------------------------------------------------------------- cursors


@pytest.mark.rule("LIST-CURSOR")
@pytest.mark.parametrize(
    ("url", "cursor"),
    [
        ("https://panel.sendcloud.sc/v3/orders?cursor=cD0xMjM=", "cD0xMjM="),
        ("https://panel.sendcloud.sc/api/v3/orders?cursor=cD0xMjM%3D&page_size=25", "cD0xMjM="),
        ("https://elsewhere.example/?page_size=1&cursor=a", "a"),
        ("/orders?cursor=a%2Bb", "a+b"),
        ("?cursor=a+b/c==", "a+b/c=="),
    ],
)
def test_the_cursor_is_taken_from_any_form_of_link(url: str, cursor: str) -> None:
    assert read_cursor(url) == cursor


@pytest.mark.rule("LIST-CURSOR")
@pytest.mark.parametrize("url", ["https://panel.sendcloud.sc/orders", "?cursor=", "?page=2", "", "http://[broken"])
def test_a_link_without_a_cursor_is_a_breach_of_contract(url: str) -> None:
    with pytest.raises(ContractError, match="cursor"):
        read_cursor(url)


@pytest.mark.rule("LIST-CURSOR")
def test_the_next_page_is_asked_for_with_our_own_filters_and_the_cursor() -> None:
    filters = read_filters({"integration": [41], "order_number": "#1", "page_size": 50})
    assert page_call(filters, "cD0x=").request.params == {
        "integration": "41",
        "order_number": "#1",
        "page_size": "50",
        "cursor": "cD0x=",
    }


@pytest.mark.rule("LIST-CURSOR", "LIST-COMPLETE")
def test_a_cursor_that_comes_again_ends_the_listing() -> None:
    listing = Listing({})
    assert [read(listing, Page((), cursor)).next_cursor for cursor in "ab"] == ["a", "b"]
    with pytest.raises(ContractError, match="never end"):
        read(listing, Page((), "a"))


@pytest.mark.rule("LIST-CURSOR")
def test_the_cursor_that_a_listing_began_with_counts_as_seen() -> None:
    with pytest.raises(ContractError, match="never end"):
        read(Listing({"cursor": "a"}), Page((), "a"))


def read(listing: Listing, page: Page) -> Page:
    """Play the driver: answer the next request of a listing with a page."""
    conversation = listing.read_page()
    next(conversation)
    try:
        conversation.send(Exchange(Succeeded(200, page), 1, False, 0.0, 0.0))
    except StopIteration as done:
        found: Page = done.value
        return found
    raise AssertionError("one request reads one page")


# ---------------------------------------------------------------- pages


def page_of(given: Answer, **filters: Any) -> Page:
    outcome = read_answer(page_call(read_filters(filters), None), given)
    assert isinstance(outcome, Succeeded)
    return outcome.value


@pytest.mark.rule("READ-ID", "READ-TOLERANT")
def test_a_page_is_read_with_its_orders_and_its_cursor() -> None:
    page = page_of(answer(row(1), row(2), next_url="?cursor=a"))
    assert [one.id for one in page.orders] == [1, 2]
    assert page.next_cursor == "a"
    assert page.unreadable == ()


@pytest.mark.rule("READ-TOLERANT")
def test_an_order_that_breaks_the_types_does_not_lose_the_others() -> None:
    bad = row(2)
    bad["order_details"]["order_items"][0]["quantity"] = ["two"]
    page = page_of(answer(row(1), bad, row(3), next_url="?cursor=a"))
    assert [one.id for one in page.orders] == [1, 3]
    assert page.next_cursor == "a"
    [unreadable] = page.unreadable
    assert unreadable.index == 1
    assert unreadable.path == "$.data[1].order_details.order_items[0].quantity"


@pytest.mark.rule("READ-TOLERANT")
@given(st.lists(st.sampled_from(["good", "id", "null", "text"]), max_size=8))
def test_whatever_rows_come_each_is_given_or_named(kinds: list[str]) -> None:
    rows: list[Any] = []
    for number, kind in enumerate(kinds):
        rows.append({"good": row(number), "id": {**row(number), "id": None}, "null": None, "text": "row"}[kind])
    page = page_of(answer(*rows))
    assert [one.id for one in page.orders] == [number for number, kind in enumerate(kinds) if kind == "good"]
    assert [one.index for one in page.unreadable] == [number for number, kind in enumerate(kinds) if kind != "good"]


@pytest.mark.rule("READ-TOLERANT")
@pytest.mark.parametrize("content", [b"<html>", b"", b'{"data": null}', b'{"orders": []}', b"[]", b'{"data": [1'])
def test_a_page_that_is_none_is_one_typed_error(content: bytes) -> None:
    assert isinstance(read_answer(page_call({}, None), Answer(200, {}, content)), Unreadable)


@pytest.mark.rule("LIST-INTEGRATION", "LIST-UNKNOWN-FILTER")
def test_rows_of_an_integration_that_was_not_asked_for_are_a_breach_of_contract() -> None:
    outcome = read_answer(page_call(read_filters({"integration": 41}), None), answer(row(1), row(2, 68)))
    assert isinstance(outcome, Unreadable)
    assert outcome.problem.path == "$.data[1].order_details.integration.id"


def unreadable(*indexes: int) -> tuple[UnreadableRow, ...]:
    return tuple(UnreadableRow(index, f"$.data[{index}].id", "Expected `int`") for index in indexes)


@pytest.mark.rule("READ-TOLERANT")
def test_unreadable_rows_are_named_at_the_end_by_their_place_in_the_whole_listing() -> None:
    rows = UnreadableRows()
    good = page_of(answer(row(1))).orders
    rows.note(Page(good, "a", unreadable(1)))
    rows.note(Page(good, None, unreadable(0)))
    with pytest.raises(ContractError, match="2 of 4 orders") as caught:
        rows.complain()
    assert caught.value.positions == (1, 2)
    assert caught.value.path == "$.data[1].id"


@pytest.mark.rule("READ-TOLERANT")
def test_a_page_without_one_readable_row_ends_the_listing_and_tells_how_to_go_on() -> None:
    with pytest.raises(ContractError) as caught:
        UnreadableRows().note(Page((), "a", unreadable(0, 1)))
    assert caught.value.next_cursor == "a"


def test_a_listing_without_unreadable_rows_has_nothing_to_complain_of() -> None:
    rows = UnreadableRows()
    rows.note(Page((), None))
    rows.complain()
