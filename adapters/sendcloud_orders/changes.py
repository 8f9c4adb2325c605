"""What changed since a moment, of a service that can only be asked by the shop's day.

The service's filters compare the shop's own dates, by day, and it has none for `modified_at`, the moment at which it
stored an order last. So a round asks for the days in which the changes can lie, in pages sorted by `pk`, and compares
the `modified_at` of each row with two moments:

    floor                  ceiling                 now
      |  told for good       |  told, and remembered |
      |----------------------|-----------------------|      modified_at
                              <------- settle ------->

What was accepted before the ceiling can be read by now, so the next round begins there. What lies above it is told at
once, but more of the same time may still become readable: those orders are remembered, so that the next round tells
the others alone. "Now" is the service's: the `Date` of its answers, never our own clock.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self

import msgspec

from sendcloud_orders_api.models import Order
from sendcloud_orders_api.types import encode

from .arguments import check_number, check_wait, described, reading
from .errors import ContractError, InvalidRequest
from .exchange import Conversation, Pause
from .pagination import Listing, Page, UnreadableRows, read_filters

LOOKBACK = timedelta(days=7)
"""How far the shop's dates may lie before a change by default.

Shops push the orders of yesterday and of a long weekend; what changes later is updated in the shop as well, and has a
new date from there. Each further day costs the reads of a day's orders in every round.
"""

SETTLE = 300.0
"""Seconds that the service may take to show what it has accepted, by default.

"Some seconds" are documented. A hundred times that costs rows that are compared once more; a change that took longer
would be lost.
"""

MOST_REMEMBERED = 10_000
"""Orders above the ceiling that are told at once; as many as the rate limit lets anyone write in a minute.

What comes beyond is told once it lies below the ceiling, so that memory and tokens stay bounded.
"""

_LONGEST_NAP = 1.0
"""Seconds of a wait, after which it is looked whether somebody closed the iterator meanwhile."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000
_SECONDS_OF_A_DAY = 86_400
_FIRST_MOMENT, _LAST_MOMENT = -62_135_596_800 * _SECOND, 253_402_300_799 * _SECOND
"""The first and the last one that a date can tell, as microseconds since 1970."""
_NEVER = 2 * _FIRST_MOMENT


class Mark(NamedTuple):
    """A state of an order: when it was stored, in microseconds since 1970, and what it held where that is not enough.

    Where a service writes whole seconds, two changes may share one; so there, and where it writes none at all, the
    content counts as well. Rule: CHANGES-UNDATED.
    """

    modified: int
    content: int = 0

    @property
    def undated(self) -> bool:
        """Tell whether the service did not say when."""
        return self.modified == _NEVER


def mark_of(order: Order) -> Mark:
    """Tell the state of an order from its states before and after."""
    modified = _NEVER if order.modified_at is None else microseconds(order.modified_at)
    if modified % _SECOND:
        return Mark(modified)
    return Mark(modified, int.from_bytes(blake2b(encode(order), digest_size=8).digest()))


def microseconds(moment: datetime) -> int:
    """Give an aware moment as microseconds since 1970, exactly."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def day_before(moment: int) -> date:
    """Give the day before that of a moment in UTC: in no time zone does it fall on an earlier one."""
    told = min(max(moment, _FIRST_MOMENT + _SECONDS_OF_A_DAY * _SECOND), _LAST_MOMENT)
    return (_EPOCH + timedelta(microseconds=told)).date() - timedelta(days=1)


# ---------------------------------------------------------------- what is asked


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose changes are wanted, how they are looked for and when again; checked. `poll` and `settle` are in seconds."""

    account: str
    filters: dict[str, Any]
    lookback: timedelta | None
    settle: float
    poll: float | None

    @property
    def name(self) -> bytes:
        """What a token of these orders is known by: a hash of the account and the integrations."""
        of = f"{self.account}\0{sorted(self.filters.get('integration', ()))}"
        return blake2b(of.encode(errors="surrogatepass"), digest_size=8, person=b"changes").digest()


def read_scope(
    account: str,
    *,
    integration: int | Iterable[int] | None,
    lookback: timedelta | Literal["all"],
    settle: float,
    poll: float | None,
) -> Scope:
    """Check what a caller asked for. Raises `InvalidRequest`."""
    filters = {} if integration is None else read_filters({"integration": integration})
    with reading("lookback"):
        everything = isinstance(lookback, str) and lookback == "all"
        if not (everything or (isinstance(lookback, timedelta) and lookback >= timedelta(0))):
            raise InvalidRequest(
                'lookback should be a timedelta of 0 or more, such as timedelta(days=7), or "all", not '
                f"{described(lookback)}."
            )
        wanted = None if everything else timedelta(lookback.days, lookback.seconds, lookback.microseconds)  # type: ignore[union-attr]
    return Scope(
        account,
        filters,
        wanted,
        check_wait("settle", settle),
        None if poll is None else check_number("poll", poll, 1, 7 * _SECONDS_OF_A_DAY, unit="number of seconds"),
    )


# ---------------------------------------------------------------- where a feed stands


@dataclass(slots=True)
class Round:
    """One pass over what may have changed.

    Orders with an id up to `passed` of the listing under way are done with. `cut` is the moment that the shop's dates
    begin at, or None where all orders are looked at.
    """

    ceiling: int
    cut: int | None
    listing: int = 0
    passed: int = 0
    resumed: bool = False

    def covers(self, order: Order) -> bool:
        """Tell whether the listing under way is the one that tells of this order, so that no other tells it again.

        It depends on the row alone, not on the time zone in which the service takes the day of a filter.
        """
        if self.cut is None:
            return True
        updated = order.order_details.order_updated_at
        recent = updated is not None and microseconds(updated) >= self.cut
        if self.listing == 0:
            return recent
        return not recent and microseconds(order.order_details.order_created_at) >= self.cut


def listings_from(cut: int | None) -> list[dict[str, Any]]:
    """Give the filters that together find every order whose shop's dates are not both before the cut.

    Filters can only be joined by "and", and an order need not have the date of an update. Rule: CHANGES-DATES.
    """
    if cut is None:
        return [{}]
    day = day_before(cut)
    return [{"order_updated_at_min": day}, {"order_created_at_min": day}]


@dataclass(slots=True)
class Place:
    """What a token holds: all that is told lies below the floor, was passed in the round, or is in `told`."""

    floor: int
    told: dict[int, Mark]
    round: Round | None = None


class _Round(msgspec.Struct, array_like=True):
    ceiling: int
    cut: int | None
    listing: int
    passed: int


class _Token(msgspec.Struct, array_like=True):
    scope: bytes
    floor: int
    told: list[int]
    round: _Round | None


_PREFIX = "changes1."
_CHECK_BYTES = 6
_TOKENS = msgspec.msgpack.Decoder(_Token)
_START_ANEW = "or begin anew with a datetime"


def write_token(scope: Scope, place: Place) -> str:
    """Write a place as text: letters, digits, `-`, `_` and `.`. Rule: CHANGES-TOKEN."""
    told: list[int] = []
    last_id, last_modified = 0, place.floor
    for id, mark in sorted(place.told.items()):
        told += (id - last_id, mark.modified - last_modified, mark.content)
        last_id, last_modified = id, mark.modified
    stored = None
    if place.round is not None:
        stored = _Round(place.round.ceiling, place.round.cut, place.round.listing, place.round.passed)
    content = msgspec.msgpack.encode(_Token(scope.name, place.floor, told, stored))
    return _as_text(_check(content) + content)


def _as_text(raw: bytes) -> str:
    return _PREFIX + urlsafe_b64encode(raw).decode().rstrip("=")


def _check(content: bytes) -> bytes:
    return blake2b(content, digest_size=_CHECK_BYTES, person=b"changes token").digest()


def read_since(since: datetime | str, scope: Scope) -> Place:
    """Read where to begin: a moment with a time zone, or a token. Raises `InvalidRequest`. Rule: CHANGES-TOKEN."""
    with reading("since"):
        if isinstance(since, str):
            return _read_token(str.__str__(since).strip(), scope)
        if not isinstance(since, datetime):
            hint = ": a day alone does not say when it began" if isinstance(since, date) else ""
            raise InvalidRequest(
                "since should be a datetime with a time zone, or the token of an earlier call, not "
                f"{described(since)}{hint}."
            )
        if since.utcoffset() is None:
            raise InvalidRequest(
                "since should be a datetime with a time zone, or nobody knows which moment is meant: "
                "datetime.now(UTC), or since.astimezone() for the zone of this machine."
            )
        return Place(microseconds(since), {})


def _read_token(text: str, scope: Scope) -> Place:
    if not text.startswith(_PREFIX):
        if text.startswith("changes"):
            raise InvalidRequest(
                f"since is a token of another version of this package: use that version, {_START_ANEW}."
            )
        raise InvalidRequest(
            "since is a text and no token of changes; a moment has to be a datetime: datetime.fromisoformat(...)."
        )
    damaged = InvalidRequest(
        f"since is a token that was cut off or changed on its way: pass it to the letter, {_START_ANEW}."
    )
    try:
        scope_name, place = _decode_token(text)
    except (ValueError, msgspec.MsgspecError):
        raise damaged from None
    if scope_name != scope.name:
        raise InvalidRequest(
            "since is a token of another account, another base URL or other integrations: pass it where it came from, "
            f"{_START_ANEW}."
        )
    return place


def _decode_token(text: str) -> tuple[bytes, Place]:
    """Read a token. Raises `ValueError` or `MsgspecError` where it is not to the letter what was written."""
    encoded = text.removeprefix(_PREFIX)
    raw = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    check, content = raw[:_CHECK_BYTES], raw[_CHECK_BYTES:]
    # The decoder passes over characters that are none of its own.
    if check != _check(content) or _as_text(raw) != text:
        raise ValueError
    token = _TOKENS.decode(content)
    told: dict[int, Mark] = {}
    last_id, last_modified = 0, token.floor
    steps = iter(token.told)
    for id_step, modified_step, content_mark in zip(steps, steps, steps, strict=True):
        last_id, last_modified = last_id + id_step, last_modified + modified_step
        told[last_id] = Mark(last_modified, content_mark)
    stored = token.round
    if stored is None:
        return token.scope, Place(token.floor, told)
    under_way = Round(stored.ceiling, stored.cut, stored.listing, stored.passed, resumed=True)
    if not 0 <= stored.listing < len(listings_from(stored.cut)):
        raise ValueError
    return token.scope, Place(token.floor, told, under_way)


# ---------------------------------------------------------------- the feed


class ChangeFeed:
    """Changed orders on their way to a caller, and the place that the caller has reached.

    Rules: CHANGES-SINCE, CHANGES-DATES, CHANGES-SETTLE, CHANGES-TOKEN, CHANGES-UNDATED.
    """

    def __init__(self, since: datetime | str, scope: Scope) -> None:
        self.closed: bool = False
        self._scope = scope
        self._place = read_since(since, scope)
        self._listing: Listing | None = None
        self._last_id = 0
        self._rows: deque[tuple[Order, Mark]] = deque()
        self._undated: dict[int, tuple[Mark, int]] = {}
        self._rounds = 0
        self._shown: int | None = None
        self._newest: int | None = None
        self._put_off: int | None = None
        self._unreadable: list[UnreadableRows] = []
        self._rests = False
        self._turn = [True]

    @property
    def token(self) -> str:
        """Where the caller stands."""
        return write_token(self._scope, self._place)

    @property
    def ready(self) -> bool:
        """Tell whether an order can be taken."""
        return bool(self._rows) and not self.closed

    def take(self) -> Order:
        """Hand out the next order; from now on it counts as told. Rule: CHANGES-TOKEN."""
        order, mark = self._rows.popleft()
        place, under_way = self._place, self._place.round
        assert under_way is not None
        under_way.passed = order.id if self._rows else max(self._last_id, under_way.passed)
        if mark.undated:
            self._undated[order.id] = mark, self._rounds
        elif mark.modified >= under_way.ceiling:
            place.told[order.id] = mark
        return order

    @contextmanager
    def alone(self) -> Generator[None]:
        """Hold off a second thread or task. Raises `InvalidRequest`."""
        try:
            self._turn.pop()  # of several threads one gets it
        except IndexError:
            message = "One thread or task at a time reads from changes(): give each its own call."
            raise InvalidRequest(message) from None
        try:
            yield
        finally:
            self._turn.append(True)

    def read_on(self) -> Conversation[bool]:
        """Read until an order can be taken; return False when there is none any more.

        Whatever is raised leaves the place as it was, and the next call goes on from there.
        """
        while not (self.closed or self._rows):
            if self._listing is not None and self._listing.ended:
                self._end_listing()
            elif not self._rests:
                yield from self._read_page()
            elif self._scope.poll is None:
                self.closed = True
            else:
                yield from self._wait(self._scope.poll)
        return self.ready

    def _wait(self, seconds: float) -> Conversation[None]:
        while seconds > 0 and not self.closed:
            yield Pause(min(seconds, _LONGEST_NAP))
            seconds -= _LONGEST_NAP
        self._rests = False

    def _read_page(self) -> Conversation[None]:
        under_way = self._place.round
        cut = self._cut() if under_way is None else under_way.cut
        if self._listing is None:
            filters = listings_from(cut)[0 if under_way is None else under_way.listing]
            self._listing = Listing({**self._scope.filters, **filters, "sort": ["pk"]})
            self._last_id = 0
            self._unreadable.append(UnreadableRows())
        try:
            page = yield from self._listing.read_page()
            self._look_at(page, cut)
        except Exception:
            # Its cursor may be what is wrong; a new listing passes over what was told.
            self._listing = None
            self._rows.clear()
            self._unreadable.pop()
            raise

    def _cut(self) -> int | None:
        lookback = self._scope.lookback
        if lookback is None:
            return None
        return max(self._place.floor - lookback // timedelta(microseconds=1), _FIRST_MOMENT)

    def _look_at(self, page: Page, cut: int | None) -> None:
        """Put what is to be told of a page in the queue."""
        if page.answered_at is not None:
            self._shown = round(page.answered_at * _SECOND)
        under_way = self._place.round
        if under_way is None:
            under_way = self._place.round = Round(self._settled() or self._place.floor, cut)
        for order in page.orders:
            if order.id < self._last_id:
                raise ContractError(
                    'The service did not sort by id, as sort="pk" asks it to: it cannot be told what was read already.',
                    path="$.data",
                )
            repeated, self._last_id = order.id == self._last_id, order.id
            if not repeated and order.id > under_way.passed and under_way.covers(order):
                mark = mark_of(order)
                if self._is_news(order.id, mark, under_way):
                    self._rows.append((order, mark))
        if not self._rows:
            under_way.passed = max(self._last_id, under_way.passed)
        self._unreadable[-1].note(page)

    def _settled(self) -> int | None:
        """Give the moment before which all that was accepted can be read. Rule: CHANGES-SETTLE."""
        shown = self._newest if self._shown is None else self._shown
        return None if shown is None else max(self._place.floor, shown - round(self._scope.settle * _SECOND))

    def _is_news(self, id: int, mark: Mark, under_way: Round) -> bool:
        """Tell whether this state of an order is to be told now."""
        if mark.undated:
            if id not in self._undated or self._undated[id][0] != mark:
                return True
            self._undated[id] = mark, self._rounds
            return False
        self._newest = max(mark.modified, self._newest or mark.modified)
        if mark.modified < self._place.floor:
            return False
        told = self._place.told.get(id)
        if told is not None and (told == mark or told.modified > mark.modified):
            return False
        if mark.modified >= under_way.ceiling and told is None and self._is_full():
            self._put_off = min(mark.modified, self._put_off or mark.modified)
            return False
        return True

    def _is_full(self) -> bool:
        """Tell whether to remember no more orders; where the service tells no time, some might never settle."""
        return len(self._place.told) >= MOST_REMEMBERED and self._shown is not None

    def _end_listing(self) -> None:
        under_way = self._place.round
        assert under_way is not None
        self._listing = None
        under_way.listing += 1
        under_way.passed = 0
        if under_way.listing == len(listings_from(under_way.cut)):
            self._end_round(under_way)

    def _end_round(self, ended: Round) -> None:
        place = self._place
        place.floor, place.round = ended.ceiling, None
        place.told = {id: mark for id, mark in place.told.items() if mark.modified >= place.floor}
        self._undated = {id: seen for id, seen in self._undated.items() if seen[1] == self._rounds}
        settled = self._settled() or place.floor
        # A round from a token began when the token's did, and what was put off may have settled since.
        self._rests = not (ended.resumed or (self._put_off is not None and self._put_off < settled))
        self._put_off = None
        self._rounds += 1
        unreadable, self._unreadable = self._unreadable, []
        for rows in unreadable:
            rows.complain()


class Changes(Iterator[Order]):
    """Changed orders as they are found; `OrdersClient.changes` makes it, and describes it. One thread at a time."""

    def __init__(self, feed: ChangeFeed, converse: Callable[[Conversation[bool]], bool]) -> None:
        self._feed = feed
        self._converse = converse

    @property
    def token(self) -> str:
        """Where to go on from with `changes(since=...)`: after all that was handed out so far. Rule: CHANGES-TOKEN."""
        return self._feed.token

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Order:
        with self._feed.alone():
            if not (self._feed.ready or self._converse(self._feed.read_on())):
                raise StopIteration
            return self._feed.take()

    def close(self) -> None:
        """End the iteration; another thread's wait for the next round ends within a second. The token stays good."""
        self._feed.closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class AsyncChanges(AsyncIterator[Order]):
    """Changed orders as they are found; `AsyncOrdersClient.changes` makes it. One task at a time."""

    def __init__(self, feed: ChangeFeed, converse: Callable[[Conversation[bool]], Awaitable[bool]]) -> None:
        self._feed = feed
        self._converse = converse

    @property
    def token(self) -> str:
        """Where to go on from with `changes(since=...)`: after all that was handed out so far. Rule: CHANGES-TOKEN."""
        return self._feed.token

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Order:
        with self._feed.alone():
            if not (self._feed.ready or await self._converse(self._feed.read_on())):
                raise StopAsyncIteration
            return self._feed.take()

    async def aclose(self) -> None:
        """End the iteration; another task's wait for the next round ends within a second. The token stays good."""
        self._feed.closed = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()
