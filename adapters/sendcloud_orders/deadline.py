"""How long the call under way may still wait for the network.

The whole way down to the socket needs to know it, through credentials and transports whose signatures are the
caller's. So it is the context's: each thread and each task has its own.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

# No time-out at all would mean not to wait, and not even to try.
_SHORTEST = 0.001
# What the operating system's own time-outs can hold; about eleven days.
_LONGEST = 1e6


class _Allowance(NamedTuple):
    ends_at: float
    timeout: Any


_NO_LIMIT = _Allowance(math.inf, None)
_allowance: ContextVar[_Allowance] = ContextVar("allowance", default=_NO_LIMIT)


@contextmanager
def allowing(seconds: float, timeout: Any = None) -> Generator[None]:
    """Allow what happens inside so many seconds of waiting in all; `timeout` is the call's own, for each step."""
    token = _allowance.set(_Allowance(time.monotonic() + seconds, timeout))
    try:
        yield
    finally:
        _allowance.reset(token)


def seconds_left() -> float:
    """Give the seconds that are left, never less than 0; infinity where no call is under way."""
    return max(0.0, _allowance.get().ends_at - time.monotonic())


def timeout_of_call() -> Any:
    """Give the time-out that the caller gave to this call, or None."""
    return _allowance.get().timeout


def cut(seconds: float | None) -> float | None:
    """Shorten a wait to what is left; None stands for no limit."""
    left = min(math.inf if seconds is None else seconds, seconds_left())
    return None if left == math.inf else min(max(left, _SHORTEST), _LONGEST)
