"""Single upserts that come at once go out together, and each caller is told of its own order."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from doubles.both_clients import KINDS, ClientKind
from doubles.fake_service import FakeService, answer_with, error, failing, slow
from orders.factory import order, orders
from sendcloud_orders import (
    AsyncCoalescing,
    AsyncOrdersClient,
    AuthenticationError,
    BasicCredentials,
    Coalescing,
    ConfigurationError,
    IncompleteUpsert,
    InvalidRequest,
    OrdersClient,
    Pace,
    RetryPolicy,
    SendcloudError,
    UpsertReport,
)

LONG = 20.0
"""Seconds after which something that a test waits for will not come any more."""
TOGETHER = 0.4
"""Seconds in which the callers of a test all come, on a busy machine as well."""

Json = dict[str, Any]
Result = UpsertReport | BaseException


def upsert_all(
    kind: ClientKind,
    service: FakeService,
    *rounds: Sequence[Any],
    settings: dict[str, Any] | None = None,
    **options: Any,
) -> list[list[Result]]:
    """Call upsert for each order of a round at once, wait for all of them, and go on with the next round."""
    made = {"pace": Pace.unlimited(), "retry": RetryPolicy.none(), **(settings or {})}
    options = {"linger": TOGETHER, **options}
    credentials = BasicCredentials("public", "hidden")

    def blocking() -> list[list[Result]]:
        def call(one: Any) -> Result:
            try:
                return coalescing.upsert(one)
            except BaseException as failure:
                return failure

        with (
            OrdersClient(credentials, transport=service.transport, **made) as client,
            client.coalescing(**options) as coalescing,
            ThreadPoolExecutor(100) as pool,
        ):
            return [list(pool.map(call, each)) for each in rounds]

    async def asynchronous() -> list[list[Result]]:
        async with (
            AsyncOrdersClient(credentials, transport=service.transport, **made) as client,
            client.coalescing(**options) as coalescing,
        ):
            return [
                await asyncio.gather(*(coalescing.upsert(one) for one in each), return_exceptions=True)
                for each in rounds
            ]

    return blocking() if kind == "blocking" else asyncio.run(asynchronous())


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> ClientKind:
    found: ClientKind = request.param
    return found


def test_sixty_single_upserts_at_once_are_one_request_or_two(kind: ClientKind) -> None:
    service = FakeService()
    [told] = upsert_all(kind, service, orders(60))
    assert len(service.sent) <= 2
    ids = {name: one["id"] for (_, name), one in service.stored.items()}
    for number, report in enumerate(told):
        assert isinstance(report, UpsertReport)
        [accepted] = report.accepted
        assert (accepted.position, accepted.key.order_id) == (0, f"A-{number}")
        assert accepted.id == ids[f"A-{number}"]
        assert report.total == 1


def test_one_order_that_the_check_refuses_does_not_sink_the_others(kind: ClientKind) -> None:
    service = FakeService()
    given: list[Any] = [*orders(5), {"order_id": "B"}, "no order at all"]
    [told] = upsert_all(kind, service, given)
    reports = [one for one in told if isinstance(one, UpsertReport)]
    assert [one.ok for one in reports] == [True] * 5 + [False] * 2
    assert [one.position for report in reports[5:] for one in report.rejected] == [0, 0]
    assert len(service.stored) == 5


@pytest.mark.rule("UPSERT-ATOMIC")
def test_one_order_that_the_service_refuses_does_not_sink_the_others(kind: ClientKind) -> None:
    service = FakeService()
    given = orders(20)
    given[11]["order_number"] = "bad"
    [told] = upsert_all(kind, service, given)
    assert [isinstance(one, UpsertReport) and one.ok for one in told] == [number != 11 for number in range(20)]
    refused = told[11]
    assert isinstance(refused, UpsertReport)
    assert [one.field for one in refused.rejected[0].errors] == ["order_number"]
    assert len(service.stored) == 19


def test_callers_whom_the_service_turns_away_are_all_told_and_the_next_upsert_begins_anew(kind: ClientKind) -> None:
    service = FakeService([answer_with(lambda: error(401, "no"))])
    refused, taken = upsert_all(kind, service, orders(10), orders(10))
    assert all(isinstance(one, AuthenticationError) for one in refused)
    assert len({id(one) for one in refused}) == 10
    for number, one in enumerate(refused):
        assert isinstance(one, SendcloudError)
        assert one.report is not None
        assert [(left.position, left.key and left.key.order_id) for left in one.report.rejected] == [(0, f"A-{number}")]
    assert all(isinstance(one, UpsertReport) and one.ok for one in taken)


def test_a_journal_that_cannot_be_used_is_told_to_everyone(kind: ClientKind, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    journal.write_text("no journal")
    [told] = upsert_all(kind, FakeService(), orders(3), journal=journal)
    assert all(isinstance(one, ConfigurationError) for one in told)


def test_each_is_told_what_is_unknown_however_often_the_service_fails(kind: ClientKind) -> None:
    service = FakeService([slow] * 5)
    told = upsert_all(kind, service, *([one] for one in orders(6)), linger=0)
    reports = [one for [one] in told if isinstance(one, UpsertReport)]
    assert [(len(one.unknown), len(one.accepted)) for one in reports] == [(1, 0)] * 5 + [(0, 1)]


@pytest.mark.rule("UPSERT-KEY-TWICE")
def test_writes_of_a_key_keep_the_order_of_the_calls(kind: ClientKind) -> None:
    service = FakeService()
    given = [order("A-1", order_number=str(number)) for number in range(5)]
    if kind == "async":
        [told] = upsert_all(kind, service, given)
        assert all(isinstance(one, UpsertReport) and one.ok for one in told)
    else:
        call_in_turn(service, given)
    assert [one.json[0]["order_number"] for one in service.sent] == ["0", "1", "2", "3", "4"]


def call_in_turn(service: FakeService, given: list[Json]) -> None:
    """Let a thread call each time that the call before has come so far that its order has its place."""
    credentials = BasicCredentials("public", "hidden")
    with (
        OrdersClient(credentials, transport=service.transport, pace=Pace.unlimited()) as client,
        client.coalescing(linger=TOGETHER) as coalescing,
        ThreadPoolExecutor(10) as pool,
    ):
        calls = []
        for count, one in enumerate(given, 1):
            calls.append(pool.submit(coalescing.upsert, one))
            while (begun := coalescing._round) is None or begun._count < count:
                threading.Event().wait(0.001)
        assert all(call.result(LONG).ok for call in calls)


def test_orders_that_wait_are_sent_when_the_context_is_left(kind: ClientKind) -> None:
    service = FakeService()
    credentials = BasicCredentials("public", "hidden")

    def blocking() -> None:
        with OrdersClient(credentials, transport=service.transport, pace=Pace.unlimited()) as client:
            with ThreadPoolExecutor(3) as pool, client.coalescing(linger=3600) as coalescing:
                calls = [pool.submit(coalescing.upsert, one) for one in orders(3)]
                while (begun := coalescing._round) is None or begun._count < 3:
                    threading.Event().wait(0.001)
            assert all(call.result(LONG).ok for call in calls)
            with pytest.raises(ConfigurationError, match="ended"):
                coalescing.upsert(order())

    async def asynchronous() -> None:
        async with AsyncOrdersClient(credentials, transport=service.transport, pace=Pace.unlimited()) as client:
            async with client.coalescing(linger=3600) as coalescing:
                calls = [asyncio.create_task(coalescing.upsert(one)) for one in orders(3)]
                await asyncio.sleep(0)
            assert all(report.ok for report in await asyncio.gather(*calls))
            with pytest.raises(ConfigurationError, match="ended"):
                await coalescing.upsert(order())

    blocking() if kind == "blocking" else asyncio.run(asynchronous())
    assert len(service.sent) == 1


def test_a_client_that_is_closed_is_told_of(kind: ClientKind) -> None:
    credentials = BasicCredentials("public", "hidden")

    def blocking() -> None:
        client = OrdersClient(credentials, transport=FakeService().transport, pace=Pace.unlimited())
        with client.coalescing() as coalescing:
            client.close()
            with pytest.raises(ConfigurationError, match="client is closed"):
                coalescing.upsert(order())

    async def asynchronous() -> None:
        client = AsyncOrdersClient(credentials, transport=FakeService().transport, pace=Pace.unlimited())
        async with client.coalescing() as coalescing:
            await client.close()
            with pytest.raises(ConfigurationError, match="client is closed"):
                await coalescing.upsert(order())

    blocking() if kind == "blocking" else asyncio.run(asynchronous())


@pytest.mark.parametrize(
    ("option", "value"), [("linger", -1), ("linger", None), ("concurrency", 0), ("check", "no"), ("max_body_bytes", 0)]
)
def test_an_option_that_cannot_be_meant_is_refused_at_once(kind: ClientKind, option: str, value: Any) -> None:
    client: Any = (OrdersClient if kind == "blocking" else AsyncOrdersClient)(BasicCredentials("me", "hidden"))
    with pytest.raises(InvalidRequest, match=option):
        client.coalescing(**{option: value})


def test_nothing_is_begun_before_the_first_upsert(kind: ClientKind) -> None:
    client: Any = (OrdersClient if kind == "blocking" else AsyncOrdersClient)(BasicCredentials("me", "hidden"))
    before = threading.active_count()
    coalescing: Coalescing | AsyncCoalescing = client.coalescing()
    assert threading.active_count() == before
    assert coalescing._round is None


def test_a_service_that_keeps_failing_is_asked_about_each_batch(kind: ClientKind) -> None:
    service = FakeService([failing] * 5)
    [told] = upsert_all(kind, service, orders(6), max_body_bytes=600, concurrency=1)
    assert len(service.sent) == 6
    assert sum(isinstance(one, UpsertReport) and one.ok for one in told) == 1


def test_no_thread_is_left_of_a_run_that_was_turned_away(kind: ClientKind) -> None:
    upsert_all(kind, FakeService([answer_with(lambda: error(401, "no"))]), orders(3))
    for thread in threading.enumerate():
        if thread.name == "sendcloud-orders":
            thread.join(LONG)
            assert not thread.is_alive()


# ---------------------------------------------------------------- the asynchronous one alone


@asynccontextmanager
async def coalescing_of(service: Any, **options: Any) -> AsyncIterator[AsyncCoalescing]:
    transport = httpx.MockTransport(service.answer)
    credentials = BasicCredentials("public", "hidden")
    async with (
        AsyncOrdersClient(credentials, transport=transport, pace=Pace.unlimited()) as client,
        client.coalescing(**options) as coalescing,
    ):
        yield coalescing


def test_a_caller_that_is_cancelled_disturbs_no_other() -> None:
    service = FakeService()

    async def main() -> None:
        async with coalescing_of(service, linger=0.01) as coalescing:
            first, second = (asyncio.create_task(coalescing.upsert(one)) for one in orders(2))
            await asyncio.sleep(0)
            first.cancel()
            assert (await second).ok
            await asyncio.wait([first])
            assert first.cancelled()

    asyncio.run(main())
    assert len(service.stored) == 2


def test_leaving_that_is_cancelled_tells_each_caller_that_its_order_is_unknown() -> None:
    class Never:
        def __init__(self) -> None:
            self.asked = asyncio.Event()

        async def answer(self, request: httpx.Request) -> httpx.Response:
            self.asked.set()
            await asyncio.sleep(LONG)
            raise AssertionError

    async def main() -> None:
        service = Never()
        async with coalescing_of(service, linger=0) as coalescing:
            caller = asyncio.create_task(coalescing.upsert(order()))
            await asyncio.wait_for(service.asked.wait(), LONG)
            leaving = asyncio.create_task(coalescing.close())
            await asyncio.sleep(0)
            leaving.cancel()
            with pytest.raises(IncompleteUpsert) as caught:
                await caller
        assert leaving.cancelled()
        assert [one.position for one in caught.value.report.unknown] == [0]

    asyncio.run(main())


def test_another_event_loop_is_refused() -> None:
    service = FakeService()
    client = AsyncOrdersClient(BasicCredentials("me", "hidden"), transport=service.transport, pace=Pace.unlimited())
    coalescing = client.coalescing(linger=0)

    async def main() -> UpsertReport:
        return await coalescing.upsert(order())

    assert asyncio.run(main()).ok
    with pytest.raises(ConfigurationError, match="event loop"):
        asyncio.run(main())
