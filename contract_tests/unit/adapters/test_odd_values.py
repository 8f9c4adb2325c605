"""Whatever is passed, at whichever public parameter: it is taken, or refused by an error of ours that names it.

The callables and their parameters are found by introspection, so that a new one is driven without being listed here.
One that cannot be driven fails.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import socket
import types
import typing
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sendcloud_orders
from doubles.both_clients import Stopwatch
from doubles.fake_service import FakeService
from doubles.odd_values import ODD, SECRET, Odd, close_coroutines, odd_values
from doubles.virtual_time import VirtualTime
from orders.factory import order
from sendcloud_orders import (
    APIStatusError,
    AsyncChanges,
    AsyncCoalescing,
    AsyncOrdersClient,
    BasicCredentials,
    BatchOutcome,
    CallableCredentials,
    Changes,
    Clock,
    Coalescing,
    ConfigurationError,
    InvalidRequest,
    Journal,
    Label,
    LabelOutcome,
    LabelReport,
    OAuth2Credentials,
    OrdersClient,
    Pace,
    PaceLimits,
    SendcloudError,
    UpsertReport,
)
from sendcloud_orders.identity import OrderId, OrderKey, SendcloudId
from sendcloud_orders.journal import Entry, digest

CLIENTS = ("OrdersClient", "AsyncOrdersClient")
ENVIRONMENT = {
    "SENDCLOUD_PUBLIC_KEY": "public",
    "SENDCLOUD_SECRET_KEY": SECRET,
    "SENDCLOUD_BASE_URL": "https://panel.sendcloud.sc/api/v3",
}
LONGEST_MESSAGE = 2000

# ---------------------------------------------------------------- what there is to drive


@dataclass(frozen=True)
class Public:
    """A public function, or a class or method of it, and the names of its parameters."""

    name: str
    parameters: tuple[str, ...]
    required: tuple[str, ...]
    positional: str | None = None


def find_public() -> Iterator[Public]:
    for name in sendcloud_orders.__all__:
        thing = getattr(sendcloud_orders, name)
        if isinstance(thing, str):
            continue
        if typing.is_typeddict(thing):
            yield Public(name, tuple(thing.__annotations__), ())
            continue
        if not getattr(thing, "_is_protocol", False):
            yield described(name, thing.__call__ if isinstance(thing, typing.NewType) else thing)
        for method, function in inspect.getmembers(thing, inspect.isroutine) if inspect.isclass(thing) else ():
            module = getattr(function, "__module__", None) or ""
            if not method.startswith("_") and module.startswith("sendcloud_orders"):
                unbound = function if inspect.ismethod(function) else without_self(function)
                yield described(f"{name}.{method}", unbound)


def without_self(function: Callable[..., Any]) -> Callable[..., Any]:
    bound: Callable[..., Any] = function.__get__(object())
    return bound


def described(name: str, thing: Callable[..., Any]) -> Public:
    parameters: list[str] = []
    required: list[str] = []
    positional = None
    for parameter in inspect.signature(thing).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
            assert positional is None, f"{name} has several parameters without a name: {positional}, {parameter.name}"
            positional = parameter.name
        elif parameter.kind is parameter.VAR_KEYWORD:
            function = getattr(thing, "__func__", thing)
            [unpacked] = typing.get_args(typing.get_type_hints(function)[parameter.name])
            parameters += unpacked.__annotations__
        else:
            parameters.append(parameter.name)
            if parameter.default is parameter.empty:
                required.append(parameter.name)
    return Public(name, tuple(dict.fromkeys(parameters)), tuple(required), positional)


PUBLIC = {one.name: one for one in find_public()}

# ---------------------------------------------------------------- the rest of a call


class Stage:
    """What a call needs besides its odd values: a service in memory, and time that nobody waits for."""

    def __init__(self) -> None:
        self.service = FakeService()
        self.service.stored[41, "A"] = {**order(), "id": 1000}
        self.closing: list[Any] = []

    @property
    def settings(self) -> dict[str, Any]:
        return {"transport": self.service.transport, "clock": CLOCK, "pace": PACE}

    def client(self, kind: type) -> Any:
        return kind(BasicCredentials("public", SECRET), **self.settings)

    def coalescing(self) -> Coalescing:
        self.closing.append(self.client(OrdersClient).coalescing(linger=0))
        return self.closing[-1]  # type: ignore[no-any-return]

    def journal(self) -> Journal:
        self.closing.append(Journal("stage.journal", account="odd"))
        return self.closing[-1]  # type: ignore[no-any-return]


class OneCall:
    """An asynchronous coalescing that ends with the call, in the event loop of the call."""

    def __init__(self, stage: Stage) -> None:
        self._coalescing: AsyncCoalescing = stage.client(AsyncOrdersClient).coalescing(linger=0)

    async def upsert(self, order: Any) -> UpsertReport:
        async with self._coalescing:
            return await self._coalescing.upsert(order)

    async def close(self) -> None:
        await self._coalescing.close()


NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
PACE = Pace.unlimited()
NUMBERS = count()
CLOCK = Stopwatch().clock
TIME = VirtualTime()
OWNERS: dict[str, Callable[[Stage], Any]] = {
    "AsyncChanges": lambda stage: stage.client(AsyncOrdersClient).changes(since=NOON),
    "Changes": lambda stage: stage.client(OrdersClient).changes(since=NOON),
    "OrdersClient": lambda stage: stage.client(OrdersClient),
    "AsyncCoalescing": OneCall,
    "AsyncOrdersClient": lambda stage: stage.client(AsyncOrdersClient),
    "Coalescing": Stage.coalescing,
    "BasicCredentials": lambda stage: BasicCredentials("public", SECRET),
    "CallableCredentials": lambda stage: CallableCredentials(lambda: f"Bearer {SECRET}"),
    "Credentials": lambda stage: BasicCredentials("public", SECRET),
    "Journal": Stage.journal,
    "Label": lambda stage: Label(A, "7001", 8001, b"%PDF"),
    "LabelReport": lambda stage: LabelReport(),
    "OAuth2Credentials": lambda stage: OAuth2Credentials("id", SECRET, fetch=token, fetch_async=token_async),
    "Pace": lambda stage: Pace(clock=Clock(sleep=TIME.sleep, sleep_async=sleep_async)),
    "PaceLimits": lambda stage: PaceLimits(),
    "UpsertReport": lambda stage: UpsertReport(),
}
"""Makers of the objects whose methods are driven; those of a class are found on the class."""

A: OrderKey = OrderKey(41, OrderId("A"))
GOOD: dict[str, Callable[[Stage], Any]] = {
    "account": lambda stage: "odd",
    "begin": lambda stage: token,
    "changes": lambda stage: {"order_number": "1"},
    "client_id": lambda stage: "id",
    "client_secret": lambda stage: SECRET,
    "converse": lambda stage: token,
    # The default pace is that of the key: with one key for all, the examples would wait for each other.
    "credentials": lambda stage: BasicCredentials(f"public-{next(NUMBERS)}", SECRET),
    "digest": lambda stage: digest(b"order"),
    "entries": lambda stage: [Entry(A, digest(b"order"), SendcloudId(5))],
    "environment": lambda stage: ENVIRONMENT | {"SENDCLOUD_PUBLIC_KEY": f"public-{next(NUMBERS)}"},
    "factor": lambda stage: 2,
    "feed": lambda stage: stage.client(OrdersClient).changes(since=NOON),
    "fn": lambda stage: token,
    "id": lambda stage: 1000,
    "integration": lambda stage: 41,
    "key": lambda stage: A,
    "kind": lambda stage: "read",
    "label_report": lambda stage: LabelReport(),
    "message": lambda stage: "odd",
    "missing": lambda stage: [5],
    "name": lambda stage: "odd",
    "operation": lambda stage: "get_order",
    "order": lambda stage: order("odd"),
    "order_id": lambda stage: "A",
    "orders": lambda stage: [order("odd")],
    "outcome": lambda stage: BatchOutcome(),
    "outcomes": lambda stage: [BatchOutcome()],
    "path": lambda stage: "odd.journal",
    "paths": lambda stage: [("order_number",)],
    "public_key": lambda stage: "public",
    "references": lambda stage: [1000],
    "rejected": lambda stage: "Bearer old",
    "report": lambda stage: UpsertReport(),
    "seconds": lambda stage: 5,
    "secret_key": lambda stage: SECRET,
    "sent": lambda stage: False,
    "since": lambda stage: NOON,
    "status": lambda stage: 500,
    "value": lambda stage: 5,
    "waited": lambda stage: 5.0,
    "LabelReport.add.outcome": lambda stage: LabelOutcome(),
    "LabelReport.of.outcomes": lambda stage: [LabelOutcome()],
    "Journal.acknowledged_many.orders": lambda stage: [(A, digest(b"order"))],
    "Pace.shared.key": lambda stage: "account",
}
"""A usable value for each parameter that must be given, by its name or by the whole name of one."""
VALUES = {
    *("Accepted", "BatchOutcome", "FieldError", "Filters", "NotSent", "OrderId", "OrderKey", "Page", "Rejected"),
    *("RequestEvent", "ResponseEvent", "RetryEvent", "SendcloudId", "Unknown", "UnreadableRow"),
    *("Label", "LabelAccepted", "LabelNotSent", "LabelOutcome", "LabelRejected", "LabelUnknown", "OrderNumber"),
    *("UnaskedShipment", "UnknownFieldEvent"),
}
"""Classes that hold what they are given and look at none of it."""


def token(*_: object) -> Any:
    return 200, b'{"access_token": "token"}'


async def token_async(*_: object) -> Any:
    return token()


async def sleep_async(seconds: float) -> None:
    TIME.sleep(seconds)


def good(public: Public, parameter: str, stage: Stage) -> Any:
    if public.name in VALUES:
        return 5
    maker = GOOD.get(f"{public.name}.{parameter}") or GOOD.get(parameter)
    assert maker is not None, f"give a usable value for {public.name}'s {parameter} in GOOD"
    return maker(stage)


# ---------------------------------------------------------------- a call


def drive(public: Public, odd: Mapping[str, object], runner: asyncio.Runner) -> SendcloudError | None:
    """Call with these odd values; whatever is raised that is not ours goes on to the test."""
    stage = Stage()
    owner, _, method = public.name.partition(".")
    thing = getattr(sendcloud_orders, owner)
    arguments = {name: good(public, name, stage) for name in public.required if name not in odd}
    if owner in CLIENTS and method in ("", "from_env"):
        arguments |= stage.settings | ({"environment": GOOD["environment"](stage)} if method else {})
    arguments |= {name: value for name, value in odd.items() if name != public.positional}
    rest = [value for name, value in odd.items() if name == public.positional]
    try:
        if method:
            bound = inspect.ismethod(getattr(thing, method))
            thing = getattr(thing if bound else OWNERS[owner](stage), method)
        result = thing(*rest, **arguments)
        if owner in (*CLIENTS, "Journal") or method:
            use(result, runner, stage)
    except SendcloudError as error:
        return error
    finally:
        for one in stage.closing:
            one.close()
    return None


def use(result: object, runner: asyncio.Runner, stage: Stage) -> None:
    """Go on with what a call gave: wait for it, read a few items of it, ask a client for an order."""
    match result:
        case types.CoroutineType():
            runner.run(result)
        case types.AsyncGeneratorType():
            runner.run(read(result))
        case Changes():  # with poll, its end might never come
            assert result.token
            result.close()
            assert list(result) == []
        case AsyncChanges():
            runner.run(result.aclose())
        case types.GeneratorType():
            list(islice(result, 3))
            result.close()
        case Journal():
            stage.closing.append(result)
        case OrdersClient() | AsyncOrdersClient():
            use(result.get(1000), runner, stage)
            use(result.close(), runner, stage)


async def read(result: types.AsyncGeneratorType[object, None]) -> None:
    for _ in range(3):
        if await anext(result, None) is None:
            break
    await result.aclose()


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep files in a folder of the test, the network out of reach, and look for what nobody awaited."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(socket.socket, "connect", unreachable)
    with TIME.rules_the_limiter(), warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        yield
        gc.collect()
    assert [str(one.message) for one in told] == []


def unreachable(*_: object) -> None:
    raise AssertionError("a test of odd values must not reach for the network")


# ---------------------------------------------------------------- the promise


def check(public: Public, odds: Mapping[str, Odd], runner: asyncio.Runner) -> None:
    values = {name: odd.make() for name, odd in odds.items()}
    error = drive(public, values, runner)
    close_coroutines()
    if error is None or any(error is value for value in values.values()):
        return
    message = str(error)
    assert len(message) < LONGEST_MESSAGE
    assert SECRET not in message + repr(error)
    refused = isinstance(error, ConfigurationError | InvalidRequest) and not isinstance(error, APIStatusError)
    by_callback = error.report is not None or error.label_report is not None
    if refused and len(odds) == 1 and not by_callback:
        assert names(message, *odds), message


SPELT = {"changes": "update", "value": "sendcloud id", "orders": "order", "key": "entry"}


def names(message: str, parameter: str) -> bool:
    said = message.lower().replace("_", " ")
    return any(name.lower().replace("_", " ") in said for name in (parameter, SPELT.get(parameter, parameter)))


@pytest.mark.one_python
@pytest.mark.parametrize("name", PUBLIC)
def test_any_value_at_any_one_parameter_is_taken_or_refused_by_name(name: str, runner: asyncio.Runner) -> None:
    public = PUBLIC[name]
    for parameter in (*public.parameters, *filter(None, [public.positional])):
        for odd in ODD:
            try:
                check(public, {parameter: odd}, runner)
            except Exception as failure:
                failure.add_note(f"{name}({parameter}={odd.name})")
                raise


def owner_of(public: Public) -> str:
    """Group what is driven together: by class, and the errors and values that only hold what they are given."""
    name = public.name.partition(".")[0]
    thing = getattr(sendcloud_orders, name)
    if name in VALUES or (inspect.isclass(thing) and issubclass(thing, SendcloudError)):
        return "errors and values"
    return name


@pytest.mark.parametrize("owner", sorted(set(map(owner_of, PUBLIC.values()))))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_several_odd_values_at_a_time_are_taken_or_refused(
    owner: str, data: st.DataObject, runner: asyncio.Runner
) -> None:
    driven = [public for public in PUBLIC.values() if owner_of(public) == owner and public.parameters]
    public = data.draw(st.sampled_from(driven))
    chosen = data.draw(st.lists(st.sampled_from(public.parameters), min_size=1, max_size=4, unique=True))
    check(public, {parameter: data.draw(odd_values()) for parameter in chosen}, runner)
