"""Keep a process below the service's rate limits, so that a full-speed run meets no 429.

The counting is throttled-py's. Its GCRA limiter admits exactly what a token bucket admits and is precise to the
microsecond on a monotonic clock; its limiter named "token bucket" counts whole seconds of the wall clock and loses the
fraction at each request: at 100 a minute a run takes 1.67 times as long as it need.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import math
import threading
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, Self, get_args

from throttled import RateLimitResult, Throttled, rate_limiter, utils
from throttled.constants import RateLimiterType
from throttled.exceptions import BaseThrottledError, StoreUnavailableError
from throttled.store import BaseStore, MemoryStore, RedisStore

from .arguments import (
    check_choice,
    check_number,
    check_text,
    check_whole_number,
    described,
    reading,
)
from .clock import Clock, read_clock
from .errors import ConfigurationError
from .forking import renew_after_fork
from .installing import how_to_install

RequestKind = Literal["read", "write"]

_log = logging.getLogger(__name__)

# The limiter takes whole costs. A request costs this many units at full pace and more when slowed down; the state that
# processes share in Redis then means the same to each of them, however slow each has become.
_UNITS = 1000
# Shorter sleeps would spin on the rounding of a float.
_TICK = 0.001
_CUT = 0.7
_LOWEST = 0.1
# The pace climbs back from nothing to all of it in the time of a thousand requests at full pace (writes: ten minutes).
_REQUESTS_TO_RECOVER = 1000
# Requests already on the way when the first refusal arrives say nothing new.
_REQUESTS_PER_CUT = 3
# Far beyond any service; the limiter counts in whole units of a thousandth.
_MOST = 1_000_000_000
_SLOWEST = 0.01
_SECONDS = "number of seconds"
# A hundred years.
_LONGEST_HOLD = 100 * 365 * 86_400
_REDIS_TIMEOUT = 2.0
_REDIS_PAUSE = 10.0


@dataclass(frozen=True, slots=True)
class PaceLimits:
    """The service's limits as one value; `faster` scales them in time for tests against a scaled server.

    `headroom` is the part of `write_burst` that is never used. Requests that leave 0.6 s apart may arrive closer
    together (a slow handshake, then a fast line), and a server that counts arrivals would refuse the later one. Two
    tokens forgive 1.2 s of such jitter and cost a long run 1.2 s, once. `read_burst` is our choice: none is documented.

    Raises `ConfigurationError`, which is a ValueError, for a limit that lets nothing through.
    Rule: RATE-LIMIT.
    """

    writes_per_minute: float = 100
    write_burst: int = 15
    reads_per_minute: float = 1000
    read_burst: int = 50
    headroom: int = 2

    def __post_init__(self) -> None:
        for name in ("writes_per_minute", "reads_per_minute"):
            check_number(f"PaceLimits.{name}", getattr(self, name), _SLOWEST, _MOST, refusal=ConfigurationError)
        for name in ("write_burst", "read_burst"):
            check_whole_number(f"PaceLimits.{name}", getattr(self, name), 1, _MOST, refusal=ConfigurationError)
        headroom = check_whole_number("PaceLimits.headroom", self.headroom, 0, refusal=ConfigurationError)
        if headroom >= self.write_burst:
            raise ConfigurationError(
                f"PaceLimits.headroom should be less than write_burst ({self.write_burst}), not {described(headroom)}."
            )

    def faster(self, factor: float) -> Self:
        """Give the same limits for a service whose minute lasts 60 / `factor` seconds."""
        check_number("The factor of PaceLimits.faster", factor, 1 / _MOST, _MOST, refusal=ConfigurationError)
        return replace(
            self,
            writes_per_minute=self.writes_per_minute * factor,
            reads_per_minute=self.reads_per_minute * factor,
        )


class Pace:
    """The pace of the service, at which requests are let through; safe to share between threads, tasks and event loops.

    Of `clock` only the sleeps are used. Time is read from `throttled.utils.now_mono_f`, the limiter's own clock, so
    that holds and buckets can never disagree; a test replaces that one function as well.

    After a fork the child has a pace of its own, which keeps holds and slow-downs and begins with empty buckets. Each
    process then stays below the limits by itself, so that several together can pass them: with `redis_url` they share
    one pace, each over its own connections.

    Raises `ConfigurationError` for an argument of a wrong type, and when `redis_url` cannot be read or the extra
    `redis` is not installed.
    Rules: RATE-LIMIT, RATE-RETRY-AFTER.
    """

    _shared: ClassVar[dict[tuple[str, PaceLimits, str | None], Pace]] = {}

    def __init__(
        self,
        limits: PaceLimits | None = None,
        *,
        name: str = "sendcloud-orders",
        redis_url: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        limits = _checked_limits(limits)
        name = check_text("The name of a pace", name, ConfigurationError)
        redis_url = _checked_url(redis_url)
        self._clock = read_clock(clock, of="a pace")
        self._redis_url = redis_url
        self._asks_network = redis_url is not None
        store = _store(redis_url)
        burst = limits.write_burst - limits.headroom
        self._lanes: dict[RequestKind, _Lane] = {
            "write": _Lane(f"{name}:write", limits.writes_per_minute, burst, store),
            "read": _Lane(f"{name}:read", limits.reads_per_minute, limits.read_burst, store),
        }
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Take new locks, buckets and connections: another thread of the parent may hold the old ones."""
        store = _store(self._redis_url)
        for lane in self._lanes.values():
            lane.renew(store)

    @classmethod
    def shared(cls, key: str, limits: PaceLimits | None = None, *, redis_url: str | None = None) -> Pace:
        """Give the one pace of this process for an account; every client of that account waits on it.

        `key` names what the service counts by (the account, and the base URL where several are in use). Only its hash
        is kept, here and in Redis. With `redis_url` workers on several machines share the buckets too, by the clock of
        the Redis server; that needs the extra `redis`. Other limits or another URL, another pace.

        Raises `ConfigurationError` for an argument of a wrong type, and when `redis_url` cannot be read or the extra
        `redis` is not installed.
        Rule: RATE-LIMIT.
        """
        key = check_text("The key of a shared pace", key, ConfigurationError)
        redis_url = _checked_url(redis_url)
        hashed = hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
        name = "sendcloud-orders:" + hashed[:32]
        limits = _checked_limits(limits)
        entry = (name, limits, redis_url)
        if entry not in cls._shared:
            # No lock, which a fork could leave held: of two threads that come here at once, both get the first one's.
            cls._shared.setdefault(entry, cls(limits, name=name, redis_url=redis_url))
        return cls._shared[entry]

    @classmethod
    def unlimited(cls) -> Pace:
        """Give a pace that never waits, for a server without limits; holds and slow-downs do nothing either."""
        pace = cls()
        pace._lanes = {}
        return pace

    def acquire(self, kind: RequestKind, *, within: float = math.inf) -> bool:
        """Wait until one more request of this kind may leave.

        False means that it could not leave `within` so many seconds; that is told as soon as it is known.

        Raises `InvalidRequest` for another kind and for what is no number of seconds, `ConfigurationError` when Redis
        is asked for and has not answered even once.
        Rule: RATE-LIMIT.
        """
        within = check_number("within", within, unit=_SECONDS)
        for lane in self._chosen(kind):
            while delay := lane.take():
                if (within := within - delay) < 0:
                    return False
                self._clock.sleep(delay)
        return True

    async def acquire_async(self, kind: RequestKind, *, within: float = math.inf) -> bool:
        """Wait like `acquire`, without blocking the event loop.

        Raises as `acquire` does.
        Rule: RATE-LIMIT.
        """
        within = check_number("within", within, unit=_SECONDS)
        for lane in self._chosen(kind):
            # A bucket in memory answers faster than a thread starts.
            while delay := (await asyncio.to_thread(lane.take) if self._asks_network else lane.take()):
                if (within := within - delay) < 0:
                    return False
                await self._clock.sleep_async(delay)
        return True

    def hold(self, seconds: float, kind: RequestKind | None = None) -> None:
        """Let nothing leave for `seconds` (both kinds unless one is named); a longer hold already set stays.

        The buckets are empty when the hold ends: the service has just said that it has nothing to spare.

        Raises `InvalidRequest` for another kind, and for seconds that are no number from 0 to a hundred years.
        Rule: RATE-RETRY-AFTER.
        """
        seconds = check_number("seconds", seconds, 0, _LONGEST_HOLD, unit=_SECONDS)
        for lane in self._chosen(kind, None):
            lane.hold(seconds)

    def slow_down(self, kind: RequestKind | None = None) -> None:
        """Empty the buckets and lower the pace after a 429 that came all the same: somebody else uses this key too.

        Each call takes 30% off, down to a tenth of the limit; calls within the time of three requests count as one.
        The pace then climbs back slowly.

        Raises `InvalidRequest` for another kind.
        Rule: RATE-LIMIT.
        """
        for lane in self._chosen(kind, None):
            lane.slow_down()

    def _chosen(self, kind: RequestKind | None, *others: None) -> list[_Lane]:
        if not (kind is None and others):
            check_choice("The kind of a request", kind, get_args(RequestKind))
        return [lane for name, lane in self._lanes.items() if kind in (None, name)]

    def __repr__(self) -> str:
        shares = ", ".join(f"{kind} at {lane.share():.0%}" for kind, lane in self._lanes.items())
        return f"<Pace {shares or 'unlimited'}>"


class _Lane:
    """One bucket, with the holds and the slow-down that the limiter library does not know."""

    def __init__(self, name: str, per_minute: float, burst: int, store: BaseStore) -> None:
        # One unit more than the burst, or rounding would now and then refuse the last request of a full burst.
        quota = rate_limiter.per_min(round(per_minute * _UNITS), burst=burst * _UNITS + 1)
        self._name = name
        self._quota = quota
        self._burst = burst * _UNITS
        self._interval = 60 / per_minute
        self._reached = False
        self._away_until = -math.inf
        self._held_until = -math.inf
        self._drain_due = False
        self._lowered_to = 1.0
        self._lowered_at = -math.inf
        self._open(store)

    def renew(self, store: BaseStore) -> None:
        """Begin with empty buckets: the parent and its other children draw on the same account."""
        self._open(store)
        # The bucket in Redis is shared by all of them, and knows what it holds.
        self._drain_due = self._drain_due or self._bucket is self._own

    def _open(self, store: BaseStore) -> None:
        self._lock = threading.Lock()
        self._bucket = _bucket(self._name, self._quota, store)
        # While Redis is away this process paces itself; without Redis the two are one.
        self._own = self._bucket if isinstance(store, MemoryStore) else _bucket(self._name, self._quota, MemoryStore())

    def take(self) -> float:
        """Take a token and give 0, or give the seconds after which to ask again."""
        with self._lock:
            if (held := self._held_until - utils.now_mono_f()) > 0:
                return max(held, _TICK)
            drain, self._drain_due = self._drain_due, False
            # A bucket of few tokens is never asked for more than it can hold.
            cost = min(round(_UNITS / self._share()), self._burst)
        if drain:
            self._drain()
        result = self._limit(cost)
        return max(result.state.retry_after, _TICK) if result.limited else 0.0

    def hold(self, seconds: float) -> None:
        with self._lock:
            self._held_until = max(self._held_until, utils.now_mono_f() + seconds)
            self._drain_due = True

    def slow_down(self) -> None:
        now = utils.now_mono_f()
        with self._lock:
            if now - self._lowered_at >= _REQUESTS_PER_CUT * self._interval:
                self._lowered_to = max(_LOWEST, self._share() * _CUT)
                self._lowered_at = now
            self._drain_due = True

    def share(self) -> float:
        with self._lock:
            return self._share()

    def _share(self) -> float:
        recovered = (utils.now_mono_f() - self._lowered_at) / self._interval / _REQUESTS_TO_RECOVER
        return min(1.0, self._lowered_to + recovered)

    def _drain(self) -> None:
        whole = self._limit(self._burst)
        if whole.limited:
            self._limit(whole.state.remaining)

    def _limit(self, cost: int) -> RateLimitResult:
        if self._bucket is not self._own and utils.now_mono_f() >= self._away_until:
            try:
                result = self._bucket.limit(cost=cost)
            except StoreUnavailableError as error:
                self._pace_alone(error)
            else:
                self._reached = True
                return result
        return self._own.limit(cost=cost)

    def _pace_alone(self, error: StoreUnavailableError) -> None:
        if not self._reached:
            raise ConfigurationError(
                "No Redis server answers at redis_url, through which machines share the pace: "
                "correct the URL, start the server, or leave redis_url out to pace this process alone."
            ) from error
        self._away_until = utils.now_mono_f() + _REDIS_PAUSE
        _log.warning("Redis does not answer: this process paces itself for %.0f s, then asks again", _REDIS_PAUSE)


def _bucket(name: str, quota: rate_limiter.Quota, store: BaseStore) -> Throttled:
    return Throttled(key=name, using=RateLimiterType.GCRA.value, quota=quota, store=store)


def _checked_limits(limits: object) -> PaceLimits:
    if limits is None:
        return PaceLimits()
    with reading("The limits of a pace", ConfigurationError):
        if isinstance(limits, PaceLimits):
            return limits
    raise ConfigurationError(f"The limits of a pace should be PaceLimits, not {described(limits)}.")


def _store(redis_url: str | None) -> BaseStore:
    if redis_url is None:
        return MemoryStore()
    options = {
        "CONNECTION_POOL_KWARGS": {"socket_timeout": _REDIS_TIMEOUT, "socket_connect_timeout": _REDIS_TIMEOUT},
        # A pool of each pace's own: the library's common one would survive a fork.
        "REUSE_CONNECTION": False,
    }
    try:
        store = RedisStore(redis_url, options)
        # Connects nowhere yet, but reads the URL: better here than at the first request.
        _ = _bucket("url", rate_limiter.per_min(1), store).limiter
    except ImportError as error:
        raise ConfigurationError(f'The redis_url needs the extra "redis": {how_to_install("redis")}.') from error
    except (ValueError, BaseThrottledError):
        # The URL may hold a password, so neither it nor the reader's complaint about it is shown.
        raise _unreadable_url() from None
    return store


def _checked_url(redis_url: object) -> str | None:
    return None if redis_url is None else check_text("redis_url", redis_url, ConfigurationError)


def _unreadable_url() -> ConfigurationError:
    return ConfigurationError(
        "The redis_url cannot be read: it looks like redis://host:6379/0, rediss://... or unix:///path."
    )
