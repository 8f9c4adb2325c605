"""What an answer has to hold, and what may be missing from it: no more is asked than the adapters cannot do without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from doubles.both_clients import Connect, Driven
from doubles.fake_service import FakeService, Json, carry_out_then
from orders.factory import order, orders, without
from sendcloud_orders import ContractError, RetryPolicy

ONCE = RetryPolicy.none()
STORED = order("A-1") | {"id": 1000}


def saying(data: Json, status: int = 200) -> FakeService:
    """Return a service that carries everything out and answers with these data."""
    answer = {} if data is ... else {"data": data}
    return FakeService([carry_out_then(lambda: httpx.Response(status, json=answer)) for _ in range(3)])


def references(*order_ids: object) -> list[dict[str, Json]]:
    """Return the references of an answer, from id 7 on; `...` leaves the `order_id` out."""
    named = ({"order_id": order_id} if order_id is not ... else {} for order_id in order_ids)
    return [{"id": 7 + place, **name} for place, name in enumerate(named)]


@pytest.mark.rule("READ-REQUIRED", "UPSERT-RESULT")
@pytest.mark.parametrize("number", [{}, {"order_number": None}], ids=["left out", "null"])
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_a_reference_is_as_good_without_the_order_number(connect: Connect, number: Json, backwards: bool) -> None:
    rows = [row | number for row in references("A-0", "A-1", "A-2")]
    report = connect(saying(rows[::-1] if backwards else rows, 201)).upsert(orders(3))
    assert report.ok
    assert [(one.key.order_id, one.id) for one in report.accepted] == [("A-0", 7), ("A-1", 8), ("A-2", 9)]


@pytest.mark.rule("READ-REQUIRED", "UPSERT-RESULT")
@pytest.mark.parametrize("nobody", [..., None], ids=["left out", "null"])
@pytest.mark.parametrize("nameless", [{0}, {2}, {0, 1}, {0, 1, 2}])
def test_an_order_whose_reference_has_no_order_id_is_unknown_and_the_others_are_accepted(
    connect: Connect, nobody: object, nameless: set[int]
) -> None:
    rows = references(*(nobody if place in nameless else f"A-{place}" for place in range(3)))
    client = connect(saying(rows, 201))
    [outcome] = client.upsert_iter(orders(3))
    assert [one.position for one in outcome.unknown] == sorted(nameless)
    assert {one.reason for one in outcome.unknown} == {
        "the batch was accepted, but the answer does not name this order"
    }
    assert [(one.position, one.id) for one in outcome.accepted] == [(n, 7 + n) for n in range(3) if n not in nameless]
    assert isinstance(outcome.problem, ContractError)
    assert f"{len(nameless)} of them without an order_id" in str(outcome.problem)


@pytest.mark.rule("READ-REQUIRED", "UPSERT-RESULT")
def test_a_lone_reference_without_an_order_id_is_not_taken_for_the_lone_order(connect: Connect) -> None:
    report = connect(saying(references(...), 201)).upsert([order("A-1")])
    assert (len(report.accepted), len(report.unknown)) == (0, 1)


@pytest.mark.rule("READ-REQUIRED", "PATCH-RESULT")
@pytest.mark.parametrize("data", [{"id": "1000"}, {"id": 1000, "order_id": None, "order_number": None}])
def test_an_update_is_answered_by_an_id_alone(connect: Connect, data: Json) -> None:
    reference = connect(saying(data)).update(1000, {"order_number": "N"})
    assert (reference.id, reference.order_id, reference.order_number) == (1000, None, None)


@pytest.mark.rule("READ-REQUIRED")
def test_an_order_is_read_that_holds_what_the_reference_requires_alone(connect: Connect) -> None:
    assert connect(saying(STORED)).get(1000).created_at is None
    assert [row.id for row in connect(saying([STORED])).list()] == [1000]
    assert connect(saying([STORED])).find(41, "A-1").id == 1000


@pytest.mark.rule("READ-REQUIRED")
@pytest.mark.parametrize("data", [..., None], ids=["left out", "null"])
@pytest.mark.parametrize(
    "work",
    [
        lambda client: client.get(1000),
        lambda client: list(client.list()),
        lambda client: client.find(41, "A-1"),
        lambda client: client.update(1000, {"order_number": "N"}),
        lambda client: client.wait_until_available([1000]),
    ],
    ids=["get", "list", "find", "update", "wait"],
)
def test_an_answer_without_data_is_a_breach_of_contract(
    connect: Connect, data: Json, work: Callable[[Driven], Any]
) -> None:
    with pytest.raises(ContractError):
        work(connect(saying(data), retry=ONCE))


@pytest.mark.rule("READ-REQUIRED")
@pytest.mark.parametrize("data", [..., None], ids=["left out", "null"])
def test_orders_whose_answer_has_no_data_are_unknown(connect: Connect, data: Json) -> None:
    [outcome] = connect(saying(data, 201), retry=ONCE).upsert_iter(orders(2))
    assert [one.position for one in outcome.unknown] == [0, 1]
    assert isinstance(outcome.problem, ContractError)


@pytest.mark.rule("READ-REQUIRED")
@pytest.mark.parametrize(
    "path", ["id", "order_id", "order_details", "order_details.integration", "order_details.integration.id"]
)
def test_an_order_without_what_tells_it_apart_is_a_breach_of_contract_that_names_the_place(
    connect: Connect, path: str
) -> None:
    with pytest.raises(ContractError, match=path.rpartition(".")[2]) as caught:
        connect(saying(without(STORED, path)), retry=ONCE).get(1000)
    assert caught.value.path.startswith("$.data")
