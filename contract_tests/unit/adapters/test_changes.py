"""What changed since a moment: nothing missed and nothing twice, whatever happens while it is read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Literal
from unittest import mock

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from doubles.changing_service import BEGINNING, ChangingService, State, Step
from sendcloud_orders import Changes, SendcloudError
from sendcloud_orders import changes as rules
from sendcloud_orders.changes import ChangeFeed, read_scope
from sendcloud_orders.exchange import Answer, Call, Conversation, Exchange, Pause, read_answer
from sendcloud_orders_api.models import Order

SETTLE = 300.0
LOOKBACK = timedelta(days=2)
SURE = SETTLE - 30
"""Seconds that saving may take here, so that a `Date` may be 20 seconds ahead."""

# ---------------------------------------------------------------- a reader without a wire


def reader(
    service: ChangingService,
    since: datetime | str = BEGINNING,
    *,
    poll: float | None = None,
    lookback: timedelta | Literal["all"] = LOOKBACK,
    account: str = "account",
    integration: Any = None,
) -> Changes:
    """Read changes with the rules alone; with `poll` until nothing is left of the script."""

    def converse(conversation: Conversation[bool]) -> bool:
        try:
            step = next(conversation)
            while True:
                step = conversation.send(perform(step))
        except StopIteration as done:
            return bool(done.value)

    def perform(step: Call[Any] | Pause) -> Exchange[Any] | None:
        if isinstance(step, Pause):
            service.advance(step.seconds)
            if not service.script:
                changes.close()
            return None
        status, headers, body = service.list(step.request.params)
        links = headers.get("link", "").partition("<")[2].partition(">")[0]
        answer = Answer(status, headers, body, links or None)
        return Exchange(read_answer(step, answer), 1, False, 0, 0)

    scope = read_scope(account, integration=integration, lookback=lookback, settle=SETTLE, poll=poll)
    changes = Changes(ChangeFeed(since, scope), converse)
    return changes


def version(order: Order) -> int:
    return int((order.order_details.notes or "").removeprefix("version "))


# ---------------------------------------------------------------- what may happen

AGES = st.sampled_from([timedelta(0), timedelta(hours=1), timedelta(hours=13), timedelta(days=1), LOOKBACK])
OLD = st.sampled_from([LOOKBACK + timedelta(seconds=1), timedelta(days=40)])


IDS = st.integers(1, 8)
SHAPES: tuple[Callable[[timedelta], tuple[timedelta, timedelta | None]], ...] = (
    lambda age: (age, None),
    lambda age: (age, age),
    lambda age: (age + timedelta(days=30), age),
    lambda age: (age, age + timedelta(days=30)),
)
"""When an order was placed and last changed in the shop, by the age of the later of the two."""


@st.composite
def writes(draw: st.DrawFn, ages: st.SearchStrategy[timedelta] = AGES) -> Step:
    """Change some orders at the same moment; the later of the shop's dates of each is one of the ages."""
    batch = draw(st.lists(st.tuples(IDS, ages), min_size=1, max_size=4, unique_by=lambda one: one[0]))
    lag, offset = draw(st.sampled_from([0, 0, 0.7, 40, SURE])), draw(st.sampled_from([0, -12, 14]))
    shape = draw(st.sampled_from(SHAPES))

    def write(service: ChangingService) -> None:
        for id, age in batch:
            created, updated = shape(age)
            service.write(id, created=created, updated=updated, offset=offset, lag=lag)
        # No order changes twice in a microsecond.
        service.advance(0.000001)

    return write


def passing(seconds: float) -> Step:
    return lambda service: service.advance(seconds)


def deletion(id: int) -> Step:
    return lambda service: service.delete(id)


def loss(service: ChangingService) -> None:
    service.losing = 1


TIMES = st.sampled_from([0.000001, 0.4, 1, 40, SETTLE, SETTLE + 1, 86_400]).map(passing)
ANSWER = st.none()
STEPS: st.SearchStrategy[Step | None] = st.one_of(
    writes(), writes(), writes(), TIMES, TIMES, ANSWER, ANSWER, IDS.map(deletion), st.just(loss)
)


def scripts(*, old: bool = False) -> st.SearchStrategy[list[Step | None]]:
    """Make scripts: what happened before the first look, some of it long ago, and what happens later."""
    change = writes() | writes(OLD) if old else writes()
    before = st.tuples(change, change, st.sampled_from([1, SETTLE + 60]).map(passing))
    later = st.lists(STEPS | change, min_size=4, max_size=30)
    return st.tuples(before, later).map(lambda parts: [*parts[0], *parts[1]])


SERVICES = st.builds(
    ChangingService,
    date_zone=st.sampled_from(["utc", "as_sent"]),
    precision=st.sampled_from(["microseconds", "microseconds", "seconds"]),
    ids=st.sampled_from(["number", "string"]),
    date_ahead=st.sampled_from([0, 20, -20, -3600, None]),
    page_size=st.integers(1, 4),
)
SINCES = st.sampled_from([BEGINNING, BEGINNING - timedelta(days=1), BEGINNING + timedelta(seconds=40.3)])
RESTARTS = st.lists(st.sampled_from([0, 1, 1, 2, 3]), max_size=12)
"""After how many orders a reader is left where it is and another one begins with its token."""


class Follower:
    """A program that keeps in step: it reads on from the last token again and again, and after each error."""

    def __init__(self, read: Callable[[datetime | str], Any], service: ChangingService, since: datetime) -> None:
        self._read = read
        self._service = service
        self.token: datetime | str = since
        self.told: list[Order] = []

    def follow(self, restarts: list[int]) -> None:
        """Read until nothing happens any more."""
        left = iter(restarts)
        while True:
            self.read(next(left, None))
            if not self._service.script:
                break
        for _ in range(3):
            self._service.advance(2 * SETTLE + 3600)
            self.read(None)

    def read(self, most: int | None) -> None:
        changes = self._read(self.token)
        while most is None or most > 0:
            try:
                found = list(islice(changes, 1))
            except SendcloudError:
                continue
            self.told += found
            most = None if most is None else most - 1
            if not found:
                break
        self.token = changes.token


def check(service: ChangingService, since: datetime, told: list[Order], *, everything: bool = False) -> None:
    """Compare what a follower was told with what happened."""
    states = {state.version: state for state in service.states}
    versions = [version(order) for order in told]
    assert len(set(versions)) == len(versions), "twice"
    for id in {state.id for state in service.states}:
        own = [one for one in versions if states[one].id == id]
        assert own == sorted(own), "an older state after a newer one"
    assert all(printed(service, states[one]) >= since for one in versions), "older than the moment"
    latest = {version(order): order for order in told}
    for state in service.visible():
        wanted = printed(service, state) >= since and (everything or is_found(state))
        assert not wanted or state.version in latest, f"missed {state}"


def printed(service: ChangingService, state: State) -> datetime:
    return service.printed(state) or state.modified


def is_found(state: State) -> bool:
    return max(state.created, state.updated or state.created) >= state.modified - LOOKBACK


@pytest.mark.rule("CHANGES-SINCE", "CHANGES-DATES", "CHANGES-SETTLE", "CHANGES-TOKEN", "READ-ID", "UPSERT-ASYNC")
@given(
    service=SERVICES,
    script=scripts(),
    since=SINCES,
    restarts=RESTARTS,
    poll=st.sampled_from([None, 60]),
    most=st.sampled_from([1, 3, 10_000]),
)
def test_nothing_is_missed_and_nothing_comes_twice(
    service: ChangingService,
    script: list[Step | None],
    since: datetime,
    restarts: list[int],
    poll: float | None,
    most: int,
) -> None:
    service.script = deque(script)
    follower = Follower(lambda since: reader(service, since, poll=poll), service, since)
    with mock.patch.object(rules, "MOST_REMEMBERED", most):
        follower.follow(restarts)
    event(f"{min(len(follower.told), 5)} orders told, or more")
    check(service, since, follower.told)


@pytest.mark.rule("CHANGES-DATES")
@given(
    service=SERVICES,
    script=scripts(old=True),
    since=SINCES,
    restarts=RESTARTS,
)
def test_a_look_at_all_orders_finds_those_with_old_dates_too(
    service: ChangingService, script: list[Step | None], since: datetime, restarts: list[int]
) -> None:
    service.script = deque(script)
    follower = Follower(lambda since: reader(service, since, lookback="all"), service, since)
    follower.follow(restarts)
    check(service, since, follower.told, everything=True)
