"""Rules of POST /orders for orders that something changed before: a PATCH or an update, in either integration."""

from dataclasses import dataclass
from typing import Any

import pytest

from orders.differences import differences
from orders.factory import address, item, with_value
from suite.answer import Reply, details, pointers
from suite.target import Target

pytestmark = pytest.mark.stateful
Order = dict[str, Any]

BLANKS = "  two before and two after  "
WRITES = ("an update", "a patch")
CASES = [(write, place) for write in WRITES for place in (0, -1)]
NAMES = [f"{write}, {'last' if place else 'first'} integration" for write, place in CASES]
EACH = pytest.mark.parametrize("case", range(len(CASES)), ids=NAMES)


@dataclass(repr=False)
class Step:
    """Something that was done to the four orders: its last answer, the orders as they have to be, and as they are."""

    answer: Reply
    expected: list[Order]
    found: list[Order]


@pytest.fixture(scope="module")
def steps(target: Target) -> dict[str, Step]:
    """Four orders of two items: half updated and half patched, then refused, then upserted by id, and then by key."""
    orders = [_order(target, target.integrations[place]) for _, place in CASES]
    ids = target.upsert(*orders)
    for id_ in ids:
        target.read(id_)
    done = {"changed": _changed(target, ids, orders)}
    before = done["changed"].found
    # Each names the order_id of another order of its integration.
    swapped = [
        {**order, "order_id": orders[number - 2]["order_id"], "order_number": "N-refused", "id": str(id_)}
        for number, (order, id_) in enumerate(zip(orders, ids, strict=True))
    ]
    answer = target.send("POST", "/orders", body=swapped)
    target.settle()
    done["refused"] = Step(answer, before, [target.read(id_) for id_ in ids])
    by_id, by_key = ([_rewritten(order, number) for order in orders] for number in (1, 2))
    named = [{**order, "id": str(id_)} for order, id_ in zip(by_id, ids, strict=True)]
    done["an upsert by id"] = _seen(target, ids, by_id, target.send("POST", "/orders", body=named))
    done["an upsert"] = _seen(target, ids, by_key, target.send("POST", "/orders", body=by_key))
    return done


def _order(target: Target, integration: int) -> Order:
    items = [item("Tea tin", sku="TIN"), item("Lamp", quantity=1, sku="LAMP")]
    return target.order(integration, order_items=items, notes="as it was made", shipping_address=address())


def _changed(target: Target, ids: list[int], orders: list[Order]) -> Step:
    """Change each order in its number, in texts with blanks at their ends, and in one item."""
    expected = []
    for order in orders:
        changed = with_value(order, "order_details.notes", BLANKS)
        changed = with_value(changed, "shipping_address.name", BLANKS)
        changed = with_value(changed, "order_details.order_items.1.sku", BLANKS)
        expected.append(changed | {"order_number": f"{order['order_number']}-changed"})
    updated = [number for number, (write, _) in enumerate(CASES) if write == "an update"]
    answer = target.send("POST", "/orders", body=[expected[number] for number in updated])
    changes = {
        "order_details": {"notes": BLANKS, "order_items": [{"name": "Lamp", "sku": BLANKS}]},
        "shipping_address": {"name": BLANKS},
    }
    for number in sorted(set(range(len(ids))) - set(updated)):
        body = {**changes, "order_number": expected[number]["order_number"]}
        answer = target.send("PATCH", f"/orders/{ids[number]}", body=body)
    return _seen(target, ids, expected, answer)


def _rewritten(order: Order, number: int) -> Order:
    """Return the order with another number, other notes and other items."""
    items = [item("Lamp", quantity=5), item(f"Book {number}"), item("Pen", sku="PEN")][: number + 1]
    changed = with_value(order, "order_details.order_items", items)
    changed = with_value(changed, "order_details.notes", f"written anew {number}")
    return changed | {"order_number": f"{order['order_number']}-{number}"}


def _seen(target: Target, ids: list[int], expected: list[Order], answer: Reply) -> Step:
    """Read the orders, waiting for those that were accepted and are not yet as they have to be."""
    found: list[Order] = []

    def as_expected(id_: int, order: Order) -> bool:
        found.append(target.get(id_).json.get("data") or {})
        return answer.status >= 300 or differences(order, found[-1]) == []

    last = []
    for id_, order in zip(ids, expected, strict=True):
        target.eventually(lambda id_=id_, order=order: as_expected(id_, order))  # type: ignore[misc]
        last.append(found[-1])
    return Step(answer, expected, last)


def rest(order: Order) -> Order:
    """Return an order without its items."""
    kept = {name: value for name, value in order["order_details"].items() if name != "order_items"}
    return {**order, "order_details": kept}


def show(target: Target, step: Step, case: int) -> tuple[Order, Order]:
    """Return one order of a step as it has to be and as it is, and show its answer where the test fails."""
    target.exchanges.append(step.answer)
    return step.expected[case], step.found[case]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=name, marks=pytest.mark.rule("PATCH-MERGE" if "patch" in name else "UPSERT-KEY"))
        for case, name in enumerate(NAMES)
    ],
)
@pytest.mark.rule("VALUES-SURVIVE")
def test_texts_keep_their_blanks_when_an_order_changes(target: Target, steps: dict[str, Step], case: int) -> None:
    expected, found = show(target, steps["changed"], case)
    assert differences(expected, found) == []


@EACH
@pytest.mark.rule("UPSERT-IMMUTABLE")
def test_the_id_of_a_changed_order_with_another_order_id_is_refused(
    target: Target, steps: dict[str, Step], case: int
) -> None:
    expected, found = show(target, steps["refused"], case)
    answer = steps["refused"].answer
    assert answer.status == 400
    assert f"/data/attributes/[{case}]/order_id" in pointers(answer)
    assert "cannot be changed" in details(answer)
    assert differences(expected, found) == []


WAYS = pytest.mark.parametrize(
    "way", ["an upsert", pytest.param("an upsert by id", marks=pytest.mark.rule("UPSERT-ID"))]
)


@EACH
@WAYS
@pytest.mark.rule("UPSERT-KEY", "VALUES-SURVIVE")
def test_a_changed_order_takes_each_value_of_its_next_upsert(
    target: Target, steps: dict[str, Step], case: int, way: str
) -> None:
    expected, found = show(target, steps[way], case)
    assert steps[way].answer.status in (200, 201, 202)
    assert differences(rest(expected), found) == []
    assert int(found["id"]) in [int(row["id"]) for row in steps[way].answer.json["data"]]


@EACH
@WAYS
@pytest.mark.rule("UPSERT-ITEMS")
def test_the_items_of_a_changed_order_are_those_of_its_next_upsert(
    target: Target, steps: dict[str, Step], case: int, way: str
) -> None:
    expected, found = show(target, steps[way], case)
    assert differences({"order_details": {"order_items": expected["order_details"]["order_items"]}}, found) == []
    # The lamp has no number of its own any more.
    assert found["order_details"]["order_items"][0].get("sku") is None
