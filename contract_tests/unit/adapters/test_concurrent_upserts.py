"""Several batches in flight from the blocking client, and what both clients keep to while they are."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.both_clients import KINDS, ClientKind, Driven
from doubles.fake_service import PASSING, FakeService, failing
from doubles.loopback import Connection, Loopback, answer
from orders.factory import order, orders
from sendcloud_orders import (
    BasicCredentials,
    BatchOutcome,
    Clock,
    Hooks,
    IncompleteUpsert,
    OrdersClient,
    Pace,
    RetryPolicy,
    UpsertReport,
)

LONG = 20.0
"""Seconds after which something that a test waits for will not come any more."""


class Gate(httpx.BaseTransport):
    """Hold each request until so many are in flight together, and note which are."""

    def __init__(self, together: int, service: FakeService | None = None) -> None:
        self.service = service or FakeService()
        self.barrier = threading.Barrier(together)
        self.threads: set[int] = set()
        self.most = self.landed = 0
        self._flying = 0
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.threads.add(threading.get_ident())
            self._flying += 1
            self.most = max(self.most, self._flying)
        self.barrier.wait(LONG)
        with self._lock:
            self._flying -= 1
            self.landed += 1
            return self.service.answer(request)


@contextmanager
def blocking(transport: httpx.BaseTransport | None, **settings: Any) -> Iterator[OrdersClient]:
    credentials = BasicCredentials("me", "hidden")
    with OrdersClient(credentials, transport=transport, **{"pace": Pace.unlimited(), **settings}) as client:
        yield client


def await_threads() -> None:
    """Wait until no thread of an upsert is left."""
    for thread in threading.enumerate():
        if thread.name == "sendcloud-orders":
            thread.join(LONG)
            assert not thread.is_alive()


# ---------------------------------------------------------------- how many


@pytest.mark.parametrize("concurrency", [2, 3, 4])
def test_as_many_batches_are_in_flight_as_asked_for_and_no_more(concurrency: int) -> None:
    gate = Gate(concurrency)
    with blocking(gate) as client:
        report = client.upsert(iter(orders(1200)), concurrency=concurrency)
    assert gate.most == concurrency
    assert [one.position for one in report.accepted] == list(range(1200))


def test_four_batches_are_in_flight_unless_another_number_is_asked_for() -> None:
    gate = Gate(4)
    with blocking(gate) as client:
        assert client.upsert(orders(800)).ok
    assert gate.most == 4


def test_nothing_is_read_before_there_is_room_for_it() -> None:
    gate = Gate(3)

    def source() -> Iterator[dict[str, Any]]:
        for number, one in enumerate(orders(1200)):
            assert number // 100 - gate.landed < 3
            yield one

    with blocking(gate) as client:
        assert client.upsert(source(), concurrency=3).ok


@pytest.mark.parametrize(
    ("given", "concurrency"),
    [
        pytest.param(lambda: orders(100), 4, id="a list of one batch"),
        pytest.param(lambda: iter(orders(60)), 4, id="a stream of one batch"),
        pytest.param(lambda: orders(300), 1, id="one at a time"),
    ],
)
def test_where_nothing_goes_on_beside_it_a_batch_is_sent_by_the_calling_thread(given: Any, concurrency: int) -> None:
    gate = Gate(1)
    with blocking(gate) as client:
        assert client.upsert(given(), concurrency=concurrency).ok
    assert gate.threads == {threading.get_ident()}


def test_where_no_thread_can_be_begun_the_calling_thread_sends_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    gate = Gate(1)
    with blocking(gate) as client, monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        assert client.upsert(orders(500)).ok
    assert gate.threads == {threading.get_ident()}


def test_an_outcome_is_told_before_the_next_order_is_read_once_its_answer_is_there() -> None:
    told = threading.Event()

    def source() -> Iterator[dict[str, Any]]:
        for number, one in enumerate(orders(200)):
            # The answer comes in the meantime, if slowly; a batch that is told only when the next is full comes never.
            if number >= 150:
                told.wait(LONG / 50)
            yield one
        assert told.is_set()

    with blocking(FakeService().transport) as client:
        for outcome in client.upsert_iter(source()):
            assert outcome.ok
            told.set()


# ---------------------------------------------------------------- what ends a run


def test_when_one_batch_stops_the_run_those_in_flight_are_waited_for() -> None:
    service, four, stopped = FakeService(), threading.Barrier(4), threading.Event()
    given = orders(1000)
    given[150]["order_number"] = "bad"

    def serve(request: httpx.Request) -> httpx.Response:
        four.wait(LONG)
        response = service.answer(request)
        assert response.status_code == 400 or stopped.wait(LONG)
        return response

    with blocking(httpx.MockTransport(serve)) as client:
        report = client.upsert(iter(given), concurrency=4, on_outcome=lambda outcome: stopped.set())
    assert (len(report.accepted), len(report.rejected), len(report.not_sent)) == (300, 100, 600)
    assert len(service.sent) == 4


def test_a_callback_that_fails_loses_no_batch_in_flight() -> None:
    gate = Gate(4)

    def fail(outcome: BatchOutcome) -> None:
        raise OSError("disk full")

    with blocking(gate) as client, pytest.raises(IncompleteUpsert, match="OSError") as caught:
        client.upsert(orders(1000), concurrency=4, on_outcome=fail)
    report = caught.value.report
    assert (len(report.accepted), report.total) == (400, 1000)
    assert len(gate.service.stored) == 400


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let an interrupt come through: a shell makes what it starts in the background deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Held(httpx.BaseTransport):
    """Answer the first request, and hold the others until they are let go."""

    def __init__(self, service: FakeService, expected: int) -> None:
        self.service = service
        self.all_there = threading.Event()
        self.let_go = threading.Event()
        self._left = expected
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            response = self.service.answer(request)
            first = len(self.service.sent) == 1
            self._left -= not first
            if not self._left:
                self.all_there.set()
        if not first:
            self.let_go.wait(LONG)
        return response


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_leaves_at_once_with_the_orders_in_flight_unknown_and_nothing_is_sent_again() -> None:
    # Each that is held would be sent again.
    service = FakeService([None, *[failing] * 20])
    held = Held(service, 4)
    told: list[str] = []

    def interrupt() -> None:
        assert held.all_there.wait(LONG)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with blocking(held, clock=Clock(sleep=lambda _: None), hooks=Hooks(retry=lambda _: told.append("retry"))) as client:
        with pytest.raises(KeyboardInterrupt) as caught:
            client.upsert(iter(orders(2000)))
        report = caught.value.report  # type: ignore[attr-defined]
        assert isinstance(report, UpsertReport)
        assert (len(report.accepted), len(report.unknown)) == (100, 400)
        assert not held.let_go.is_set()
        held.let_go.set()
        await_threads()
    assert len(service.sent) == 5
    assert told == []


def test_a_thread_that_sleeps_before_it_sends_again_ends_without_sending() -> None:
    sleeping, wake = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        sleeping.set()
        assert wake.wait(LONG)

    service = FakeService([failing, *[None] * 20])
    with blocking(service.transport, clock=Clock(sleep=sleep)) as client:
        outcomes = client.upsert_iter(iter(orders(1000)), concurrency=2)
        next(outcomes)
        assert sleeping.wait(LONG)
        outcomes.close()  # type: ignore[attr-defined]
        sent = len(service.sent)
        wake.set()
        await_threads()
    assert len(service.sent) == sent


@pytest.mark.parametrize("waits_for", ["the answer", "room to write"])
def test_closing_the_iterator_cuts_off_the_requests_on_the_wire(waits_for: str) -> None:
    arrived, cut = threading.Semaphore(0), threading.Semaphore(0)
    turn = iter(range(100))

    def serve(connection: Connection) -> None:
        if next(turn) == 0:
            sent = json.loads(connection.request().partition(b"\r\n\r\n")[2])
            references = [{"id": 1 + place, "order_id": one["order_id"]} for place, one in enumerate(sent)]
            connection.send(answer(json.dumps({"data": references}).encode()))
        if waits_for == "the answer":
            connection.request()
            arrived.release()
            assert connection.request() == b""
        else:
            connection.socket.recv(1)
            arrived.release()
            while connection.socket.recv(1 << 20):
                pass
        cut.release()

    large = ({**one, "order_notes": "x" * 100_000} for one in orders(2000))
    given = iter(orders(2000)) if waits_for == "the answer" else large
    with Loopback(serve) as server, blocking(None, base_url=server.url, timeout=LONG * 3) as client:
        outcomes = client.upsert_iter(
            given, unknown_fields="send", max_body_bytes=20_000_000, concurrency=2, on_rejected="skip"
        )
        assert next(outcomes).ok
        for _ in range(1):
            assert arrived.acquire(timeout=LONG)
        outcomes.close()  # type: ignore[attr-defined]
        assert cut.acquire(timeout=LONG)
        await_threads()


def test_what_a_thread_is_interrupted_by_ends_the_run_in_the_calling_thread() -> None:
    class Killed(BaseException):
        pass

    def kill(request: httpx.Request) -> httpx.Response:
        raise Killed

    with blocking(httpx.MockTransport(kill)) as client, pytest.raises(Killed) as caught:
        client.upsert(iter(orders(1000)))
    assert caught.value.report.total > 0  # type: ignore[attr-defined]
    await_threads()


def test_no_thread_is_left_when_a_run_has_ended() -> None:
    with blocking(Gate(4)) as client:
        assert client.upsert(orders(800)).ok
        await_threads()


# ---------------------------------------------------------------- what hooks see


def test_hooks_that_are_called_in_threads_see_the_context_of_the_caller() -> None:
    tenant: ContextVar[str] = ContextVar("tenant", default="nobody")
    seen: Counter[tuple[str, str]] = Counter()
    tenant.set("shop 41")
    hooks = Hooks(
        request=lambda _: seen.update([("request", tenant.get())]),
        response=lambda _: seen.update([("response", tenant.get())]),
        batch=lambda _: seen.update([("batch", tenant.get())]),
    )
    with blocking(Gate(4), hooks=hooks) as client:
        client.upsert(orders(400))
    assert seen == {(hook, "shop 41"): 4 for hook in ("request", "response", "batch")}


# ---------------------------------------------------------------- the truth


class Jostling:
    """A service to whom requests come as they please, each after a wait of its own; it notes keys in flight twice."""

    def __init__(self, script: list[str | None], waits: list[int]) -> None:
        self.service = FakeService([PASSING[name] if name else None for name in script])
        self.clashes = 0
        self._waits = iter(waits)
        self._keys: Counter[tuple[int, str]] = Counter()
        self._lock = threading.Lock()

    def transport(self, kind: ClientKind) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer if kind == "blocking" else self.answer_async)

    def answer(self, request: httpx.Request) -> httpx.Response:
        keys, wait = self._enter(request)
        threading.Event().wait(wait / 2000)
        return self._leave(keys, request)

    async def answer_async(self, request: httpx.Request) -> httpx.Response:
        keys, wait = self._enter(request)
        for _ in range(3 * wait):
            await asyncio.sleep(0)
        return self._leave(keys, request)

    def _enter(self, request: httpx.Request) -> tuple[Counter[tuple[int, str]], int]:
        keys = Counter(
            (one["order_details"]["integration"]["id"], one["order_id"]) for one in json.loads(request.content)
        )
        with self._lock:
            self._keys += keys
            self.clashes += max(self._keys.values()) > 1
            return keys, next(self._waits, 0)

    def _leave(self, keys: Counter[tuple[int, str]], request: httpx.Request) -> httpx.Response:
        with self._lock:
            self._keys -= keys
            return self.service.answer(request)


@pytest.mark.rule("UPSERT-KEY", "UPSERT-KEY-TWICE", "UPSERT-CONFLICT")
@pytest.mark.parametrize("kind", KINDS)
@given(
    names=st.lists(st.sampled_from("ABCDEFGH"), min_size=1, max_size=30),
    script=st.lists(st.none() | st.sampled_from(sorted(PASSING)), max_size=20),
    waits=st.lists(st.integers(0, 3), max_size=30),
    attempts=st.sampled_from([1, 3, 30]),
    concurrency=st.integers(1, 5),
    duplicates=st.sampled_from(["sequence", "last"]),
    on_rejected=st.sampled_from(["stop", "skip", "isolate"]),
)
def test_the_last_order_of_a_key_is_what_the_service_holds_in_the_end(
    kind: ClientKind,
    names: list[str],
    script: list[str | None],
    waits: list[int],
    attempts: int,
    concurrency: int,
    duplicates: str,
    on_rejected: str,
) -> None:
    jostling = Jostling(script, waits)
    retry = RetryPolicy(attempts=attempts, deadline=10_000)
    client = Driven(kind, jostling.transport(kind), retry=retry)
    given = (order(name, order_number=str(place)) for place, name in enumerate(names))
    report = client.upsert(
        given,
        max_body_bytes=1200,
        concurrency=concurrency,
        duplicates=duplicates,
        on_rejected=on_rejected,
    )
    client.close()
    holds = {name: int(one["order_number"]) for (_, name), one in jostling.service.stored.items()}
    last = {name: place for place, name in enumerate(names)}
    assert jostling.clashes == 0
    assert report.total == len(names)
    if attempts == 30 and "unreachable" not in script:
        assert holds == last
        assert report.ok
    sent = {one.position for one in (*report.accepted, *report.unknown)}
    assert set(holds.values()) <= sent
    for one in report.accepted:
        assert holds[one.key.order_id] >= one.position
