"""Values that no caller means to pass and some caller will: one or more of every type, and objects that resist."""

from __future__ import annotations

import enum
import math
import types
import unittest.mock
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from orders.factory import order
from sendcloud_orders import (
    Accepted,
    AppInfo,
    BasicCredentials,
    BatchOutcome,
    Clock,
    FieldError,
    Hooks,
    NotSent,
    OrderId,
    OrderKey,
    OrdersClient,
    PaceLimits,
    Page,
    Rejected,
    RequestEvent,
    RetryPolicy,
    SendcloudError,
    SendcloudId,
    UnreadableRow,
    UpsertReport,
)
from sendcloud_orders_api.models import OrderUpdate

SECRET = "hidden-in-tests"


class Resistance(Exception):
    """What the objects here raise; its words hold a secret, which no message may repeat."""

    def __init__(self, *_: object) -> None:
        super().__init__(SECRET)


@dataclass(frozen=True)
class Odd:
    """A maker of one odd value. Iterators are used up, so each use makes its own."""

    name: str
    make: Callable[[], object] = field(repr=False)


def _resist(*_: object) -> Any:
    raise Resistance


METHODS = (
    *("__repr__", "__str__", "__format__", "__eq__", "__ne__", "__lt__", "__hash__", "__len__", "__bool__", "__iter__"),
    *("__next__", "__aiter__", "__contains__", "__getitem__", "__getattr__", "__getattribute__", "__call__", "__int__"),
    *("__index__", "__float__", "__fspath__", "__await__"),
)
# What is asked of an object again and again, so that it must not always fail.
HASHED: dict[str, Any] = {"__hash__": object.__hash__}


def resisting(*methods: str, base: type = object) -> Callable[[], object]:
    """Make objects whose methods raise."""
    kind = type("Resisting", (base,), HASHED | dict.fromkeys(methods, _resist))
    return lambda: kind()


class Classless:
    """Stand for something that failed before it was there, as a lazy proxy does."""

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        raise Resistance


class Colour(enum.IntEnum):
    RED = 5


class Slow(str):
    """A text whose methods are not those of a text."""

    __slots__ = ()
    __str__ = __len__ = strip = isdigit = isascii = encode = _resist  # type: ignore[assignment]


def _numbers(*, failing: bool = False) -> Iterator[object]:
    yield 1000
    if failing:
        raise Resistance
    yield order("odd")


def _stopping() -> Iterator[object]:
    yield 1000
    raise StopIteration


async def _async_numbers() -> AsyncIterator[object]:
    yield 1000


async def _coroutine(*_: object) -> object:
    return SECRET


_coroutines: list[Coroutine[Any, Any, object]] = []


def _started() -> object:
    _coroutines.append(_coroutine())
    return _coroutines[-1]


def close_coroutines() -> None:
    """Close the coroutines that were made as odd values: nobody else awaits them."""
    while _coroutines:
        _coroutines.pop().close()


class EndsAtOnce:
    """An iterable whose iterator is none."""

    def __iter__(self) -> Any:
        return 5


def _nested(depth: int) -> object:
    nested: object = 5
    for _ in range(depth):
        nested = [nested]
    return nested


def _itself() -> object:
    loop: list[object] = []
    loop.append(loop)
    return loop


KEY = OrderKey(41, OrderId("A"))
_PLAIN: tuple[object, ...] = (
    *(None, True, False, 0, 1, -1, 1000, 2**31, 2**63 - 1, 2**64, -(2**64), 10**5000),
    *(0.0, 0.5, -0.5, 1e308, math.nan, math.inf, -math.inf, 2j, Decimal("4.5"), Decimal("NaN"), Fraction(1, 3)),
    *("", " ", "x", "1000", "a\0b", "\ud800", "two\nlines", "9" * 30, "\uff11", "x" * 100_000, SECRET, Slow("1000")),
    *(b"", b"1000", bytearray(b"x"), memoryview(b"x")),
    *([], [None], [[]], [1000], (), (41, "A"), {}, {"a": {"b": []}}, {None: 1}, {1: 2}, set(), frozenset({1000})),
    *(deque([1]), range(3), [order()], order(), [object()], types.MappingProxyType({"a": 1})),
    *(datetime(2026, 11, 2), datetime(2026, 11, 2, tzinfo=UTC), date(2026, 11, 2), time(12), timedelta(1)),
    *(UUID(int=7), Path("odd"), Colour.RED, Ellipsis, NotImplemented),
    *(int, type, object, OrdersClient, RetryPolicy, math, print, len, _coroutine, _async_numbers, _numbers, object()),
    *(ValueError(SECRET), KeyError, KeyboardInterrupt(), SendcloudError("ours")),
    *(OrderUpdate(), KEY, Accepted(0, KEY, SendcloudId(5)), Accepted(2**70, KEY, SendcloudId(0)), UpsertReport()),
    *(
        Rejected(0, KEY, ()),
        NotSent(0, None, "late"),
        FieldError("wrong"),
        UnreadableRow(0, "$", ""),
        Page((), None),
    ),
    *(BatchOutcome(), BatchOutcome(accepted=5), BatchOutcome(rejected=(None,), requests="many")),  # type: ignore[arg-type]
    *(RetryPolicy(), Hooks(), Clock(), PaceLimits(), AppInfo("odd"), BasicCredentials("public", SECRET)),
    RequestEvent(1, "get_order", "GET", "/orders/{id}", 1),
)
ODD: tuple[Odd, ...] = (
    *(Odd(f"{type(one).__name__} {number}", lambda one=one: one) for number, one in enumerate(_PLAIN)),  # type: ignore[misc]
    Odd("generator", _numbers),
    Odd("generator that raises", lambda: _numbers(failing=True)),
    Odd("generator that raises StopIteration", _stopping),
    Odd("async generator", _async_numbers),
    Odd("coroutine", _started),
    Odd("iterable without an iterator", EndsAtOnce),
    Odd("deeply nested", lambda: _nested(3000)),
    Odd("holds itself", _itself),
    Odd("mock", unittest.mock.MagicMock),
    Odd("no class", Classless),
    *(Odd(f"{method} raises", resisting(method)) for method in METHODS),
    Odd("list whose __iter__ raises", resisting("__iter__", base=list)),
    Odd("dict whose items raise", resisting("items", "keys", "__iter__", "__getitem__", base=dict)),
    Odd("int whose comparisons raise", resisting("__lt__", "__le__", "__gt__", "__ge__", "__repr__", base=int)),
    Odd("date whose parts raise", lambda: type("Day", (date,), {"isoformat": _resist})(2026, 11, 2)),
    Odd("everything raises", resisting(*(method for method in METHODS if method != "__getattribute__"))),
)


def odd_values() -> st.SearchStrategy[Odd]:
    """Make odd values, and containers of them."""
    one = st.sampled_from(ODD)
    several = st.lists(one, min_size=1, max_size=3)
    return (
        one
        | several.map(lambda odds: Odd(f"list of {odds}", lambda: [odd.make() for odd in odds]))
        | several.map(lambda odds: Odd(f"iterator of {odds}", lambda: iter([odd.make() for odd in odds])))
        | several.map(lambda odds: Odd(f"dict of {odds}", lambda: {str(n): odd.make() for n, odd in enumerate(odds)}))
    )
