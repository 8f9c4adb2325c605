"""Runs that something from outside ends: a signal, a cancellation, a callback, an iterator that is closed early."""

from __future__ import annotations

import asyncio
import signal
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from doubles.both_clients import ClientKind, Connect, Driven
from doubles.fake_service import FakeService, carry_out_then, conflict, unreachable
from orders.factory import order, orders
from sendcloud_orders import (
    AsyncOrdersClient,
    BasicCredentials,
    BatchOutcome,
    Hooks,
    IncompleteUpsert,
    Journal,
    Pace,
    RetryPolicy,
    UpsertReport,
)


class Killed(BaseException):
    """What ends a task of a library for green threads, say: no `Exception`, and none that we know."""


def ending_with(error: type[BaseException]) -> Callable[[httpx.Request, Callable[[], httpx.Response]], httpx.Response]:
    """Store the batch, and let the interrupt come while the answer is waited for."""

    def stop() -> httpx.Response:
        raise error

    return carry_out_then(stop)


def names(report: UpsertReport, group: str) -> set[str]:
    return {one.key.order_id for one in getattr(report, group)}


def report_of(error: BaseException) -> UpsertReport:
    report = getattr(error, "report", None)
    assert isinstance(report, UpsertReport)
    return report


# asyncio takes a KeyboardInterrupt and a SystemExit out of the task and ends the loop: see the test of Ctrl-C below.
@pytest.mark.parametrize(
    ("kind", "error"),
    [("blocking", KeyboardInterrupt), ("blocking", SystemExit), ("blocking", Killed), ("async", Killed)],
)
@pytest.mark.parametrize("as_stream", [False, True], ids=["list", "generator"])
def test_an_interrupt_leaves_with_what_became_of_every_order_that_was_read(
    kind: ClientKind, error: type[BaseException], as_stream: bool, tmp_path: Path
) -> None:
    service = FakeService([None, None, ending_with(error)])
    client = Driven(kind, service)
    given: Any = iter(orders(950)) if as_stream else orders(950)
    with pytest.raises(error) as caught:
        client.upsert(given, journal=tmp_path / "journal")
    report = report_of(caught.value)
    assert len(report.accepted) == 200
    assert names(report, "unknown") == {f"A-{number}" for number in range(200, 300)}
    assert {name for _, name in service.stored} == names(report, "accepted") | names(report, "unknown")
    assert any("200 accepted" in note for note in caught.value.__notes__)
    # The journal was written to before: only what is not known to be stored goes out again.
    sent = len(service.sent)
    assert client.upsert(orders(950), journal=tmp_path / "journal").ok
    client.close()
    assert sum(len(one.json) for one in service.sent[sent:]) == 750


@pytest.mark.parametrize(("kind", "error"), [("blocking", KeyboardInterrupt), ("blocking", Killed), ("async", Killed)])
def test_a_second_interrupt_while_the_first_is_told_leaves_the_report_whole(
    kind: ClientKind, error: type[BaseException]
) -> None:
    def interrupt_again(outcome: BatchOutcome) -> None:
        raise error

    client = Driven(kind, FakeService())
    with pytest.raises(error) as caught:
        client.upsert(orders(350), on_outcome=interrupt_again)
    client.close()
    report = report_of(caught.value)
    assert len(report.accepted) == 100
    assert len(report.accepted) + len(report.not_sent) == 350


def test_a_second_interrupt_while_the_journal_is_written_loses_no_order(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupt(journal: Journal, entries: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Journal, "record", interrupt)
    client = Driven("blocking", FakeService())
    with pytest.raises(KeyboardInterrupt) as caught:
        client.upsert(orders(250), journal=tmp_path / "journal")
    client.close()
    assert report_of(caught.value).total == 250


def test_the_trace_of_a_ctrl_c_shows_no_library_from_within() -> None:
    client = Driven("blocking", FakeService([ending_with(KeyboardInterrupt)]))
    with pytest.raises(KeyboardInterrupt) as caught:
        client.upsert(orders(3))
    client.close()
    told = "".join(traceback.format_exception(caught.value))
    assert "httpx" not in told
    assert "tenacity" not in told
    assert "3 unknown" in told


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let an interrupt come through: a shell makes what it starts in the background deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("kind", ["cancel", "ctrl-c"])
def test_a_task_that_is_cancelled_tells_what_is_unknown(kind: str) -> None:
    service = FakeService()
    main: list[asyncio.Task[Any]] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        response = service.answer(request)
        if len(service.sent) == 4:
            signal.raise_signal(signal.SIGINT) if kind == "ctrl-c" else main[0].cancel()
        if len(service.sent) > 2:
            await asyncio.sleep(60)
        return response

    reports: list[UpsertReport] = []

    async def run() -> None:
        main.extend(filter(None, [asyncio.current_task()]))
        transport = httpx.MockTransport(answer)
        credentials = BasicCredentials("public", "hidden")
        async with AsyncOrdersClient(credentials, transport=transport, pace=Pace.unlimited()) as client:
            try:
                await client.upsert(iter(orders(900)), concurrency=2)
            except asyncio.CancelledError as error:
                reports.append(report_of(error))
                raise

    with pytest.raises(asyncio.CancelledError if kind == "cancel" else KeyboardInterrupt):
        asyncio.run(run())
    [report] = reports
    assert len(report.accepted) == 200
    assert names(report, "unknown") == {f"A-{number}" for number in range(200, 400)}
    assert {name for _, name in service.stored} == names(report, "accepted") | names(report, "unknown")


def test_a_callback_that_fails_loses_no_batch_in_flight() -> None:
    service = FakeService()
    four_in_flight = asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        response = service.answer(request)
        if len(service.sent) == 4:
            four_in_flight.set()
        await four_in_flight.wait()
        return response

    def fail(outcome: BatchOutcome) -> None:
        raise OSError("disk full")

    async def run() -> None:
        transport = httpx.MockTransport(answer)
        credentials = BasicCredentials("public", "hidden")
        async with AsyncOrdersClient(credentials, transport=transport, pace=Pace.unlimited()) as client:
            await client.upsert(orders(1000), concurrency=4, on_outcome=fail)

    with pytest.raises(IncompleteUpsert, match="OSError") as caught:
        asyncio.run(run())
    report = caught.value.report
    assert isinstance(caught.value.__cause__, OSError)
    assert report.total == 1000
    assert {name for _, name in service.stored} == names(report, "accepted")
    assert len(service.stored) == 400


def test_a_callback_that_fails_stops_the_run_and_every_order_is_named(connect: Connect) -> None:
    service = FakeService()

    def fail(outcome: BatchOutcome) -> None:
        raise ValueError("no")

    with pytest.raises(IncompleteUpsert, match="ValueError") as caught:
        connect(service).upsert(orders(350), on_outcome=fail)
    report = caught.value.report
    assert (len(report.accepted), len(report.not_sent)) == (100, 250)
    assert len(service.sent) == 1


def test_an_iterator_that_is_closed_early_tells_the_hook_of_what_was_read_and_waits(connect: Connect) -> None:
    told: list[BatchOutcome] = []
    read: list[str] = []

    def source() -> Iterator[dict[str, Any]]:
        # Two shops with the same order_ids: orders wait in several batches at a time.
        for number in range(1000):
            for integration in (41, 68):
                read.append(f"{integration}:A-{number}")
                yield order(f"A-{number}", integration)

    client = connect(FakeService(), hooks=Hooks(batch=told.append))
    outcomes = client.upsert_iter(source())
    first = next(outcomes)
    client.stop(outcomes)
    named = UpsertReport.of(told)
    assert told[0] == first
    assert named.total == len(read)
    assert len(named.not_sent) > 0


@pytest.mark.rule("UPSERT-CONFLICT")
def test_a_conflict_that_stays_leaves_the_orders_unsent_and_the_next_run_sends_them(
    connect: Connect, tmp_path: Path
) -> None:
    service = FakeService([None, conflict, conflict])
    client = connect(service, retry=RetryPolicy(attempts=2))
    report = client.upsert(orders(150), journal=tmp_path / "journal", on_rejected="skip")
    assert (len(report.accepted), len(report.not_sent), len(report.rejected)) == (100, 50, 0)
    assert "send it again" in report.not_sent[0].reason
    assert "processing" in report.not_sent[0].reason
    again = client.upsert(orders(150), journal=tmp_path / "journal")
    assert again.ok
    assert len(service.sent[-1].json) == 50


def test_a_journal_that_is_ours_is_closed_whatever_ends_the_run(connect: Connect, tmp_path: Path) -> None:
    client = connect(FakeService([ending_with(Killed)]))
    with pytest.raises(Killed):
        client.upsert(orders(3), journal=tmp_path / "journal")
    account = f"public@{client.client._settings.base_url}"
    with Journal(tmp_path / "journal", account=account) as journal:
        assert len(journal) == 0


@pytest.mark.parametrize("mode", ["stop", "skip", "isolate"])
def test_a_service_that_is_down_is_told_of_within_seconds_and_by_the_report(connect: Connect, mode: str) -> None:
    client = connect(FakeService([unreachable] * 100))
    report = client.upsert(orders(250), on_rejected=mode)
    assert (report.ok, len(report.not_sent)) == (False, 250)
    assert sum(client.watch.slept) < 5
    assert "nothing has answered there yet: check base URL" in report.not_sent[0].reason
    with pytest.raises(IncompleteUpsert):
        report.raise_for_rejected()


def test_a_service_that_has_answered_before_is_waited_for(connect: Connect) -> None:
    client = connect(FakeService([None, *[unreachable] * 7]))
    report = client.upsert(orders(200))
    assert report.ok
    assert sum(client.watch.slept) > 5
