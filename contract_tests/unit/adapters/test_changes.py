"""What changed since a moment: nothing missed and nothing twice, whatever happens while it is read."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import islice
from threading import Thread, current_thread, main_thread
from typing import Any
from unittest import mock

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from doubles.both_clients import KINDS, ChangesReader, Connect, Driven
from doubles.changes_reader import LOOKBACK, NEW, SETTLE, ids_of, reader, stored, version
from doubles.changing_service import BEGINNING, ChangingService, State, Step
from sendcloud_orders import (
    AsyncOrdersClient,
    BasicCredentials,
    Clock,
    ContractError,
    InvalidRequest,
    Pace,
    RetryPolicy,
    SendcloudError,
    ServerError,
)
from sendcloud_orders import changes as rules
from sendcloud_orders.changes import ChangeFeed
from sendcloud_orders_api.models import Order

SURE = SETTLE - 30
"""Seconds that saving may take here, so that a `Date` may be 20 seconds ahead."""

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


@pytest.mark.rule("CHANGES-UNDATED", "READ-REQUIRED")
@given(service=SERVICES, script=scripts(), since=SINCES)
def test_orders_without_a_moment_come_once_for_each_content(
    service: ChangingService, script: list[Step | None], since: datetime
) -> None:
    service.precision = "none"
    service.script = deque([step for step in script if step is not loss])
    changes = reader(service, since, poll=60)
    told = [version(order) for order in changes]
    assert len(set(told)) == len(told)
    # Where shop's dates are no older than `lookback` before the moment, for nothing tells how long ago the change was.
    found = {state.version for state in service.visible() if is_found_from(state, since)}
    assert found <= {*told, *(version(order) for order in reader(service, changes.token))}


def is_found_from(state: State, since: datetime) -> bool:
    return max(state.created, state.updated or state.created) >= since - LOOKBACK


# ---------------------------------------------------------------- one thing at a time


@pytest.mark.rule("CHANGES-SINCE")
def test_orders_come_by_id_each_as_it_is_now_and_two_changes_are_one() -> None:
    service = stored(3, 1, 2, 1)
    assert [(order.id, version(order)) for order in reader(service)] == [(1, 4), (2, 3), (3, 1)]


@pytest.mark.rule("CHANGES-SINCE")
@pytest.mark.parametrize(("later", "found"), [(0, [1]), (0.000001, [])])
def test_a_moment_counts_to_the_microsecond_and_is_included(later: float, found: list[int]) -> None:
    assert ids_of(reader(stored(1), BEGINNING + timedelta(seconds=later))) == found


@pytest.mark.rule("CHANGES-DATES")
def test_days_are_asked_for_from_the_one_before_in_both_dates_of_the_shop_and_by_id() -> None:
    service = ChangingService()
    list(reader(service, integration=[68, 41]))
    asked = {"sort": "pk", "page_size": "200", "integration": "68,41"}
    assert service.requests == [
        {**asked, "order_updated_at_min": "2026-10-30"},
        {**asked, "order_created_at_min": "2026-10-30"},
    ]


@pytest.mark.rule("CHANGES-DATES")
def test_an_order_with_old_dates_is_missed_unless_all_are_looked_at() -> None:
    service = ChangingService()
    service.write(1, created=timedelta(days=90), updated=timedelta(days=60))
    assert ids_of(reader(service)) == []
    assert ids_of(reader(service, lookback="all")) == [1]
    assert service.requests[2:] == [{"sort": "pk", "page_size": "200"}]


@pytest.mark.rule("CHANGES-DATES")
@pytest.mark.parametrize("since", [datetime.min, datetime.max], ids=["first", "last"])
@pytest.mark.parametrize("hours", [-12, 14])
@pytest.mark.parametrize("lookback", [timedelta(0), timedelta.max])
def test_the_first_and_the_last_moment_of_all_can_be_asked_for(
    since: datetime, hours: int, lookback: timedelta
) -> None:
    service = stored(1)
    moment = since.replace(tzinfo=timezone(timedelta(hours=hours)))
    changes = reader(service, moment, lookback=lookback)
    found = ids_of(islice(changes, 1))
    assert found == ([1] if since is datetime.min and lookback else found)
    assert list(reader(service, changes.token, lookback=lookback)) == []


@pytest.mark.rule("CHANGES-DATES")
def test_a_service_that_ignores_the_days_tells_nothing_twice() -> None:
    service = stored(1, 2)
    with mock.patch.object(service, "matches", return_value=True):
        assert ids_of(reader(service)) == [1, 2]


@pytest.mark.rule("CHANGES-SETTLE")
def test_what_becomes_readable_late_is_told_and_what_was_told_is_not() -> None:
    service = stored(2, age=0)
    service.write(1, created=NEW, updated=None, lag=SURE)
    service.advance(5)
    changes = reader(service)
    assert ids_of(changes) == [2]
    service.advance(SURE)
    assert ids_of(reader(service, changes.token)) == [1]


@pytest.mark.rule("CHANGES-SETTLE")
def test_what_takes_longer_than_it_settles_is_missed_so_that_it_can_be_set() -> None:
    for settle, found in ((10, []), (60, [1])):
        service = ChangingService()
        service.write(1, created=NEW, updated=None, lag=40)
        service.advance(30)
        changes = reader(service, settle=settle)
        assert list(changes) == []
        service.advance(30)
        assert ids_of(reader(service, changes.token, settle=settle)) == found


@pytest.mark.rule("CHANGES-SETTLE", "UPSERT-ASYNC")
def test_an_older_state_that_comes_after_a_newer_one_is_no_change() -> None:
    service = stored(1, 1, age=1)
    changes = reader(service)
    assert [version(order) for order in changes] == [2]
    service.states.append(service.states.pop(0))
    assert list(reader(service, changes.token)) == []


@pytest.mark.rule("CHANGES-SETTLE")
def test_what_is_too_much_to_remember_comes_as_soon_as_it_has_settled() -> None:
    service = stored(*range(1, 8), age=1)
    with mock.patch.object(rules, "MOST_REMEMBERED", 3):
        changes = reader(service)
        # A page is looked at as a whole, so that there may be some more.
        assert ids_of(changes) == [1, 2, 3, 4]
        assert ids_of(reader(service, changes.token)) == []
        service.advance(SETTLE)
        assert ids_of(reader(service, changes.token)) == [5, 6, 7]


@pytest.mark.rule("CHANGES-SETTLE")
def test_a_call_goes_on_at_once_where_more_has_settled_while_it_read() -> None:
    service = stored(*range(1, 8), age=1, script=deque([None, None, None, passing(2 * SETTLE)]))
    with mock.patch.object(rules, "MOST_REMEMBERED", 3):
        assert ids_of(reader(service)) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.rule("CHANGES-UNDATED")
def test_a_second_change_in_the_same_second_is_told_where_seconds_are_all_that_is_written() -> None:
    service = stored(1, age=0, precision="seconds")
    since = BEGINNING.replace(microsecond=0)
    changes = reader(service, since)
    assert [version(order) for order in changes] == [1]
    service.write(1, created=NEW, updated=None)
    again = reader(service, changes.token)
    assert [version(order) for order in again] == [2]
    assert list(reader(service, again.token)) == []


@pytest.mark.rule("CHANGES-UNDATED")
def test_a_new_content_of_an_order_without_a_moment_is_told_and_an_old_one_is_not_in_any_later_round() -> None:
    service = stored(1, precision="none")
    changes = reader(service, poll=60)
    assert version(next(changes)) == 1
    service.script = deque([lambda service: service.write(1, created=NEW, updated=None), *[None] * 7])
    assert version(next(changes)) == 2
    assert list(changes) == []
    assert len(service.requests) > 6


@pytest.mark.rule("CHANGES-UNDATED")
def test_a_token_remembers_no_order_without_a_moment() -> None:
    service = stored(1, precision="none")
    changes = reader(service)
    assert ids_of(changes) == [1]
    assert ids_of(reader(service, changes.token)) == [1]


# ---------------------------------------------------------------- rounds


def test_without_poll_there_is_one_round_and_then_an_end_that_stays() -> None:
    service = stored(1)
    changes = reader(service)
    assert ids_of(changes) == [1]
    service.write(1, created=NEW, updated=None)
    assert list(changes) == []
    assert len(service.requests) == 2


@pytest.mark.rule("CHANGES-TOKEN")
def test_a_round_that_a_token_resumes_is_followed_by_a_whole_one() -> None:
    service = stored(1, 2, 3)
    changes = reader(service)
    next(changes)
    service.write(1, created=NEW, updated=None)
    assert ids_of(reader(service, changes.token)) == [2, 3, 1]


@pytest.mark.rule("CHANGES-TOKEN")
def test_after_an_error_the_same_iterator_goes_on() -> None:
    service = stored(1, 2, 3, 4, 5)
    changes = reader(service)
    assert ids_of(islice(changes, 2)) == [1, 2]
    service.losing = 1
    with pytest.raises(ServerError):
        next(changes)
    assert ids_of(changes) == [3, 4, 5]


@pytest.mark.rule("READ-TOLERANT")
def test_rows_that_cannot_be_read_end_a_round_and_the_next_goes_on() -> None:
    service = stored(1, 2, 3, page_size=2)
    row = service.row
    with mock.patch.object(service, "row", lambda state: row(state) | ({"order_number": 5} if state.id == 2 else {})):
        changes = reader(service, poll=60)
        assert next(changes).id == 1
        # The page is read again after an error, and its row counts once.
        service.losing = 1
        with pytest.raises(ServerError):
            next(changes)
        assert next(changes).id == 3
        with pytest.raises(ContractError, match=r"1 of 3 orders cannot be read.*row 1") as caught:
            next(changes)
        assert caught.value.path == "$.data[1].order_number"
        service.script = deque([None, lambda service: service.write(4, created=NEW, updated=None)])
        assert next(changes).id == 4


@pytest.mark.rule("LIST-SORT")
def test_of_a_service_that_does_not_sort_nothing_is_told() -> None:
    service = stored(1, 2, 3, page_size=3)
    one, two, three = service.visible()
    changes = reader(service)
    with mock.patch.object(service, "visible", return_value=[one, three, two]):
        for _ in range(2):
            with pytest.raises(ContractError, match="did not sort"):
                next(changes)
    assert ids_of(changes) == [1, 2, 3]


@pytest.mark.rule("LIST-COMPLETE")
def test_a_row_that_comes_twice_is_told_once() -> None:
    service = stored(1, 2)
    twice = [state for state in service.visible() for _ in range(2)]
    with mock.patch.object(service, "visible", return_value=twice):
        assert ids_of(reader(service)) == [1, 2]


# ---------------------------------------------------------------- both clients


@pytest.mark.rule("CHANGES-SETTLE")
@pytest.mark.parametrize("wall", [0.0, 4e9])
def test_a_poll_waits_by_the_clients_clock_whatever_day_that_says(connect: Connect, wall: float) -> None:
    service = stored(1, age=1)
    client = connect(service.transport)
    object.__setattr__(client.watch.clock, "wall", lambda: wall)
    changes = client.changes(since=BEGINNING, poll=90)
    assert next(changes).id == 1
    service.script = deque([lambda service: service.write(2, created=NEW, updated=None)])
    assert next(changes).id == 2
    assert sum(client.watch.slept) == 90
    assert list(client.changes(since=changes.token)) == []


def test_a_wait_can_be_ended_from_elsewhere_and_the_token_stays_good(connect: Connect) -> None:
    service = stored(1)
    client = connect(service.transport)
    changes = client.changes(since=BEGINNING, poll=3600)
    next(changes)
    with mock.patch.object(client.watch, "sleep", ending(client, changes)):
        rebound = client.watch.clock
        object.__setattr__(rebound, "sleep", client.watch.sleep)
        assert list(changes) == []
    assert sum(client.watch.slept) <= 5
    assert list(client.changes(since=changes.token)) == []


def ending(client: Driven, changes: ChangesReader) -> Callable[[float], None]:
    def sleep(seconds: float) -> None:
        client.watch.slept.append(seconds)
        if len(client.watch.slept) == 3:
            closing = changes.changes.close() if client.kind == "blocking" else changes.changes.aclose()
            if closing is not None:
                with pytest.raises(StopIteration):
                    closing.send(None)

    return sleep


def test_a_closed_iterator_hands_out_nothing_more_of_its_page() -> None:
    service = stored(1, 2)
    with reader(service) as changes:
        next(changes)
    assert list(changes) == []
    assert ids_of(reader(service, changes.token)) == [2]


def test_a_second_reader_at_the_same_time_is_refused() -> None:
    service = stored(1)
    inner: list[str] = []

    def read_too(service: ChangingService) -> None:
        with pytest.raises(InvalidRequest) as caught:
            next(changes)
        inner.append(str(caught.value))

    service.script = deque([read_too])
    changes = reader(service)
    assert ids_of(changes) == [1]
    assert inner == ["One thread or task at a time reads from changes(): give each its own call."]


def test_a_second_thread_is_refused_while_an_order_is_handed_out() -> None:
    changes = reader(stored(1, 2))
    refused: list[str] = []
    take = ChangeFeed.take

    def read_too() -> None:
        with pytest.raises(InvalidRequest) as caught:
            next(changes)
        refused.append(str(caught.value))

    def take_beside_another(feed: ChangeFeed) -> Order:
        if current_thread() is main_thread():
            other = Thread(target=read_too)
            other.start()
            other.join()
        return take(feed)

    with mock.patch.object(ChangeFeed, "take", take_beside_another):
        assert ids_of(changes) == [1, 2]
    assert len(refused) == 2


def test_a_task_that_is_cancelled_leaves_the_iterator_where_it_was() -> None:
    service = stored(1)

    async def main() -> None:
        asleep, never = asyncio.Event(), asyncio.Event()

        async def sleep(_: float) -> None:
            if not asleep.is_set():
                asleep.set()
                await never.wait()

        client = AsyncOrdersClient(
            BasicCredentials("public", "hidden"),
            transport=service.transport,
            pace=Pace.unlimited(),
            clock=Clock(sleep_async=sleep),
        )

        async with client, client.changes(since=BEGINNING, poll=5) as changes:

            async def read() -> int:
                return (await anext(changes)).id

            assert await read() == 1
            waiting = asyncio.create_task(read())
            await asleep.wait()
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            service.write(2, created=NEW, updated=None)
            assert await read() == 2

    asyncio.run(main())


@pytest.mark.one_python
@pytest.mark.rule("CHANGES-SINCE", "CHANGES-TOKEN", "CHANGES-SETTLE")
@given(service=SERVICES, script=scripts(), since=SINCES, restarts=RESTARTS, attempts=st.integers(1, 2))
def test_both_clients_ask_alike_and_are_told_alike(
    service: ChangingService, script: list[Step | None], since: datetime, restarts: list[int], attempts: int
) -> None:
    traces = []
    for kind in KINDS:
        own = replace(service, script=deque(script), states=[], deleted=set(), requests=[])
        client = Driven(kind, own.transport, retry=RetryPolicy(attempts=attempts))
        follower = Follower(lambda since: client.changes(since=since, lookback=LOOKBACK), own, since)  # noqa: B023
        follower.follow(restarts)
        client.close()
        check(own, since, follower.told)
        traces.append((own.requests, client.watch.slept, follower.told, follower.token))
    assert traces[0] == traces[1]
