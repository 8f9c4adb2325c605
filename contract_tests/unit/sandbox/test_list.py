"""The sandbox keeps the rules of the list."""

from __future__ import annotations

from base64 import b64encode
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from doubles.sandbox_client import Api, Json
from orders.factory import order
from sendcloud_orders_sandbox import Sandbox

SORTS = [
    "",
    "pk",
    "-pk",
    "integration",
    "-integration",
    "order_number",
    "-order_number",
    "order_created_at",
    "-order_updated_at",
    "order_updated_at",
    "integration,-order_number",
    "-order_created_at,integration,pk",
]


def varied(number: int) -> Json:
    """Return one of many orders that tie in every field one can sort by, and do not always have the nullable one."""
    updated = {"order_updated_at": f"2026-11-0{1 + number % 2}T10:00:00Z"} if number % 3 else {}
    return order(
        f"A-{number}",
        (41, 68)[number % 2],
        order_number=f"{number % 4}",
        order_created_at=f"2026-11-0{1 + number % 5}T10:00:00Z",
        **updated,
    )


def pages(api: Api, **query: Any) -> list[list[Json]]:
    """Follow the next links from the first page to the last."""
    response = api.get("/orders", params=query)
    found = [response.json()["data"]]
    while "next" in response.links:
        response = api.get(response.links["next"]["url"])
        found.append(response.json()["data"])
    return found


def names(page: list[Json]) -> list[str]:
    return [row["order_id"] for row in page]


@pytest.mark.rule("LIST-PAGE-SIZE")
def test_a_page_holds_100_rows_unless_asked_for_up_to_200(api: Api) -> None:
    for start in (0, 100, 200):
        api.create(*[order(f"A-{start + number}") for number in range(100)])
    assert len(api.listed()) == 100
    assert [len(api.listed(page_size=size)) for size in (1, 100, 200)] == [1, 100, 200]


@pytest.mark.rule("LIST-CURSOR")
def test_the_body_holds_rows_alone_and_a_single_page_has_no_links(api: Api) -> None:
    api.create(order())
    response = api.get("/orders", params={"page_size": 1})
    assert list(response.json()) == ["data"]
    assert "Link" not in response.headers


@pytest.mark.rule("LIST-CURSOR")
def test_links_lead_forth_and_back_and_keep_the_query(api: Api, sandbox: Sandbox) -> None:
    api.create(*[order(f"A-{number}") for number in range(5)])
    query = {"integration": "41", "sort": "pk", "page_size": "2", "status": "UNSHIPPED", "extra": "ä&b"}
    first = api.get("/orders", params=query)
    second = api.get(first.links["next"]["url"])
    third = api.get(second.links["next"]["url"])
    back = api.get(second.links["prev"]["url"])
    assert [set(page.links) for page in (first, second, third)] == [{"next"}, {"next", "prev"}, {"prev"}]
    assert names(back.json()["data"]) == names(first.json()["data"]) == ["A-0", "A-1"]
    assert set(back.links) == {"next"}
    for url in (first.links["next"]["url"], third.links["prev"]["url"]):
        sent = parse_qs(urlsplit(url).query)
        assert {name: values for name, values in sent.items() if name != "cursor"} == {
            name: [value] for name, value in query.items()
        }
        assert url.startswith(f"{sandbox.base_url}/orders?")


@pytest.mark.rule("LIST-COMPLETE", "LIST-SORT", "LIST-CURSOR")
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("size", [1, 3, 7])
def test_pages_hold_every_row_once_in_the_wanted_order(api: Api, sort: str, size: int) -> None:
    orders = [varied(number) for number in range(14)]
    api.create(*orders)
    ids = {row["order_id"]: row["id"] for row in api.get("/orders").json()["data"]}
    query = {"sort": sort} if sort else {}
    found = pages(api, page_size=size, **query)
    assert [len(page) for page in found[:-1]] == [size] * (len(found) - 1)
    rows = [row for page in found for row in page]
    assert sorted(names(rows)) == sorted(ids)
    for earlier, later in pairwise(rows):
        assert comes_first(earlier, later, sort or "-pk")


def comes_first(earlier: Json, later: Json, sort: str) -> bool:
    """Tell whether a sort allows one row before the other."""
    for key in sort.split(","):
        first, second = (sort_value(row, key.removeprefix("-")) for row in (earlier, later))
        if first != second:
            return bool(first > second) if key.startswith("-") else bool(first < second)
    return True


def sort_value(row: Json, field: str) -> Any:
    details = row["order_details"]
    values = {"pk": int(row["id"]), "integration": details["integration"]["id"], "order_number": row["order_number"]}
    return values.get(field, details.get(field) or "")


@pytest.mark.rule("LIST-COMPLETE")
def test_rows_that_come_and_go_while_paging_neither_shift_nor_repeat_the_others(api: Api) -> None:
    ids = api.create(*[order(f"A-{number}") for number in range(6)])
    first = api.get("/orders", params={"page_size": 2, "sort": "-pk"})
    api.create(order("new"))
    api.delete(f"/orders/{ids[5]}")
    api.delete(f"/orders/{ids[4]}")
    second = api.get(first.links["next"]["url"])
    assert names(second.json()["data"]) == ["A-3", "A-2"]


@pytest.mark.rule("LIST-SORT")
def test_a_sort_that_is_not_supported_falls_back_to_the_default(api: Api) -> None:
    api.create(order("A"), order("B"))
    assert api.listed(sort="price") == api.listed() == ["B", "A"]


@pytest.mark.rule("LIST-SORT")
def test_a_field_that_is_sorted_both_ways_counts_as_it_stands_first(api: Api) -> None:
    api.create(order("A"), order("B"))
    assert api.listed(sort="pk,-pk") == ["A", "B"]


@pytest.mark.rule("LIST-CURSOR-INVALID")
@pytest.mark.parametrize(
    "cursor",
    ["x", "====", "ä", b64encode(b"p=abc").decode(), b64encode(b"q=1").decode(), b64encode(b"p=1&p=2").decode()]
    + [b64encode(f"p={number}".encode()).decode() for number in (10**20, -(10**20))],
)
def test_a_cursor_that_was_never_given_out_is_a_404(api: Api, cursor: str) -> None:
    response = api.get("/orders", params={"cursor": cursor})
    assert response.status_code == 404
    assert response.json() == {
        "errors": [{"status": "404", "code": "not_found", "title": "Invalid cursor", "detail": "Invalid cursor"}]
    }


@pytest.mark.rule("LIST-INTEGRATION")
def test_orders_are_filtered_by_one_or_several_integrations(api: Api, sandbox: Sandbox) -> None:
    sandbox.add_integration(93)
    api.create(order("A", 41), order("B", 68), order("C", 93))
    assert sorted(api.listed(integration="41")) == ["A"]
    assert sorted(api.listed(integration="41, 93")) == ["A", "C"]


@pytest.mark.rule("LIST-INTEGRATION-UNKNOWN", "ERROR-ENVELOPE")
@pytest.mark.parametrize(("given", "guilty"), [("4100", "4100"), ("41,x", "x"), ("-41", "-41"), ("41.0", "41.0")])
def test_an_integration_that_the_account_lacks_is_a_400(api: Api, given: str, guilty: str) -> None:
    response = api.get("/orders", params={"integration": given})
    assert response.status_code == 400
    assert response.json() == {
        "errors": [
            {
                "status": "400",
                "code": "invalid_choice",
                "title": "Invalid Choice",
                "detail": f"Select a valid choice. {guilty} is not one of the available choices.",
                "source": {"parameter": "integration"},
            }
        ]
    }


@pytest.mark.rule("LIST-ORDER-NUMBER")
def test_a_number_matches_whole_in_any_case_and_may_be_shared(api: Api) -> None:
    api.create(
        order("A", order_number="#ab1"), order("B", order_number="#AB1"), order("C", 68, order_number="#ab1 "),
        order("D", order_number="#ab12"),
    )  # fmt: skip
    assert sorted(api.listed(order_number="#Ab1")) == ["A", "B"]


@pytest.mark.rule("LIST-ORDER-ID")
def test_an_order_id_matches_whole_in_any_case(api: Api) -> None:
    api.create(order("shop-1"), order("SHOP-1", 68), order("shop-12"), order("Straße"))
    assert sorted(api.listed(order_id="Shop-1")) == ["SHOP-1", "shop-1"]
    assert api.listed(order_id="STRASSE") == ["Straße"]


@pytest.mark.rule("LIST-STATUS")
def test_a_status_matches_the_code_in_any_case(api: Api) -> None:
    api.create(order("A", status={"code": "on_hold", "message": "unshipped"}), order("B"))
    assert api.listed(status="ON_HOLD") == ["A"]
    assert api.listed(status="unshipped") == ["B"]


@pytest.mark.parametrize(
    "field",
    [
        pytest.param("order_created_at", marks=pytest.mark.rule("LIST-CREATED")),
        pytest.param("order_updated_at", marks=pytest.mark.rule("LIST-UPDATED")),
    ],
)
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"": "2026-11-02"}, ["first", "last"]),
        ({"_min": "2026-11-02"}, ["after", "first", "last"]),
        ({"_max": "2026-11-02"}, ["before", "first", "last"]),
        ({"_min": "2026-11-02", "_max": "2026-11-02"}, ["first", "last"]),
        ({"_min": "2026-11-03", "_max": "2026-11-01"}, []),
    ],
)
def test_dates_compare_the_day_of_the_shop_in_utc_with_bounds_included(
    api: Api, field: str, query: dict[str, str], expected: list[str]
) -> None:
    moments = {
        "before": "2026-11-02T00:59:59.999999+01:00",
        "first": "2026-11-02T01:00:00+01:00",
        "last": "2026-11-02T23:59:59.999999Z",
        "after": "2026-11-02T19:00:00-05:00",
    }
    elsewhere = {"order_created_at": "2020-01-01T00:00:00Z"}
    api.create(*[order(name, 41, **(elsewhere | {field: moment})) for name, moment in moments.items()])
    assert sorted(api.listed(**{field + suffix: day for suffix, day in query.items()})) == expected


@pytest.mark.rule("LIST-UPDATED")
def test_an_order_without_the_date_passes_no_filter_on_it(api: Api) -> None:
    api.create(order("A"), order("B", order_updated_at=None))
    assert api.listed(order_updated_at_min="1900-01-01") == api.listed(order_updated_at_max="2999-01-01") == []


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "2026-11-02T00:00:00Z", "20261102", "२०२६-११-०२"])
def test_a_bad_date_is_a_400_that_names_the_parameter(api: Api, day: str) -> None:
    response = api.get("/orders", params={"order_created_at_min": day})
    assert response.status_code == 400
    assert response.json()["errors"][0]["source"] == {"parameter": "order_created_at_min"}


@pytest.mark.rule("ERROR-TOGETHER")
def test_all_bad_filters_are_named_at_once(api: Api) -> None:
    errors = api.get("/orders", params={"integration": "1", "order_updated_at": "x"}).json()["errors"]
    assert [error["source"]["parameter"] for error in errors] == ["integration", "order_updated_at"]


@pytest.mark.rule("LIST-INTEGRATION", "LIST-STATUS")
def test_several_filters_hold_together(api: Api) -> None:
    api.create(order("A"), order("B", 68), order("C", status={"code": "on_hold"}))
    assert api.listed(integration="41", status="unshipped") == ["A"]


@pytest.mark.rule("LIST-UNKNOWN-FILTER")
@pytest.mark.parametrize("query", [{"search": "A"}, {"integration_id": "68"}, {"page": "2"}, {"integration": ""}])
def test_an_unknown_or_empty_parameter_is_ignored_and_everything_comes_back(api: Api, query: dict[str, str]) -> None:
    api.create(order("A"), order("B"))
    assert api.listed(**query) == ["B", "A"]


@pytest.mark.rule("LIST-EMPTY-FILTER", "ERROR-TOGETHER")
def test_an_empty_value_of_what_has_a_least_length_is_a_400_that_names_the_parameter(api: Api) -> None:
    api.create(order())
    response = api.get("/orders", params={"cursor": "", "order_id": "", "order_number": "", "status": "", "sort": ""})
    assert response.status_code == 400
    assert {error["source"]["parameter"]: error["detail"] for error in response.json()["errors"]} == dict.fromkeys(
        ["cursor", "order_id", "order_number", "status"], "String should have at least 1 character"
    )


def test_a_get_with_a_body_is_a_403(api: Api) -> None:
    response: httpx.Response = api.request("GET", "/orders", json={})
    assert response.status_code == 403
