"""Rules of a refused POST /orders: which fault is told, and that nothing of the batch is stored."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from orders.differences import differences
from orders.factory import with_value, without
from suite.answer import Reply, details, pointers
from suite.shelf import Shelf
from suite.target import Target

pytestmark = pytest.mark.stateful
NOBODYS_INTEGRATION = 2_000_000_011
Order = dict[str, Any]


@dataclass(repr=False)
class Refused:
    """A refused batch: its answer, a stored order that it would have changed, and a new one that it had."""

    answer: Reply
    id_: int
    known: Order
    new: Order


@dataclass(frozen=True)
class Fault:
    """What is wrong with an order, and where; and how a request is sent that has it."""

    rules: tuple[str, ...]
    spoil: Callable[[Order, int], Order]
    pointer: str
    valid: bool = True


# Each takes a valid order, and the id of another one.
FAULTS = {
    "a field is missing": Fault(
        ("UPSERT-REQUIRED",),
        lambda order, _: without(order, "payment_details.total_price"),
        "payment_details/total_price",
        valid=False,
    ),
    "a field of the last item is missing": Fault(
        ("UPSERT-REQUIRED",),
        lambda order, _: with_value(
            order,
            "order_details.order_items",
            [*order["order_details"]["order_items"], {"name": "x", "total_price": {"value": 1}}],
        ),
        "order_details/order_items/1/quantity",
        valid=False,
    ),
    "a value is out of bounds": Fault(
        ("UPSERT-BOUNDS",),
        lambda order, _: with_value(order, "order_details.order_items.0.quantity", 0),
        "order_details/order_items/0/quantity",
        valid=False,
    ),
    "an integration is nobody's": Fault(
        ("UPSERT-ACCOUNT",),
        lambda order, _: with_value(order, "order_details.integration.id", NOBODYS_INTEGRATION),
        "order_details/integration/id",
    ),
    "an id is a number": Fault(("UPSERT-ID",), lambda order, id_: {**order, "id": id_}, "id", valid=False),
    "an id has another order_id": Fault(
        ("UPSERT-IMMUTABLE",), lambda order, id_: {**order, "id": str(id_)}, "order_id"
    ),
}
PLACES = {"first": 0, "in the middle": 1, "last": 3}
PLACES_OF_100 = {"first of 100": 0, "last of 100": 99}
CASES = [
    *((fault, place) for fault in FAULTS for place in PLACES),
    ("a value is out of bounds", "first of 100"),
    ("an id has another order_id", "last of 100"),
]
WHOLE = (
    "there is no list",
    "there is one order alone",
    "there are 101",
    "the partner id is none",
    "the secret is wrong",
)


@pytest.fixture(scope="module")
def refused(target: Target, shelf: Shelf) -> dict[Any, Refused]:
    """All refused requests, each about an order of the shelf, after whatever they may have stored can be read."""
    done: dict[Any, Refused] = {}
    for number, (fault, place) in enumerate(CASES):
        known, new = _changed(shelf, number), target.order()
        bad = FAULTS[fault].spoil(target.order(known["order_details"]["integration"]["id"]), shelf.ids[number])
        if place in PLACES:
            batch = [new, known, target.order()]
            batch.insert(PLACES[place], bad)
        else:
            batch = [new, known, *_others(shelf, known, 97)]
            batch.insert(PLACES_OF_100[place], bad)
        answer = target.send("POST", "/orders", body=batch, valid=FAULTS[fault].valid)
        done[fault, place] = Refused(answer, shelf.ids[number], shelf.orders[known["order_id"]], new)
    for number, way in enumerate(WHOLE, len(CASES)):
        known, new = _changed(shelf, number), target.order()
        batch = [new, known]
        answer = target.send(
            "POST",
            "/orders",
            body={
                "there is no list": {"orders": batch},
                "there is one order alone": known,
                "there are 101": [*batch, *_others(shelf, known, 99)],
            }.get(way, batch),
            headers={"Sendcloud-Partner-Id": "not-a-uuid"} if "partner" in way else {},
            auth=(target.public_key, "wrong") if "secret" in way else "own",
            valid=False,
        )
        done[way] = Refused(answer, shelf.ids[number], shelf.orders[known["order_id"]], new)
    target.settle()
    return done


@pytest.fixture
def found(target: Target, refused: dict[Any, Refused], case: Any) -> Refused:
    """One of the refused requests, shown where its test fails."""
    target.exchanges.append(refused[case].answer)
    return refused[case]


def _changed(shelf: Shelf, number: int) -> Order:
    """Return an order of the shelf with another number and other notes."""
    order = shelf.orders[shelf.ids_of_shop[number]]
    return with_value({**order, "order_number": "N-refused"}, "order_details.notes", "This batch is to be refused.")


def _others(shelf: Shelf, known: Order, count: int) -> list[Order]:
    """Return so many orders of the shelf as they are, without the one that a batch has already."""
    return [order for order in shelf.orders.values() if order["order_id"] != known["order_id"]][:count]


def cases() -> list[Any]:
    marked = [
        pytest.param(
            (fault, place), id=f"{fault}, {place}", marks=pytest.mark.rule("UPSERT-ATOMIC", *FAULTS[fault].rules)
        )
        for fault, place in CASES
    ]
    rules = ("UPSERT-LIST", "UPSERT-LIST", "UPSERT-LIMIT", "UPSERT-PARTNER", "AUTH-REFUSED")
    whole = [pytest.param(way, id=way, marks=pytest.mark.rule(rule)) for way, rule in zip(WHOLE, rules, strict=True)]
    return marked + whole


@pytest.mark.parametrize("case", cases())
def test_a_refused_batch_stores_no_new_order(target: Target, found: Refused, case: Any) -> None:
    assert target.listed(order_id=found.new["order_id"]) == []


@pytest.mark.parametrize("case", cases())
def test_a_refused_batch_changes_no_known_order(target: Target, found: Refused, case: Any) -> None:
    answer = target.get(found.id_)
    assert answer.status == 200
    assert differences(found.known, answer.json["data"]) == []


@pytest.mark.parametrize("case", cases()[: len(CASES)])
@pytest.mark.rule("ERROR-POINTER")
def test_a_refusal_points_at_the_bad_order_wherever_it_stands(
    target: Target, found: Refused, case: tuple[str, str]
) -> None:
    fault, place = case
    assert found.answer.status == 400
    assert pointers(found.answer) == {f"/data/attributes/[{(PLACES | PLACES_OF_100)[place]}]/{FAULTS[fault].pointer}"}


@pytest.mark.parametrize("case", cases()[len(CASES) :])
def test_a_request_that_is_wrong_as_a_whole_is_refused(target: Target, found: Refused, case: str) -> None:
    assert found.answer.status == (401 if "secret" in case else 400)
    assert found.answer.errors


@pytest.mark.rule("UPSERT-LIMIT")
def test_101_known_orders_are_refused(target: Target, shelf: Shelf) -> None:
    orders = list(shelf.orders.values())[:101]
    answer = target.send("POST", "/orders", body=orders, valid=False)
    assert answer.status == 400
    assert "/data/attributes/" in pointers(answer)
    assert "at most 100 items, not 101" in details(answer)
