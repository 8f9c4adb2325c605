"""Rules of what the spec asks of each field: of a new order, of a known one and of a PATCH."""

from collections.abc import Sequence
from typing import Any

import pytest

from orders.differences import differences
from orders.factory import item, with_value, without
from suite.answer import Reply, pointers
from suite.fields import filled
from suite.shelf import Shelf
from suite.stock import Stock
from suite.target import Target
from suite.wrong import missing, wrong

BATCH = 100
Order = dict[str, Any]
Path = tuple[str | int, ...]
KEYS = pytest.mark.parametrize("known", [False, True], ids=["a new order", "a known order"])


@pytest.fixture(scope="module")
def fresh(target: Target) -> list[Order]:
    """As many orders as a batch has, none of which is ever stored."""
    return [target.order() for _ in range(BATCH)]


@pytest.fixture
def own(shelf: Shelf, fresh: list[Order], known: bool) -> list[Order]:
    """The orders whose keys a batch has."""
    return list(shelf.orders.values()) if known else fresh


def bodies(target: Target, own: Sequence[Order], paths: Sequence[Path]) -> list[Order]:
    """Return an order for each path, with what is required and every field of the part that the path is about."""
    full = target.full_order(0)
    return [_about(path, full, own[number % BATCH]) for number, path in enumerate(paths)]


def _about(path: Path, full: Order, key: Order) -> Order:
    kept = ("order_id", "order_number", "payment_details")
    details = {"integration", "status", "order_created_at", "order_items"} | set(path[1:2])
    items = [
        one if number in path else item(f"x{number}") for number, one in enumerate(full["order_details"]["order_items"])
    ]
    given = full["order_details"] | {"integration": key["order_details"]["integration"], "order_items": items}
    return {
        **{name: full[name] for name in (*kept, str(path[0]))},
        "order_id": key["order_id"],
        "order_details": {name: value for name, value in given.items() if name in details},
    }


def refusals(target: Target, spoilt: Sequence[Order]) -> list[Reply]:
    """Send the orders in batches, each of which has to be refused."""
    batches = [spoilt[start : start + BATCH] for start in range(0, len(spoilt), BATCH)]
    return [target.send("POST", "/orders", body=batch, valid=False) for batch in batches]


def unnamed(answers: Sequence[Reply], paths: Sequence[Path]) -> list[Path]:
    """Return the paths that no error points at, or below."""
    found = [pointers(answer) for answer in answers]
    return [
        path
        for number, path in enumerate(paths)
        if not any(pointer.startswith(_pointer(number % BATCH, path)) for pointer in found[number // BATCH])
    ]


def _pointer(position: int, path: Path) -> str:
    return f"/data/attributes/[{position}]/{'/'.join(map(str, path))}"


def all_named(target: Target, rule: str, spoilt: Sequence[Order], paths: Sequence[Path]) -> list[Reply]:
    """Send orders that the rule refuses, and return the answers. Raises `AssertionError` where a fault is not named."""
    answers = refusals(target, spoilt)
    assert {answer.status for answer in answers} == {400}
    lost = unnamed(answers, paths)
    if lost:
        accepted = _accepted(target, spoilt[paths.index(lost[0])], lost[0])
        astray = sum(len(answer.errors) for answer in answers) >= len(paths)
        why = rule if accepted else "ERROR-POINTER" if astray else "ERROR-TOGETHER"
        raise AssertionError(f"no error points at these ({why}): {lost}")
    return answers


def _accepted(target: Target, spoilt: Order, path: Path) -> bool:
    """Tell whether an order is accepted when it comes alone, though it is wrong at this path."""
    key = {} if path == ("order_id",) else {"order_id": target.order()["order_id"]}
    answer = target.send("POST", "/orders", body=[spoilt | key], valid=False)
    if answer.status >= 300:
        return False
    # What breaks the spec must not be there when others list their orders.
    target.send("DELETE", f"/orders/{answer.json['data'][0]['id']}")
    return True


@pytest.mark.rule("UPSERT-REQUIRED", "ERROR-TOGETHER", "ERROR-POINTER")
@KEYS
def test_every_missing_required_field_is_named(target: Target, own: list[Order], known: bool) -> None:
    paths = list(missing("OrderInput", target.full_order(0)))
    orders = bodies(target, own, paths)
    spoilt = [without(order, path) for order, path in zip(orders, paths, strict=True)]
    answers = all_named(target, "UPSERT-REQUIRED", spoilt, paths)
    assert {error["detail"] for answer in answers for error in answer.errors} == {"Field required"}


@pytest.mark.rule("UPSERT-BOUNDS", "ERROR-TOGETHER", "ERROR-POINTER")
@KEYS
def test_every_value_out_of_bounds_is_named(target: Target, own: list[Order], known: bool) -> None:
    cases = list(wrong("OrderInput", target.full_order(0)))
    paths = [path for path, _ in cases]
    orders = bodies(target, own, paths)
    spoilt = [with_value(order, *case) for order, case in zip(orders, cases, strict=True)]
    all_named(target, "UPSERT-BOUNDS", spoilt, paths)


@pytest.mark.rule("UPSERT-BOUNDS", "ERROR-TOGETHER", "ERROR-POINTER")
def test_a_patch_of_values_out_of_bounds_names_each_and_changes_nothing(target: Target, stock: Stock) -> None:
    id_, order = stock.take()
    changes = filled("OrderUpdate", 1, order_number="N-refused")
    for spoilt in rounds(list(wrong("OrderUpdate", changes))):
        body = changes
        for path, value in spoilt:
            body = with_value(body, path, value)
        answer = target.send("PATCH", f"/orders/{id_}", body=body, valid=False)
        assert answer.status == 400
        found = pointers(answer)
        lost = [path for path, _ in spoilt if not any("/".join(map(str, path)) in pointer for pointer in found)]
        why = " (ERROR-POINTER)" if len(answer.errors) >= len(spoilt) else ""
        assert not lost, f"no error points at these{why}: {lost}"
    target.settle()
    assert differences(order, target.read(id_)) == []


def rounds(cases: Sequence[tuple[Path, Any]]) -> list[list[tuple[Path, Any]]]:
    """Put what is wrong into as few bodies as hold all of it: none within another, and no field twice."""
    bodies: list[list[tuple[Path, Any]]] = []
    for path, value in cases:
        free = (body for body in bodies if not any(path[: len(one)] == one[: len(path)] for one, _ in body))
        body = next(free, None)
        if body is None:
            bodies.append(body := [])
        body.append((path, value))
    return bodies
