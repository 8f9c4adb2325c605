"""Answers about something else than what was asked: none of them is believed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from doubles.both_clients import Connect, Driven
from doubles.fake_service import FakeService, carry_out_then
from orders.factory import order, orders
from sendcloud_orders import ContractError, RetryPolicy

ONCE = RetryPolicy.none()


def answering(*changes: Callable[[Any], Any]) -> FakeService:
    """Let a service hold A-1 (id 1000) and A-2 (1001), and change the data of each of its next answers in turn."""
    service = FakeService()
    service.answer(httpx.Request("POST", "https://x.example/api/v3/orders", json=[order("A-1"), order("A-2")]))
    true = service.carry_out

    def carry_out(request: httpx.Request) -> httpx.Response:
        response = true(request)
        change = next(script, None)
        if change is None:
            return response
        return httpx.Response(response.status_code, json={"data": change(response.json()["data"])})

    script = iter(changes)
    service.carry_out = carry_out  # type: ignore[method-assign]
    return service


def same(data: Any) -> Any:
    return data


def with_id(id: Any) -> Callable[[Any], Any]:
    return lambda data: {**data, "id": id}


@pytest.mark.rule("READ-ID", "GET-ORDER")
@pytest.mark.parametrize(
    ("work", "changes"),
    [
        (lambda client: client.get(1000), [with_id(1001)]),
        (lambda client: client.get(1000), [with_id("1001")]),
        (lambda client: client.update(1000, {"order_number": "N"}), [with_id(1001)]),
        (lambda client: client.update(1000, {"order_number": "N"}, verify=True), [same, with_id(1001)]),
        (lambda client: client.update(1000, {"order_id": "A-1"}), [with_id(1001)]),
        (lambda client: client.wait_until_available([1000]), [with_id(1001)]),
    ],
    ids=["get", "get with an id as text", "update", "read-back", "look before another order_id", "wait"],
)
def test_an_answer_about_another_order_is_a_breach_of_contract(
    connect: Connect, work: Callable[[Driven], Any], changes: list[Callable[[Any], Any]]
) -> None:
    with pytest.raises(ContractError, match="order 1001, and order 1000 was asked for"):
        work(connect(answering(*changes), retry=ONCE))


@pytest.mark.rule("LIST-ORDER-ID", "UPSERT-KEY")
@pytest.mark.parametrize(
    ("strangers", "told"),
    [([order("A-2")], "another order_id"), ([order("A-1", 68)], "integrations that were not asked for")],
    ids=["order_id", "integration"],
)
def test_a_look_up_whose_filter_was_ignored_is_a_breach_of_contract(
    connect: Connect, strangers: list[Any], told: str
) -> None:
    def foreign(data: Any) -> Any:
        return [{**data[0], **stranger, "id": 7} for stranger in strangers]

    with pytest.raises(ContractError, match=told):
        connect(answering(foreign), retry=ONCE).find(41, "A-1")


@pytest.mark.rule("LIST-ORDER-ID")
def test_a_look_up_passes_over_what_differs_in_case_alone(connect: Connect) -> None:
    service = FakeService()
    client = connect(service)
    assert client.upsert([order("a-1"), order("A-1")]).ok
    assert client.find(41, "A-1").order_id == "A-1"
    assert client.find(41, "a-1").order_id == "a-1"


@pytest.mark.rule("LIST-CURSOR", "LIST-ORDER-ID")
def test_a_look_up_follows_pages_only_as_far_as_one_order_can_take(connect: Connect) -> None:
    pages = iter(range(100))

    def endless(request: httpx.Request) -> httpx.Response:
        link = f'<https://x.example/orders?cursor={next(pages)}>; rel="next"'
        return httpx.Response(200, json={"data": []}, headers={"Link": link})

    with pytest.raises(ContractError, match="after 5 pages"):
        connect(httpx.MockTransport(endless)).find(41, "A-1")
    assert next(pages) == 5


@pytest.mark.rule("UPSERT-RESULT", "READ-ID")
@pytest.mark.parametrize(
    ("ids", "unclear", "reason"),
    [
        ([1, 2**63, 3], {"A-1"}, "from 1 to"),
        ([1, 0, 3], {"A-1"}, "from 1 to"),
        ([1, -5, 3], {"A-1"}, "from 1 to"),
        ([1, 10**30, 3], {"A-1"}, "from 1 to"),
        ([1, str(2**64), 3], {"A-1"}, "from 1 to"),
        ([7, 7, 3], {"A-0", "A-1"}, "another order"),
        ([7, "7", 7], {"A-0", "A-1", "A-2"}, "another order"),
    ],
)
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_orders_that_got_an_id_which_cannot_be_theirs_are_unknown(
    connect: Connect, ids: list[Any], unclear: set[str], reason: str, backwards: bool
) -> None:
    rows = [{"id": id, "order_id": f"A-{place}", "order_number": "1"} for place, id in enumerate(ids)]
    answer = httpx.Response(201, json={"data": rows[::-1] if backwards else rows})
    report = connect(FakeService([carry_out_then(lambda: answer)])).upsert(orders(3), on_rejected="skip")
    assert {one.key.order_id for one in report.unknown} == unclear
    assert all(reason in one.reason for one in report.unknown)
    assert report.total == 3
    assert [one.id for one in report.accepted] == [
        int(id) for place, id in enumerate(ids) if f"A-{place}" not in unclear
    ]
