"""A program that follows the changes of a sandbox, while others write to it: nothing missed and nothing twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from itertools import count, islice
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doubles.both_clients import KINDS, ClientKind, Driven
from doubles.sandbox_client import PLAIN, Api
from orders.factory import order
from sendcloud_orders import BasicCredentials, Hooks
from sendcloud_orders_api.models import Order
from sendcloud_orders_sandbox import Policies, Sandbox
from sendcloud_orders_sandbox.clock import SandboxClock

# Each example asks a server some fifty times; the rules alone are tried as often as others, by unit/adapters.
BRIEF = settings(max_examples=max(8, settings().max_examples // 6))
LOOKBACK = timedelta(days=2)
SETTLE = 60.0
NAMES = st.sampled_from("ABCDEF")
Step = Callable[["Shop"], object]


class Shop:
    """A writer with a connection of its own; `versions` counts the writes, and each order holds its own in `notes`."""

    def __init__(self, sandbox: Sandbox, api: Api) -> None:
        self.sandbox = sandbox
        self.clock: SandboxClock = vars(sandbox)["_service"].clock
        self.api = api
        self.versions = count(1)
        self.script: list[Step | None] = []

    def play(self, *_: object) -> None:
        """Take the steps that come before the next request of the reader."""
        while self.script and (step := self.script.pop(0)):
            step(self)

    def upsert(self, names: list[str], age: timedelta, updated: bool, hours: int) -> None:
        placed = (self.clock.moment() - age).astimezone(timezone(timedelta(hours=hours)))
        dates: dict[str, Any] = {"order_created_at": (placed - timedelta(days=30 * updated)).isoformat()}
        if updated:
            dates["order_updated_at"] = placed.isoformat()
        self.api.create(*(order(name, **dates, notes=f"version {next(self.versions)}") for name in names))

    def change(self, name: str, changes: Callable[[str, int], object]) -> None:
        for row in self.api.get("/orders", params={"order_id": name}).json()["data"]:
            changes(f"/orders/{row['id']}", next(self.versions))

    def patch(self, name: str) -> None:
        self.change(
            name,
            lambda path, version: self.api.patch(path, json={"order_details": {"notes": f"version {version}"}}),
        )

    def delete(self, name: str) -> None:
        self.change(name, lambda path, _: self.api.delete(path))


class OwnDate(httpx.HTTPTransport):
    """A connection on which answers are dated by the sandbox's time, which tests move, and not by that of the day."""

    def __init__(self, clock: SandboxClock) -> None:
        super().__init__(verify=False)
        self.clock = clock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        response.headers["date"] = format_datetime(self.clock.moment())
        return response


class OwnAsyncDate(httpx.AsyncHTTPTransport):
    """The same for the asynchronous client."""

    def __init__(self, clock: SandboxClock) -> None:
        super().__init__(verify=False)
        self.clock = clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        response.headers["date"] = format_datetime(self.clock.moment())
        return response


AGES = st.sampled_from([timedelta(0), timedelta(hours=13), LOOKBACK])
UPSERTS = st.tuples(
    st.lists(NAMES, min_size=1, max_size=4, unique=True), AGES, st.booleans(), st.sampled_from([-12, 0, 14])
).map(lambda parts: lambda shop: shop.upsert(*parts))
STEPS: st.SearchStrategy[Step | None] = st.one_of(
    UPSERTS,
    UPSERTS,
    NAMES.map(lambda name: lambda shop: shop.patch(name)),
    NAMES.map(lambda name: lambda shop: shop.delete(name)),
    st.sampled_from([0.5, 30, SETTLE + 5, 86_400]).map(lambda seconds: lambda shop: shop.sandbox.advance(seconds)),
    st.none(),
)


def follow(shop: Shop, reader: Driven, since: datetime, restarts: list[int]) -> list[Order]:
    """Read from the last token again and again until nothing happens any more."""
    token: datetime | str = since
    told: list[Order] = []
    left = iter(restarts)

    def read() -> str:
        changes = reader.changes(since=token, lookback=LOOKBACK, settle=SETTLE)
        told.extend(islice(changes, next(left, None)))
        return changes.token

    token = read()
    while shop.script:
        token = read()
    left = iter(())
    for _ in range(2):
        shop.sandbox.advance(3 * SETTLE)
        token = read()
    return told


def check(sandbox: Sandbox, since: datetime, told: list[Order]) -> None:
    """Compare what was told with what is stored at the end."""
    states = [(one.id, one.order_details.notes) for one in told]
    assert len(set(states)) == len(states), "twice"
    for row in sandbox.orders():
        details, modified = row["order_details"], datetime.fromisoformat(row["modified_at"])
        dates = [details["order_created_at"], details.get("order_updated_at", details["order_created_at"])]
        if modified >= since and max(map(datetime.fromisoformat, dates)) >= modified - LOOKBACK:
            assert (int(row["id"]), details["notes"]) in states, f"missed {row}"


@pytest.fixture(scope="module", params=["utc", "as_sent"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(policies=Policies(date_zone=request.param)) as running:
        yield running


@pytest.mark.rule("CHANGES-SINCE", "CHANGES-DATES", "CHANGES-SETTLE", "CHANGES-TOKEN", "UPSERT-ASYNC", "READ-ID")
@pytest.mark.parametrize("kind", KINDS)
@BRIEF
@given(
    script=st.lists(STEPS, min_size=5, max_size=20),
    restarts=st.lists(st.sampled_from([0, 1, 1, 2]), max_size=4),
    policies=st.fixed_dictionaries(
        {"save_lag": st.sampled_from([0, 25]), "ids": st.sampled_from(["string", "number"])}
    ),
)
def test_nothing_is_missed_and_nothing_comes_twice(
    sandbox: Sandbox, kind: ClientKind, script: list[Step | None], restarts: list[int], policies: dict[str, Any]
) -> None:
    sandbox.reset()
    sandbox.policies = sandbox.policies.changed(**policies)
    credentials = BasicCredentials(sandbox.public_key, sandbox.secret_key)
    with Api(sandbox) as api:
        shop = Shop(sandbox, api)
        own: Any = OwnDate(shop.clock) if kind == "blocking" else OwnAsyncDate(shop.clock)
        hooks = Hooks(request=shop.play)
        with closing(Driven(kind, own, credentials=credentials, base_url=sandbox.base_url, hooks=hooks)) as reader:
            since = shop.clock.moment()
            shop.script = list(script)
            told = follow(shop, reader, since, restarts)
            check(sandbox, since, told)


@pytest.mark.rule("CHANGES-SINCE", "CHANGES-TOKEN", "LIST-COMPLETE")
@pytest.mark.parametrize("kind", KINDS)
def test_threads_that_write_all_the_while_hide_nothing_from_a_reader(sandbox: Sandbox, kind: ClientKind) -> None:
    sandbox.reset()
    sandbox.policies = sandbox.policies.changed(save_lag=0.02)
    credentials = BasicCredentials(sandbox.public_key, sandbox.secret_key)
    since = vars(sandbox)["_service"].clock.moment()

    def write(writer: int) -> None:
        with httpx.Client(base_url=sandbox.base_url, auth=(sandbox.public_key, sandbox.secret_key), **PLAIN) as api:
            for turn in range(12):
                placed = {"order_created_at": since.isoformat(), "notes": f"{writer} {turn}"}
                names = [f"{writer}-{number % 40}" for number in range(turn * 7, turn * 7 + 20)]
                assert api.post("/orders", json=[order(name, **placed) for name in names]).is_success

    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for one in writers:
        one.start()
    told: list[Order] = []
    token: datetime | str = since
    with closing(Driven(kind, None, credentials=credentials, base_url=sandbox.base_url)) as reader:
        last = False
        while not last:
            last = not any(one.is_alive() for one in writers)
            if last:
                sandbox.advance(1)
            changes = reader.changes(since=token)
            told += islice(changes, None if last else 17)
            token = changes.token
        changes = reader.changes(since=token)
        told += changes
    check(sandbox, since, told)
