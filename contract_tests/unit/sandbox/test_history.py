"""The sandbox knows what became of an order, write by write."""

from __future__ import annotations

from typing import Any

import pytest

from doubles.sandbox_client import Api
from orders.factory import item, order
from sendcloud_orders_sandbox import Policies, Sandbox, history
from sendcloud_orders_sandbox.history import Change, changes, steps

pytestmark = pytest.mark.one_python


def told(sandbox: Sandbox, number: int) -> list[Any]:
    """Return kind, request and changed paths of each write of an order."""
    known = sandbox._service.history.of(number)
    return [
        (version.kind, version.request, None if changed is None else [one.path for one in changed])
        for version, changed in steps(known)
    ]


def test_each_write_of_an_order_names_its_request_and_what_it_changed(api: Api, sandbox: Sandbox) -> None:
    api.create(order("A"), order("B"))
    api.get("/orders")
    api.create(order("A", notes="new"))
    api.patch("/orders/669", json={"order_number": "9"})
    api.delete("/orders/669")
    first, *later = told(sandbox, 669)
    assert (first[:2], "order_id" in first[2]) == (("created", 1), True)
    assert later == [("changed", 3, ["order_details.notes"]), ("changed", 4, ["order_number"]), ("deleted", 5, [])]
    assert [step[:2] for step in told(sandbox, 670)] == [("created", 1)]


def test_a_write_that_was_refused_is_none(api: Api, sandbox: Sandbox) -> None:
    api.create(order("A"))
    api.upsert(order("A", notes="x"), {})
    api.patch("/orders/669", json={"order_id": "B"})
    assert [step[:2] for step in told(sandbox, 669)] == [("created", 1)]


def test_a_write_counts_when_it_is_accepted_though_it_is_saved_later(api: Api, sandbox: Sandbox) -> None:
    sandbox.policies = Policies(save_lag=60)
    api.create(order("A"))
    api.create(order("A", notes="x"))
    sandbox.advance(61)
    api.get("/orders")
    assert [step[:2] for step in told(sandbox, 669)] == [("created", 1), ("changed", 2)]


def test_an_order_that_was_there_before_is_not_taken_for_a_new_one(tmp_path: Any) -> None:
    with Sandbox(db=tmp_path / "db") as sandbox, Api(sandbox) as api:
        api.create(order("A"))
    with Sandbox(db=tmp_path / "db") as sandbox, Api(sandbox) as api:
        api.create(order("A", notes="x"))
        assert told(sandbox, 669) == [("changed", 1, None)]


def test_the_oldest_versions_give_way_and_what_came_next_is_then_unknown(
    api: Api, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.create(order("A"))
    size = len(sandbox._service.history.of(669)[0].document) + history.OVERHEAD
    monkeypatch.setattr(history, "BYTES_KEPT", 2 * size + 100)
    api.create(order("A", notes="x"))
    api.create(order("A", notes="y"))
    assert told(sandbox, 669) == [("changed", 2, None), ("changed", 3, ["order_details.notes"])]


def test_a_reset_forgets_all_versions(api: Api, sandbox: Sandbox) -> None:
    api.create(order("A"))
    sandbox.reset()
    assert told(sandbox, 669) == []


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2, "b": None}, [Change("a", 1, 2)]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 3}}, [Change("a.b", 1, None), Change("a.c", 2, 3)]),
        ({}, {"a": {"b": [5]}}, [Change("a.b.0", None, 5)]),
        ({"a": {"b": 1}}, {}, [Change("a.b", 1, None)]),
        ({"a": [item("x")]}, {"a": [item("x"), "y"]}, [Change("a.1", None, "y")]),
        ({"a": [1, 2]}, {"a": [1]}, [Change("a.1", 2, None)]),
        ({"a": {"b": 1}}, {"a": "text"}, [Change("a", {"b": 1}, "text")]),
        ({"a": True}, {"a": 1}, [Change("a", True, 1)]),
        ({"a": {}}, {"a": []}, [Change("a", {}, [])]),
    ],
)
def test_a_change_names_the_innermost_field(before: Any, after: Any, wanted: list[Change]) -> None:
    assert list(changes(before, after)) == wanted
