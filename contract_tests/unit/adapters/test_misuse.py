"""Calls that cannot be meant, on both clients: refused when the call begins, before a request or a wait."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from doubles.both_clients import Connect
from doubles.fake_service import FakeService
from doubles.odd_values import Resistance
from orders.factory import order, orders
from sendcloud_orders import (
    Accepted,
    AsyncOrdersClient,
    BasicCredentials,
    BatchOutcome,
    ConfigurationError,
    Hooks,
    IncompleteUpsert,
    InvalidOrders,
    InvalidRequest,
    NotSent,
    OrderId,
    OrderKey,
    OrdersClient,
    SendcloudId,
    UpsertReport,
)

KEY = OrderKey(41, OrderId("A"))
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
ACCEPTED = Accepted(0, KEY, SendcloudId(1000))


def service_with_order() -> FakeService:
    service = FakeService()
    service.stored[41, "A"] = {**order(), "id": 1000}
    return service


CALLS: dict[str, Callable[..., Any]] = {
    "upsert": lambda client, **options: client.upsert([order()], **options),
    "upsert_iter": lambda client, **options: client.client.upsert_iter([order()], **options),
    "upsert_batch": lambda client, **options: client.upsert_batch([order()], **options),
    "list": lambda client, **options: client.client.list(**options),
    "pages": lambda client, **options: client.client.pages(**options),
    "changes": lambda client, **options: client.client.changes(**{"since": NOON, **options}),
    "get": lambda client, **options: client.get(1000, **options),
    "find": lambda client, **options: client.find(41, "A", **options),
    "update": lambda client, **options: client.update(1000, {"order_number": "1"}, **options),
    "delete": lambda client, **options: client.delete(1000, **options),
    "wait_until_available": lambda client, **options: client.wait_until_available([], **options),
    "create_label": lambda client, **options: client.create_label(KEY, **options),
    "create_labels": lambda client, **options: client.create_labels([KEY], **options),
    "integrations": lambda client, **options: client.integrations(**options),
    "integration": lambda client, **options: client.integration(41, **options),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_closed_client_refuses_each_call_as_it_begins(connect: Connect, call: str) -> None:
    service = service_with_order()
    client = connect(service)
    waiting = client.client.close()
    if waiting is not None:
        client.runner.run(waiting)
    with pytest.raises(ConfigurationError, match="The client is closed"):
        CALLS[call](client)
    assert service.sent == []


@pytest.mark.parametrize("timeout", ["5", -1, math.nan, True, 10**400, [5]])
@pytest.mark.parametrize("call", CALLS)
def test_a_time_out_that_is_none_is_refused_as_the_call_begins(connect: Connect, call: str, timeout: Any) -> None:
    service = service_with_order()
    with pytest.raises((ConfigurationError, InvalidRequest), match="timeout"):
        CALLS[call](connect(service), timeout=timeout)
    assert service.sent == []


@pytest.mark.parametrize(
    ("call", "option", "value"),
    [
        ("delete", "missing_ok", "yes"),
        ("list", "prefetch", 5),
        ("pages", "prefetch", None),
        ("changes", "since", datetime(2026, 11, 2)),
        ("changes", "lookback", 7),
        ("changes", "lookback", timedelta(-1)),
        ("changes", "settle", -1),
        ("changes", "poll", 0),
        ("changes", "integration", "41"),
        ("update", "check", 0),
        ("update", "verify", "yes"),
        ("update", "verify_timeout", math.nan),
        ("update", "verify_timeout", -1),
        ("update", "verify_timeout", "10"),
        ("update", "verify_timeout", 10**400),
        ("update", "verify_timeout", math.inf),
        ("wait_until_available", "timeout", math.inf),
        ("upsert", "check", 1),
        ("upsert", "on_rejected", "stopp"),
        ("upsert", "on_outcome", 5),
        ("upsert", "journal", 5),
        ("upsert", "journal", "a\0b"),
        ("upsert", "journal", "."),
        ("upsert_iter", "journal", "/no/such/folder/journal"),
        ("upsert_iter", "max_body_bytes", 1e6),
    ],
)
def test_an_option_of_another_kind_is_refused_by_its_name(
    connect: Connect, call: str, option: str, value: object
) -> None:
    service = service_with_order()
    with pytest.raises((ConfigurationError, InvalidRequest), match=option):
        CALLS[call](connect(service), **{option: value})
    assert service.sent == []


def test_a_misspelt_choice_is_answered_with_the_one_that_was_meant(connect: Connect) -> None:
    with pytest.raises(InvalidRequest, match=r"stop, skip, isolate, not another text: did you mean isolate\?"):
        connect(FakeService()).upsert([order()], on_rejected="isolated")


@pytest.mark.parametrize("concurrency", [0, -1, 2.0, "4", True, None])
@pytest.mark.parametrize("call", ["upsert", "upsert_iter"])
def test_a_concurrency_is_a_whole_number(connect: Connect, call: str, concurrency: Any) -> None:
    with pytest.raises(InvalidRequest, match="concurrency"):
        getattr(connect(FakeService()), call)([order()], concurrency=concurrency)


# ---------------------------------------------------------------- what is upserted


async def async_orders() -> AsyncIterator[Any]:
    yield order()


@pytest.mark.parametrize("single", [5, None, "orders", b"", order(), UpsertReport(), dict, object()])
@pytest.mark.parametrize("call", ["upsert", "upsert_iter", "upsert_batch"])
def test_what_holds_no_orders_is_refused(connect: Connect, call: str, single: Any) -> None:
    with pytest.raises(InvalidOrders, match="orders"):
        getattr(connect(FakeService()), call)(single)


@pytest.mark.parametrize("call", ["upsert", "upsert_iter", "upsert_batch"])
def test_an_asynchronous_iterable_is_sent_to_the_client_that_takes_it(call: str) -> None:
    client = OrdersClient(BasicCredentials("public", "hidden"), transport=FakeService().transport)
    with client, pytest.raises(InvalidOrders, match="upsert or upsert_iter of AsyncOrdersClient"):
        getattr(client, call)(async_orders())


class Unreadable(list[Any]):
    """A list that fails after its first order."""

    def __iter__(self) -> Iterator[Any]:
        yield order("first")
        raise Resistance


class Unopened:
    def __iter__(self) -> Iterator[Any]:
        raise Resistance


class Stuck:
    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        raise Resistance


def stops_inside() -> Iterator[Any]:
    yield order("first")
    next(iter(()))  # raises StopIteration, which Python turns into a RuntimeError


@pytest.mark.parametrize("given", [lambda: Unreadable([1]), Unopened, Stuck, stops_inside])
@pytest.mark.parametrize("call", ["upsert", "upsert_batch"])
def test_orders_that_cannot_be_read_to_their_end_leave_a_report_of_those_that_were(
    connect: Connect, call: str, given: Callable[[], Any]
) -> None:
    service = FakeService()
    with pytest.raises(IncompleteUpsert, match=r"Resistance|RuntimeError") as caught:
        getattr(connect(service), call)(given())
    assert isinstance(caught.value.__cause__, Resistance | RuntimeError)
    assert "hidden" not in str(caught.value)
    assert [one.key.order_id for one in caught.value.report.not_sent if one.key] in ([], ["first"])
    assert caught.value.report.total == (1 if given().__class__.__name__ in ("Unreadable", "generator") else 0)
    assert service.sent == []


@pytest.mark.parametrize("given", [lambda: Unreadable([1]), Unopened, Stuck, stops_inside])
def test_a_stream_that_cannot_be_read_to_its_end_says_so_after_the_outcomes(
    connect: Connect, given: Callable[[], Any]
) -> None:
    with pytest.raises(IncompleteUpsert, match=r"Resistance|RuntimeError"):
        list(connect(FakeService()).upsert_iter(given()))


async def coroutine_function(_: object) -> None: ...


def test_a_callback_that_nobody_would_await_is_refused_before_anything_is_sent(connect: Connect) -> None:
    service = FakeService()
    with pytest.raises(InvalidRequest, match="on_outcome should be a plain function"):
        connect(service).upsert([order()], on_outcome=coroutine_function)
    assert service.sent == []


@pytest.mark.filterwarnings("error")
def test_a_callback_that_gives_a_coroutine_all_the_same_ends_the_run_with_its_report(connect: Connect) -> None:
    with pytest.raises(InvalidRequest, match="on_outcome gave a coroutine") as caught:
        connect(FakeService()).upsert(orders(250), on_outcome=lambda outcome: coroutine_function(outcome))
    assert caught.value.report is not None
    assert caught.value.report.total == 250


@pytest.mark.filterwarnings("error")
def test_a_hook_that_gives_a_coroutine_is_told_in_the_log(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    hooks = Hooks(request=lambda event: coroutine_function(event))
    connect(service_with_order(), hooks=hooks).get(1000)
    assert "the request hook gave a coroutine" in caplog.text


# ---------------------------------------------------------------- one order


@pytest.mark.rule("READ-ID")
@pytest.mark.parametrize("id", [True, b"1000", 10**30, "A-1", None, 1000.0, [1000], KEY])
@pytest.mark.parametrize("call", ["get", "delete", "update"])
def test_an_id_of_another_kind_is_refused(connect: Connect, call: str, id: Any) -> None:
    service = service_with_order()
    arguments = ({"order_number": "1"},) if call == "update" else ()
    with pytest.raises(InvalidRequest, match="A Sendcloud id"):
        getattr(connect(service), call)(id, *arguments)
    assert service.sent == []


@pytest.mark.rule("UPSERT-KEY")
@pytest.mark.parametrize(
    ("integration", "order_id", "told"),
    [
        ([41, 68], "A", "^integration should be a whole number"),
        ("41", "A", "^integration"),
        (True, "A", "^integration"),
        (0, "A", "^integration"),
        (None, "A", "^integration"),
        (2**63, "A", "^integration"),
        (41, None, "order_id"),
        (41, 1001, r"order_id.*str\(...\) it"),
        (41, "", "order_id"),
        (41, "\ud800", "order_id"),
        (41, "x" * 100_000, "order_id"),
    ],
)
def test_a_key_that_no_order_can_have_is_refused(connect: Connect, integration: Any, order_id: Any, told: str) -> None:
    service = service_with_order()
    with pytest.raises(InvalidRequest, match=told):
        connect(service).find(integration, order_id)
    assert service.sent == []


@pytest.mark.parametrize("changes", [None, 5, "{}", [], [("order_number", "1")], order])
def test_changes_of_another_kind_are_refused(connect: Connect, changes: Any) -> None:
    service = service_with_order()
    with pytest.raises(InvalidRequest, match="changes"):
        connect(service).update(1000, changes)
    assert service.sent == []


class FailingReferences:
    """Gives one reference and then fails, each time it is read."""

    def __iter__(self) -> Iterator[Any]:
        yield ACCEPTED
        raise Resistance


@pytest.mark.rule("UPSERT-ASYNC")
@pytest.mark.parametrize(
    ("references", "told"),
    [
        (UpsertReport(), r"report\.accepted, not the report itself"),
        (BatchOutcome(), r"outcome\.accepted, not the outcome itself"),
        (ACCEPTED, "references should be a list"),
        (1000, "references should be a list"),
        ("1000", "references should be a list"),
        (None, "references should be a list"),
        ({"id": 1000}, "references should be a list"),
        (async_orders, "references should be a list"),
        ([ACCEPTED, NotSent(1, KEY, "late")], r"references\[1\] names no stored order"),
        ([KEY], r"references\[0\]"),
        ([None], r"references\[0\]"),
        (FailingReferences(), "references cannot be read: it raised Resistance"),
        pytest.param([1000] * 200_000, "references may be at most 100000", marks=pytest.mark.one_python),
    ],
)
def test_what_names_no_stored_orders_cannot_be_waited_for(connect: Connect, references: Any, told: str) -> None:
    service = service_with_order()
    with pytest.raises(InvalidRequest, match=told):
        connect(service).wait_until_available(references)
    assert service.sent == []


# ---------------------------------------------------------------- life


def test_each_client_names_the_other_where_the_wrong_kind_of_with_is_used() -> None:
    transport = FakeService().transport
    blocking = OrdersClient(BasicCredentials("public", "hidden"), transport=transport)
    asynchronous: Any = AsyncOrdersClient(BasicCredentials("public", "hidden"), transport=transport)

    async def enter(client: Any) -> None:
        async with client:
            raise AssertionError("nothing inside may run")

    with pytest.raises(ConfigurationError, match="async with"), asynchronous:
        raise AssertionError("nothing inside may run")
    with pytest.raises(ConfigurationError, match="without async"):
        asyncio.run(enter(blocking))
    blocking.close()
    asyncio.run(asynchronous.close())


def test_a_closed_client_cannot_be_entered_again() -> None:
    client = OrdersClient(BasicCredentials("public", "hidden"), transport=FakeService().transport)
    with client:
        pass
    with pytest.raises(ConfigurationError, match="The client is closed"), client:
        raise AssertionError("nothing inside may run")

    async def twice() -> None:
        client = AsyncOrdersClient(BasicCredentials("public", "hidden"), transport=FakeService().transport)
        for _ in range(2):
            async with client:
                pass

    with pytest.raises(ConfigurationError, match="The client is closed"):
        asyncio.run(twice())
