"""Rules of PATCH /orders/{id} for each field of the spec: changed by its name, and kept when others are named."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import pytest

from orders.differences import differences
from orders.factory import with_value
from orders.model import merge
from suite.answer import Reply
from suite.fields import ITEMS, filled, parts
from suite.target import Target

pytestmark = pytest.mark.stateful
Order = dict[str, Any]
Path = tuple[str | int, ...]

BLOCKS = (
    *("payment_details", "customs_details", "customer_details", "billing_address", "shipping_address"),
    *("shipping_details", "service_point_details"),
)
DETAILS = ("status", "order_created_at", "order_updated_at", "notes", "tags")
HALVES = ("every second field", "the other fields")


@dataclass(repr=False)
class Patched:
    """One PATCH: its answer, the order that has to be there afterwards, and the one that is."""

    answer: Reply
    expected: Order
    found: Order


def alone(changes: Order) -> dict[str, Order]:
    """Return bodies that change one thing each, in the sequence in which they are sent."""
    items = changes["order_details"]["order_items"]
    own = {
        "order_number": {"order_number": changes["order_number"]},
        **{name: {"order_details": {name: changes["order_details"][name]}} for name in DETAILS},
        "the first item": {"order_details": {"order_items": [items[0]]}},
        "the last item": {"order_details": {"order_items": [items[-1]]}},
        **{name: {name: changes[name]} for name in BLOCKS},
    }
    return own | {
        "the last item before the first": {
            "order_details": {
                "order_items": [{"name": items[place]["name"], "sku": f"again {place}"} for place in (-1, 0)]
            }
        },
        "one tag instead of two": {"order_details": {"tags": ["the only one"]}},
        "no tag": {"order_details": {"tags": []}},
        "no item": {"order_details": {"order_items": []}},
        "one field of one item": {"order_details": {"order_items": [{"name": items[1]["name"], "quantity": 77}]}},
        "the same once more": own["shipping_address"],
    }


@pytest.fixture(scope="module")
def patches(target: Target) -> dict[str, Patched]:
    """All PATCHes of two orders with every field: of one thing each, and of half of the fields each."""
    orders = [target.full_order(0), target.full_order(0, target.integrations[-1])]
    first, second = target.upsert(*orders)
    changes = filled("OrderUpdate", 1, order_number=f"{orders[0]['order_number']}, patched")
    stored = orders[0]["order_details"]["order_items"]
    for place, item in enumerate(changes["order_details"]["order_items"]):
        item["name"] = stored[place]["name"]
    found = {"nothing yet": Patched(target.get(first), orders[0], target.read(first))}
    # Each is held against what was there before it, so that one that failed fails no other.
    before = found["nothing yet"].found
    for name, body in alone(changes).items():
        found[name] = _patch(target, first, body, after(before, body))
        before = found[name].found or before
    before, fields = target.read(second), list(pieces(changes))
    for start, name in enumerate(HALVES):
        body = picked(changes, fields[start::2])
        found[name] = _patch(target, second, body, after(before, body))
        before = found[name].found or before
    return found


@pytest.fixture
def patched(target: Target, patches: dict[str, Patched], name: str) -> Patched:
    """One of the PATCHes, shown where its test fails."""
    target.exchanges.append(patches[name].answer)
    return patches[name]


def _patch(target: Target, id_: int, body: Order, expected: Order) -> Patched:
    answer = target.send("PATCH", f"/orders/{id_}", body=body)
    last: list[Order] = []

    def look() -> bool:
        last[:] = [target.get(id_).json.get("data") or {}]
        return differences(expected, last[0]) == []

    target.eventually(look)
    return Patched(answer, expected, last[0])


def after(order: Order, changes: Order) -> Order:
    """Return what an order is after a PATCH. Rules: PATCH-MERGE, PATCH-ITEMS."""
    stored = order["order_details"]["order_items"]
    named = {item["name"]: item for item in changes.get("order_details", {}).get("order_items", [])}
    items = [merge(item, named.get(item["name"], {})) for item in stored]
    changed: Order = merge(merge(order, changes), {"order_details": {"order_items": items}})
    return {name: value for name, value in changed.items() if name != "modified_at"}


def pieces(changes: Order) -> Iterable[Path]:
    """Return the path of each value that a PATCH may name by itself."""
    found = {}
    for path in parts(changes):
        # The spec wants these whole, or in every PATCH; the name of an item finds it.
        if path[1:2] == ("order_items",):
            found[path[: 5 if path[3] == "measurement" else len(path)]] = path[3] != "name"
        else:
            found[path[:2] if "ship_with" in path else path] = path != ("service_point_details", "id")
    return [path for path, wanted in found.items() if wanted]


def picked(changes: Any, paths: Iterable[Path]) -> Order:
    """Return a body with the values at these paths."""
    items = [{"name": item["name"]} for item in changes["order_details"]["order_items"]]
    body: Order = {
        "order_details": {"order_items": items},
        "service_point_details": {"id": changes["service_point_details"]["id"]},
    }
    for path in paths:
        body = with_value(body, path, reduce(lambda value, step: value[step], path, changes))
    return body


NAMES = [*alone(filled("OrderUpdate", 1)), *HALVES]


@pytest.mark.rule("PATCH-MERGE", "PATCH-ITEMS")
@pytest.mark.parametrize("name", NAMES)
def test_a_patch_changes_what_it_names_and_nothing_else(target: Target, patched: Patched, name: str) -> None:
    assert patched.answer.status == 200
    assert differences(patched.expected, patched.found) == []


@pytest.mark.rule("PATCH-RESULT")
@pytest.mark.parametrize("name", NAMES)
def test_a_patch_answers_with_the_reference_of_its_order(target: Target, patched: Patched, name: str) -> None:
    data = patched.answer.json["data"]
    assert int(data["id"]) == int(patched.found["id"])
    # The reference requires neither (READ-REQUIRED); what is given has to be the order's.
    assert data.get("order_id") in (None, patched.expected["order_id"])
    assert data.get("order_number") in (None, patched.expected["order_number"])


@pytest.mark.rule("PATCH-ITEMS")
@pytest.mark.parametrize("name", NAMES)
def test_a_patch_leaves_the_items_in_their_sequence(target: Target, patched: Patched, name: str) -> None:
    assert len(patched.found["order_details"]["order_items"]) == ITEMS
    assert [item["name"] for item in patched.found["order_details"]["order_items"]] == [
        item["name"] for item in patched.expected["order_details"]["order_items"]
    ]


@pytest.mark.rule("PATCH-MERGE", "READ-ID")
@pytest.mark.parametrize("name", NAMES[: -len(HALVES)])
def test_a_patch_leaves_what_the_service_itself_set_first(
    target: Target, patches: dict[str, Patched], patched: Patched, name: str
) -> None:
    first = patches["nothing yet"].found
    assert int(patched.found["id"]) == int(first["id"])
    # Nobody has to give it (READ-REQUIRED).
    assert patched.found.get("created_at") == first.get("created_at")
