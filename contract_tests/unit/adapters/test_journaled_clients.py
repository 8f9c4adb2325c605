"""Runs of both clients with a journal: what is stored is not sent again, and what differs in anything is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from doubles.both_clients import KINDS, ClientKind, Driven
from doubles.fake_service import FakeService
from orders.factory import orders, with_value
from orders.realistic import read_orders

pytestmark = pytest.mark.rule("UPSERT-JOURNAL")

KEY = {("order_id",), ("order_details", "integration", "id")}
Place = tuple[str | int, ...]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> ClientKind:
    found: ClientKind = request.param
    return found


def leaves(node: Any, path: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Yield each plain value with its path."""
    if isinstance(node, dict | list) and node:
        for name, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(value, (*path, name))
    else:
        yield path, node


def other(value: Any) -> Any:
    """Return another value than this."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return not value
    return f"{value}x" if isinstance(value, str) else value + 1


def sent(service: FakeService) -> list[str]:
    """Return the `order_id`s of all requests, and forget the requests."""
    found = [one["order_id"] for request in service.sent for one in json.loads(request.body)]
    service.sent.clear()
    return found


def test_an_order_that_differs_in_any_value_is_sent_again(kind: ClientKind, tmp_path: Path) -> None:
    order = next(one for one in read_orders() if 70 < len(list(leaves(one))) < 100)
    variants = [with_value(order, path, other(value)) for path, value in leaves(order) if path not in KEY]
    service = FakeService()
    client = Driven(kind, service)
    first = [order | {"order_id": f"A-{number}"} for number in range(len(variants))]
    second = [one | {"order_id": f"A-{number}"} for number, one in enumerate(variants)]
    client.upsert(first, check=False, journal=tmp_path / "journal").raise_for_rejected()
    assert len(sent(service)) == len(variants)
    client.upsert(second, check=False, journal=tmp_path / "journal").raise_for_rejected()
    client.close()
    assert sent(service) == [one["order_id"] for one in second]


def test_what_was_accepted_of_a_refused_batch_is_not_sent_again(kind: ClientKind, tmp_path: Path) -> None:
    service = FakeService()
    client = Driven(kind, service)
    stream = orders(10)
    stream[7]["order_number"] = "bad"
    report = client.upsert(stream, on_rejected="isolate", journal=tmp_path / "journal")
    assert [one.position for one in report.rejected] == [7]
    sent(service)
    stream[7]["order_number"] = "better"
    again = client.upsert(stream, on_rejected="isolate", journal=tmp_path / "journal")
    client.close()
    assert sent(service) == ["A-7"]
    assert len(again.accepted) == 10


def test_a_run_that_stopped_forgets_nothing_of_the_orders_that_it_did_not_come_to(
    kind: ClientKind, tmp_path: Path
) -> None:
    service = FakeService()
    client = Driven(kind, service)
    stored = orders(1000)
    client.upsert(stored, journal=tmp_path / "journal").raise_for_rejected()
    changed = [one | {"order_number": "bad" if place == 0 else "another"} for place, one in enumerate(stored)]
    assert not client.upsert(changed, journal=tmp_path / "journal").ok
    sent(service)
    client.upsert(stored, journal=tmp_path / "journal").raise_for_rejected()
    client.close()
    assert len(sent(service)) == 100
