"""The pace against a model of the service's bucket, on a clock that only sleeping moves."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.virtual_time import VirtualTime
from sendcloud_orders.clock import Clock
from sendcloud_orders.errors import ConfigurationError
from sendcloud_orders.pacing import Pace, PaceLimits, RequestKind

TOKEN = 60 / 100
"""Seconds in which the service allows one more write."""


class ServiceBucket:
    """Count requests as the service is taken to do: `capacity` at once, refilled at `rate` a second."""

    def __init__(self, time: VirtualTime, capacity: int = 15, rate: float = 100 / 60) -> None:
        self._time = time
        self._capacity = capacity
        self._rate = rate
        self._tokens = float(capacity)
        self._counted_at = time()
        self.refused = 0
        self.admitted = 0

    def admits(self) -> bool:
        passed = self._time() - self._counted_at
        self._tokens = min(self._capacity, self._tokens + passed * self._rate)
        self._counted_at = self._time()
        # A billionth of a token is the rounding of the two clocks, not a request too many.
        if self._tokens < 1 - 1e-9:
            self.refused += 1
            return False
        self._tokens -= 1
        self.admitted += 1
        return True


@pytest.fixture
def time() -> Iterator[VirtualTime]:
    with VirtualTime().rules_the_limiter() as time:
        yield time


def waits(pace: Pace, time: VirtualTime, kind: RequestKind, count: int) -> list[float]:
    """Acquire `count` times in a row, and tell when each was let through."""
    start = time.now
    moments = []
    for _ in range(count):
        pace.acquire(kind)
        moments.append(time.now - start)
    return moments


# --- the bucket -------------------------------------------------------------------------------------------------------


@given(gaps=st.lists(st.sampled_from([0.0, 0.0, 0.1, 0.6, 1.0, 7.0, 90.0]), min_size=1, max_size=80))
@pytest.mark.rule("RATE-LIMIT")
def test_writes_leave_exactly_when_a_token_bucket_of_thirteen_lets_them(gaps: list[float]) -> None:
    with VirtualTime().rules_the_limiter() as time:
        pace = Pace(clock=time.clock)
        tokens, counted_at = 13.0, time.now
        for gap in gaps:
            time.sleep(gap)
            tokens = min(13.0, tokens + (time.now - counted_at) / TOKEN)
            expected = time.now + max(0.0, 1 - tokens) * TOKEN
            counted_at = time.now
            pace.acquire("write")
            assert time.now == pytest.approx(expected, abs=0.002)
            tokens = tokens + (time.now - counted_at) / TOKEN - 1
            counted_at = time.now


@given(delays=st.lists(st.floats(0, 1.2), min_size=200, max_size=200))
@pytest.mark.rule("RATE-LIMIT")
def test_a_full_speed_run_meets_no_429_even_when_requests_arrive_unevenly(delays: list[float]) -> None:
    with VirtualTime().rules_the_limiter() as time:
        departures = waits(Pace(clock=time.clock), time, "write", 200)
        arrivals = sorted(left + delay for left, delay in zip(departures, delays, strict=True))
        clock = VirtualTime()
        service = ServiceBucket(clock)
        for arrival in arrivals:
            clock.now = 1000.0 + arrival
            service.admits()
        assert service.refused == 0


@pytest.mark.parametrize("factor", [1, 20, 60])
@pytest.mark.rule("RATE-LIMIT")
def test_two_hundred_batches_take_at_most_five_percent_more_than_the_minimum(time: VirtualTime, factor: int) -> None:
    pace = Pace(PaceLimits().faster(factor), clock=time.clock)
    minimum = (200 - 15) * TOKEN / factor
    assert waits(pace, time, "write", 200)[-1] <= 1.05 * minimum


@pytest.mark.rule("RATE-LIMIT")
def test_reads_have_a_bucket_of_their_own(time: VirtualTime) -> None:
    pace = Pace(clock=time.clock)
    waits(pace, time, "write", 40)
    reads = waits(pace, time, "read", 1050)
    assert reads[49] == pytest.approx(0, abs=0.01)
    assert reads[-1] == pytest.approx(60, abs=0.1)


@pytest.mark.rule("RATE-LIMIT")
def test_four_tasks_at_once_stay_below_the_limit_and_near_the_minimum(time: VirtualTime) -> None:
    service = ServiceBucket(time)
    pace = Pace()
    left = list(range(200))

    async def worker() -> None:
        while left:
            left.pop()
            await pace.acquire_async("write")
            service.admits()
            await asyncio.sleep(1.0)

    async def run() -> None:
        await asyncio.gather(*(worker() for _ in range(4)))

    start = time.now
    time.run(run())
    assert (service.refused, service.admitted) == (0, 200)
    assert time.now - start <= 1.05 * (200 - 15) * TOKEN + 1.0


@pytest.mark.rule("RATE-LIMIT")
def test_threads_and_event_loops_draw_from_the_same_bucket(time: VirtualTime) -> None:
    pace = Pace(clock=time.clock)
    threads = [threading.Thread(target=pace.acquire, args=("write",)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    before = time.now
    time.run(pace.acquire_async("write"))
    assert time.now == before
    time.run(pace.acquire_async("write"))
    assert time.now - before == pytest.approx(TOKEN, abs=0.01)


@pytest.mark.rule("RATE-LIMIT")
def test_limits_can_be_scaled_in_time(time: VirtualTime) -> None:
    slow = waits(Pace(clock=time.clock), time, "write", 60)
    fast = waits(Pace(PaceLimits().faster(50), clock=time.clock), time, "write", 60)
    assert [moment / 50 for moment in slow] == pytest.approx(fast, abs=0.002)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"writes_per_minute": odd} for odd in (0, -1, "100", True, None, float("nan"), float("inf"), 10**400)),
        *({"write_burst": odd} for odd in (0, 1.5, "15")),
        {"read_burst": -1},
        *({"headroom": odd} for odd in (15, -1, 0.5, None)),
    ],
)
@pytest.mark.parametrize("kind", [ValueError, ConfigurationError])
def test_a_limit_that_lets_nothing_through_is_refused_by_name(wrong: dict[str, Any], kind: type[Exception]) -> None:
    with pytest.raises(kind, match=next(iter(wrong))):
        PaceLimits(**wrong)


ODD: list[Any] = [5, b"redis://", [], object()]


@pytest.mark.parametrize(
    "make",
    [
        *(partial(Pace, **{name: odd}) for name in ("limits", "name", "clock", "redis_url") for odd in ODD),
        *(partial(Pace.shared, odd) for odd in ODD),
        *(partial(Pace.shared, "account", odd) for odd in ODD),
        *(partial(PaceLimits().faster, odd) for odd in (0, -1, *ODD[1:])),
    ],
)
def test_a_pace_of_odd_arguments_is_a_wrong_setting(make: Callable[[], object]) -> None:
    with pytest.raises(ConfigurationError):
        make()


def test_a_request_that_could_not_leave_in_time_takes_nothing(time: VirtualTime) -> None:
    pace = Pace(clock=time.clock)
    waits(pace, time, "write", 13)
    assert pace.acquire("write", within=TOKEN / 2) is False
    assert time.run(pace.acquire_async("write", within=TOKEN / 2)) is False
    assert waits(pace, time, "write", 1) == pytest.approx([TOKEN], abs=0.01)


# --- 429 --------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("RATE-RETRY-AFTER")
def test_a_hold_keeps_every_client_that_shares_the_key_waiting(
    time: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pace, "_shared", {})
    one, other = Pace.shared("account"), Pace.shared("account")
    one.hold(30)
    start = time.now
    time.run(other.acquire_async("read"))
    assert time.now - start >= 30


@pytest.mark.parametrize("used", [0, 5])
@pytest.mark.rule("RATE-RETRY-AFTER")
def test_the_buckets_are_empty_when_a_hold_ends(time: VirtualTime, used: int) -> None:
    pace = Pace(clock=time.clock)
    waits(pace, time, "write", used)
    pace.hold(1)
    time.sleep(1)
    assert waits(pace, time, "write", 3) == pytest.approx([TOKEN, 2 * TOKEN, 3 * TOKEN], abs=0.01)


@pytest.mark.rule("RATE-RETRY-AFTER")
def test_a_shorter_hold_does_not_end_a_longer_one(time: VirtualTime) -> None:
    pace = Pace(clock=time.clock)
    pace.hold(30)
    pace.hold(1)
    assert waits(pace, time, "write", 1)[0] >= 30


@pytest.mark.rule("RATE-RETRY-AFTER")
def test_a_hold_on_writes_alone_lets_reads_go_on(time: VirtualTime) -> None:
    pace = Pace(clock=time.clock)
    pace.hold(30, "write")
    assert waits(pace, time, "read", 1) == [0]


@pytest.mark.rule("RATE-LIMIT")
def test_slowing_down_takes_three_tenths_off_the_pace(time: VirtualTime) -> None:
    pace = Pace(clock=time.clock)
    pace.slow_down()
    moments = waits(pace, time, "write", 3)
    assert moments[0] == pytest.approx(TOKEN / 0.7, rel=0.05)
    assert moments[1] - moments[0] == pytest.approx(TOKEN / 0.7, rel=0.05)


@pytest.mark.rule("RATE-LIMIT")
def test_refusals_of_requests_already_on_the_way_count_once(time: VirtualTime) -> None:
    pace = Pace(clock=time.clock)
    for _ in range(4):
        pace.slow_down()
    assert waits(pace, time, "write", 1)[0] == pytest.approx(TOKEN / 0.7, rel=0.05)


@pytest.mark.rule("RATE-LIMIT")
def test_however_many_refusals_a_tenth_of_the_pace_is_left(time: VirtualTime) -> None:
    pace = Pace(clock=time.clock)
    for _ in range(50):
        pace.slow_down()
        time.sleep(3 * TOKEN)
    pace.slow_down()
    moments = waits(pace, time, "write", 2)
    assert 5 * TOKEN <= moments[1] - moments[0] <= 10 * TOKEN


@pytest.mark.rule("RATE-LIMIT")
def test_the_pace_climbs_back_to_all_of_the_limit(time: VirtualTime) -> None:
    pace = Pace(clock=time.clock)
    pace.slow_down()
    time.sleep(300 * TOKEN)
    moments = waits(pace, time, "write", 20)
    assert moments[-1] - moments[-2] == pytest.approx(TOKEN, abs=0.01)


@pytest.mark.rule("RATE-LIMIT")
def test_two_processes_on_one_key_find_their_share_and_lose_nothing(time: VirtualTime) -> None:
    service = ServiceBucket(time)

    async def process(pace: Pace) -> None:
        for _ in range(300):
            await pace.acquire_async("write")
            while not service.admits():
                pace.slow_down("write")
                await pace.acquire_async("write")

    async def run() -> None:
        await asyncio.gather(process(Pace()), process(Pace()))

    start = time.now
    time.run(run())
    assert service.admitted == 600
    # Chosen bounds: a process that never slowed down would be refused every other time.
    assert service.refused <= 60
    assert time.now - start <= 1.5 * 600 * TOKEN


def test_an_unlimited_pace_never_waits(time: VirtualTime) -> None:
    pace = Pace.unlimited()
    pace.hold(60)
    pace.slow_down()
    assert waits(pace, time, "write", 1000)[-1] == 0
    time.run(pace.acquire_async("read"))
    assert time.now == 1000.0


# --- who shares -------------------------------------------------------------------------------------------------------


def test_one_key_has_one_pace_in_a_process() -> None:
    assert Pace.shared("account one") is Pace.shared("account one")
    assert Pace.shared("account one") is not Pace.shared("account two")


def test_the_key_is_not_kept_in_clear() -> None:
    pace = Pace.shared("planted-key-7f3a")
    kept = repr([vars(lane) for lane in pace._lanes.values()]) + repr(Pace._shared) + repr(vars(pace))
    assert "planted-key-7f3a" not in kept


# --- Redis ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a Redis server of our own on a socket in a temporary folder."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server on this machine (apt-get install redis-server): the shared bucket is not shown")
    pytest.importorskip("redis", reason="the extra redis is not installed: the shared bucket is not shown")
    folder: Path = tmp_path_factory.mktemp("redis")
    server = subprocess.Popen(
        [program, "--port", "0", "--unixsocket", str(folder / "socket"), "--save", "", "--dir", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert server.stdout is not None
        log = ""
        for line in server.stdout:
            log += line
            if "ready to accept connections" in line.lower():
                break
        else:
            pytest.fail(f"redis-server did not start:\n{log}")
        yield f"unix://{folder / 'socket'}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.communicate()


class WouldWaitError(Exception):
    pass


def without_waiting(pace: Pace, kind: RequestKind) -> int:
    """Count the requests that leave before the first that would have to wait."""
    count = 0
    while True:
        try:
            pace.acquire(kind)
        except WouldWaitError:
            return count
        count += 1


def refuse_to_wait(seconds: float) -> None:
    raise WouldWaitError


REFUSES_TO_WAIT = Clock(sleep=refuse_to_wait)


HOURLY = PaceLimits(writes_per_minute=1, reads_per_minute=1).faster(1 / 60)
"""One token an hour: however slow the machine, none comes back during a test."""


@pytest.mark.rule("RATE-LIMIT")
def test_two_machines_share_one_bucket_through_redis(redis_url: str) -> None:
    here, there = (Pace(HOURLY, name="two", redis_url=redis_url, clock=REFUSES_TO_WAIT) for _ in range(2))
    assert without_waiting(here, "write") == 13
    assert without_waiting(there, "write") == 0


@pytest.mark.rule("RATE-LIMIT")
def test_an_event_loop_draws_from_the_bucket_in_redis(redis_url: str) -> None:
    pace = Pace(HOURLY, name="loop", redis_url=redis_url, clock=REFUSES_TO_WAIT)

    async def run() -> None:
        await asyncio.gather(*(pace.acquire_async("write") for _ in range(13)))

    asyncio.run(run())
    assert without_waiting(pace, "write") == 0


@pytest.mark.rule("RATE-LIMIT")
def test_slowing_down_empties_the_bucket_in_redis_for_all(redis_url: str) -> None:
    here, there = (Pace(HOURLY, name="drain", redis_url=redis_url, clock=REFUSES_TO_WAIT) for _ in range(2))
    here.slow_down()
    assert (without_waiting(here, "write"), without_waiting(there, "write")) == (0, 0)


def test_the_key_is_not_in_redis_in_clear(redis_url: str) -> None:
    import redis

    pace = Pace.shared("planted-key-55e1", redis_url=redis_url)
    pace.acquire("read")
    with redis.Redis.from_url(redis_url) as client:
        keys = list(client.scan_iter("*"))
    assert keys
    assert not [key for key in keys if b"planted-key-55e1" in key]


def test_after_a_fork_the_bucket_in_redis_is_the_same_over_other_connections() -> None:
    pytest.importorskip("redis")
    pace = Pace(name="forked", redis_url="redis://127.0.0.1:1/0")

    def pools() -> list[Any]:
        stores: list[Any] = [lane._bucket.limiter._store for lane in pace._lanes.values()]
        return [store._backend.get_client().connection_pool for store in stores]

    keys, before = [lane._bucket.key for lane in pace._lanes.values()], pools()
    pace.after_fork()
    assert [lane._bucket.key for lane in pace._lanes.values()] == keys
    assert not set(map(id, pools())) & set(map(id, before))
    # Emptied for one child, it would be empty for all.
    assert not any(lane._drain_due for lane in pace._lanes.values())


def test_a_redis_that_was_never_there_is_a_clear_error(tmp_path: Path) -> None:
    pytest.importorskip("redis")
    pace = Pace(redis_url=f"unix://{tmp_path}/nobody", clock=REFUSES_TO_WAIT)
    with pytest.raises(ConfigurationError, match="redis_url"):
        pace.acquire("write")


def test_a_redis_that_goes_away_leaves_each_process_its_own_pace(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from throttled.exceptions import StoreUnavailableError

    pace = Pace(HOURLY, name="away", redis_url=redis_url, clock=REFUSES_TO_WAIT)
    pace.acquire("write")

    def gone(**_: object) -> None:
        raise StoreUnavailableError("Store backend is unavailable.")

    monkeypatch.setattr(pace._lanes["write"]._bucket, "limit", gone)
    assert without_waiting(pace, "write") == 13
    assert [record.message for record in caplog.records] == [
        "Redis does not answer: this process paces itself for 10 s, then asks again"
    ]


@pytest.mark.parametrize("url", ["postgres://user:planted@host/0", "planted"])
def test_a_redis_url_that_cannot_be_read_is_refused_without_being_shown(url: str) -> None:
    pytest.importorskip("redis")
    with pytest.raises(ConfigurationError, match="redis_url") as caught:
        Pace(redis_url=url)
    assert "planted" not in str(caught.value)
