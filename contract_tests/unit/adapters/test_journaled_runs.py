"""Runs with a journal, whatever gets lost and however batches end: nothing is skipped that is not stored."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from itertools import chain, repeat
from typing import Any, Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orders.factory import order
from sendcloud_orders import BatchOutcome, Journal, UpsertReport
from sendcloud_orders.batching import PlannedBatch, Planner
from sendcloud_orders.exchange import Conversation, Exchange, Lost, Outcome, Succeeded
from sendcloud_orders.upserting import UpsertOptions, UpsertRun
from sendcloud_orders_api.models import OrderReference

Write = tuple[str, str]
"""An order_id, and the order_number that the order has this time."""
Fate = Literal["stored", "lost before", "lost after"]
STORED: Iterator[Fate] = repeat("stored")
FATES: tuple[Fate, ...] = ("stored", "stored", "lost before", "lost after")


class Service:
    """Hold the number of each order, and meet a fate at each batch."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}

    def answer(self, batch: list[dict[str, Any]], fate: Fate) -> Outcome[list[OrderReference]]:
        if fate != "lost before":
            self.held |= {one["order_id"]: one["order_number"] for one in batch}
        if fate != "stored":
            return Lost(sent=True)
        named = [(one["order_id"], one["order_number"]) for one in batch]
        return Succeeded(201, [OrderReference(id=ord(name), order_id=name, order_number=one) for name, one in named])


def drive(
    run: UpsertRun, writes: Sequence[Write], service: Service, fates: Iterator[Fate], ends: Iterator[int]
) -> UpsertReport:
    """Play the asynchronous driver: up to three batches in flight, no key in two of them, each ending at any time."""
    outcomes: list[BatchOutcome] = []
    flying: list[tuple[PlannedBatch, Conversation[BatchOutcome], Exchange[list[OrderReference]]]] = []

    def land() -> None:
        _, conversation, exchange = flying.pop(next(ends) % len(flying))
        with pytest.raises(StopIteration) as done:
            conversation.send(exchange)
        outcomes.append(done.value.value)

    def source() -> Iterator[dict[str, Any]]:
        for name, number in writes:
            if flying and next(ends) % 2:
                land()
            yield order(name, order_number=number)

    for batch in run.plan(source(), drain=True):
        while len(flying) == 3 or any(not batch.keys.isdisjoint(other.keys) for other, _, _ in flying):
            land()
        conversation = run.deliver(batch)
        try:
            call: Any = next(conversation)
        except StopIteration as done:
            outcomes.append(done.value)
        else:
            answer = service.answer(json.loads(call.request.content), next(fates))
            flying.append((batch, conversation, Exchange(answer, 1, False, 0.0, 0.0)))
    while flying:
        land()
    return UpsertReport.of(outcomes)


def writes() -> st.SearchStrategy[list[Write]]:
    return st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("12")), min_size=1, max_size=16)


# The second of A is looked up before the answer to the first, the third after it, and while the second still waits.
@example(
    inputs=[[("A", "1"), ("B", "1"), ("A", "2"), ("A", "2"), ("A", "1"), ("B", "1")]],
    duplicates="sequence",
    fates=[],
    ends=[0, 0, 1],
)
# The first of A is recorded after the second was looked up, and the second gets lost.
@example(
    inputs=[[("A", "1"), ("B", "1"), ("A", "2"), ("C", "1")], [("A", "1")]],
    duplicates="sequence",
    fates=["stored", "lost after"],
    ends=[],
)
@given(
    inputs=st.lists(writes(), min_size=1, max_size=3),
    duplicates=st.sampled_from(("last", "sequence")),
    fates=st.lists(st.sampled_from(FATES), max_size=20),
    ends=st.lists(st.integers(0, 5), max_size=30),
)
@pytest.mark.rule("UPSERT-KEY", "UPSERT-KEY-TWICE", "UPSERT-JOURNAL")
def test_what_is_accepted_is_stored_as_it_came_last(
    tmp_path_factory: pytest.TempPathFactory,
    inputs: list[list[Write]],
    duplicates: Literal["last", "sequence"],
    fates: list[Fate],
    ends: list[int],
) -> None:
    service = Service()
    with Journal(tmp_path_factory.mktemp("run") / "journal", account="us") as journal:
        for place, wanted in enumerate([*inputs, inputs[-1]]):
            options = UpsertOptions(on_rejected="skip", duplicates=duplicates)
            lossy = place < len(inputs)
            met = chain(fates if lossy else (), STORED)
            with UpsertRun(options, nullcontext(journal)) as run:
                # The journal is asked about two orders at a time, so that questions come between answers.
                run.planner = Planner(duplicates=duplicates, max_orders=2, known=run._known)
                report = drive(run, wanted, service, met, chain(ends, repeat(0)))
            assert report.total == len(wanted)
            last = {name: position for position, (name, _) in enumerate(wanted)}
            accepted = {str(one.key.order_id) for one in report.accepted if last[one.key.order_id] == one.position}
            assert {name: service.held[name] for name in accepted} == {name: dict(wanted)[name] for name in accepted}
            assert lossy or accepted == last.keys()
            # A stream need not end: nothing may be kept of an order that is settled.
            assert run.planner._in_work == {}
