"""Streams that trickle: a batch leaves when it is full, or when its first order has waited long enough."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from doubles.both_clients import KINDS, ClientKind, Connect, Driven
from doubles.fake_service import FakeService, answer_with, error
from orders.factory import order, orders
from sendcloud_orders import (
    AuthenticationError,
    BatchOutcome,
    Hooks,
    IncompleteUpsert,
    InvalidRequest,
    OrderId,
    OrderKey,
    UpsertReport,
)
from sendcloud_orders.batching import PlannedBatch, PreparedOrder
from sendcloud_orders.lingering import Linger

LONG = 20.0
"""Seconds after which something that a test waits for will not come any more."""
AT_ONCE = 0.01
WEEK = 7 * 86_400


class Trickle:
    """Give some orders and then make the reader wait, until the test lets it go on."""

    def __init__(self, *given: dict[str, Any], then: list[dict[str, Any]] | None = None) -> None:
        self.given = given
        self.then = then or []
        self.waits = threading.Event()
        self.go_on = threading.Event()
        self.read = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for one in self.given:
            self.read += 1
            yield one
        self.waits.set()
        assert self.go_on.wait(LONG), "nobody let this stream go on"
        for one in self.then:
            self.read += 1
            yield one


@pytest.fixture
def trickle() -> Iterator[type[Trickle]]:
    """Make trickles whose readers end with the test."""
    made: list[Trickle] = []

    class Ending(Trickle):
        def __init__(self, *given: dict[str, Any], **more: Any) -> None:
            super().__init__(*given, **more)
            made.append(self)

    yield Ending
    for one in made:
        one.go_on.set()


def test_orders_that_fill_no_batch_leave_when_the_first_has_waited_long_enough(
    connect: Connect, trickle: type[Trickle]
) -> None:
    service = FakeService()
    outcomes = connect(service).upsert_iter(trickle(*orders(60)), linger=AT_ONCE)
    told = 0
    while told < 60:
        told += len(next(outcomes).accepted)
    assert len(service.stored) == 60


def test_a_full_batch_leaves_at_once_and_its_outcome_is_told_while_the_next_order_is_waited_for(
    connect: Connect, trickle: type[Trickle]
) -> None:
    outcomes = connect(FakeService()).upsert_iter(trickle(*orders(130)), linger=WEEK)
    assert len(next(outcomes).accepted) == 100


def test_a_stream_that_does_not_trickle_makes_full_batches(connect: Connect) -> None:
    outcomes = list(connect(FakeService()).upsert_iter(iter(orders(250)), linger=WEEK, concurrency=4))
    assert sorted(len(outcome.accepted) for outcome in outcomes) == [50, 100, 100]


@pytest.mark.rule("UPSERT-KEY-TWICE")
def test_the_writes_of_a_key_leave_in_order(connect: Connect, trickle: type[Trickle]) -> None:
    service = FakeService()
    given = trickle(*(order("A-1", order_number=str(number)) for number in range(3)))
    outcomes = connect(service).upsert_iter(given, linger=AT_ONCE, duplicates="sequence", concurrency=4)
    assert sum(len(next(outcomes).accepted) for _ in range(3)) == 3
    assert [one.json[0]["order_number"] for one in service.sent] == ["0", "1", "2"]


@pytest.mark.parametrize("known", [False, True], ids=["unknown to it", "known to it"])
def test_the_question_to_the_journal_keeps_no_order_waiting(
    connect: Connect, trickle: type[Trickle], tmp_path: Path, known: bool
) -> None:
    service = FakeService()
    client = connect(service)
    if known:
        client.upsert(orders(1), journal=tmp_path / "journal")
    outcomes = client.upsert_iter(trickle(*orders(1)), linger=AT_ONCE, journal=tmp_path / "journal")
    assert len(next(outcomes).accepted) == 1
    assert len(service.sent) == 1
    client.stop(outcomes)


def test_an_order_that_the_check_refuses_is_told_without_another_one(connect: Connect, trickle: type[Trickle]) -> None:
    outcomes = connect(FakeService()).upsert_iter(trickle({}), linger=AT_ONCE, on_rejected="skip")
    assert len(next(outcomes).rejected) == 1


def test_an_iterator_is_closed_while_the_next_order_is_waited_for_and_the_hook_is_told_of_that_order(
    connect: Connect, trickle: type[Trickle]
) -> None:
    told: list[BatchOutcome] = []
    late = threading.Event()

    def note(outcome: BatchOutcome) -> None:
        told.append(outcome)
        if outcome.not_sent:
            late.set()

    service = FakeService()
    client = connect(service, hooks=Hooks(batch=note))
    given = trickle(*orders(100), then=[order("LATE"), order("LATER")])
    outcomes = client.upsert_iter(given, linger=WEEK, concurrency=2)
    assert next(outcomes).ok
    assert given.waits.wait(LONG)
    client.stop(outcomes)
    assert len(told) == 1
    given.go_on.set()
    assert late.wait(LONG)
    [left] = UpsertReport.of(told).not_sent
    assert (left.position, left.key) == (100, OrderKey(41, OrderId("LATE")))
    assert len(service.sent) == 1
    assert given.read == 101


def test_a_run_that_is_turned_away_ends_without_another_order(connect: Connect, trickle: type[Trickle]) -> None:
    client = connect(FakeService([answer_with(lambda: error(401, "no"))]))
    outcomes = client.upsert_iter(trickle(*orders(3)), linger=AT_ONCE)
    with pytest.raises(AuthenticationError):
        UpsertReport.of(outcomes)


def test_an_input_that_fails_in_its_thread_ends_the_run_after_the_outcomes(connect: Connect) -> None:
    def source() -> Iterator[dict[str, Any]]:
        yield from orders(150)
        raise OSError("the line is down")

    told: list[BatchOutcome] = []
    client = connect(FakeService(), hooks=Hooks(batch=told.append))
    with pytest.raises(IncompleteUpsert, match="OSError") as caught:
        UpsertReport.of(client.upsert_iter(source(), linger=WEEK))
    assert isinstance(caught.value.__cause__, OSError)
    assert (len(UpsertReport.of(told).accepted), len(UpsertReport.of(told).not_sent)) == (100, 50)


@pytest.mark.parametrize("linger", [-1, "1", True, float("nan"), float("inf"), 10**9])
def test_a_linger_is_a_number_of_seconds(connect: Connect, linger: Any) -> None:
    with pytest.raises(InvalidRequest, match="linger"):
        connect(FakeService()).upsert_iter([order()], linger=linger)


# ---------------------------------------------------------------- asynchronous inputs


class AsyncTrickle:
    """Give some orders and then wait for ever; note how the wait ended."""

    def __init__(self, *given: dict[str, Any]) -> None:
        self.given = given
        self.cancelled = False

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        for one in self.given:
            await asyncio.sleep(0)
            yield one
        try:
            await asyncio.wait_for(asyncio.Event().wait(), LONG)
        except asyncio.CancelledError:
            self.cancelled = True
            raise


def driven(service: FakeService) -> Driven:
    return Driven("async", service)


def test_an_asynchronous_input_is_waited_for_no_longer_than_its_first_order_may() -> None:
    service = FakeService()
    client = driven(service)
    outcomes = client.upsert_iter(AsyncTrickle(*orders(160)), linger=AT_ONCE)
    told = 0
    while told < 160:
        told += len(next(outcomes).accepted)
    client.close()


def test_the_wait_for_an_asynchronous_input_is_cancelled_when_the_run_stops() -> None:
    client = driven(FakeService([answer_with(lambda: error(401, "no"))]))
    given = AsyncTrickle(*orders(3))
    with pytest.raises(AuthenticationError):
        UpsertReport.of(client.upsert_iter(given, linger=AT_ONCE))
    assert given.cancelled
    client.close()


@pytest.mark.parametrize("kind", KINDS)
def test_with_linger_a_plain_input_is_read_in_a_thread_of_its_own(kind: ClientKind) -> None:
    threads: set[int] = set()

    def source() -> Iterator[dict[str, Any]]:
        for one in orders(3):
            threads.add(threading.get_ident())
            yield one

    client = Driven(kind, FakeService())
    assert UpsertReport.of(client.upsert_iter(source(), linger=WEEK)).ok
    client.close()
    assert len(threads) == 1
    assert threads != {threading.get_ident()}


# ---------------------------------------------------------------- the wait itself


def batch(*positions: int) -> PlannedBatch:
    return PlannedBatch(tuple(PreparedOrder(one, OrderKey(41, OrderId(str(one))), b"{}") for one in positions))


def test_the_wait_is_that_of_the_first_order_which_has_not_left() -> None:
    now = 100.0
    linger = Linger(5, lambda: now)
    assert linger.due() is None
    linger.came(0)
    now = 102
    linger.came(1)
    linger.came(2)
    assert linger.due() == 3
    linger.left(batch(0, 2))
    assert linger.due() == 5
    now = 110
    assert linger.due() == 0
    linger.left(batch(1))
    assert linger.due() is None
