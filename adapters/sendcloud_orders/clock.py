"""Time and chance, in one value that a test can replace."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields

from .arguments import check_function, described, reading
from .errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What the drivers take from outside: seconds that never go back, seconds since 1970, sleep, and chance.

    Raises `ConfigurationError` for anything that is not a function, and for a coroutine function other than
    `sleep_async`.
    """

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], object] = time.sleep
    sleep_async: Callable[[float], Awaitable[object]] = asyncio.sleep
    random: Callable[[], float] = random.random

    def __post_init__(self) -> None:
        for field in fields(self):
            function, name = getattr(self, field.name), f"Clock.{field.name}"
            if field.name != "sleep_async":
                check_function(name, function, ConfigurationError)
                continue
            with reading(name, ConfigurationError):
                if not callable(function):
                    raise ConfigurationError(f"{name} should be a coroutine function, not {described(function)}.")


def read_clock(clock: Clock | None, *, of: str) -> Clock:
    """Give the caller's clock, or the real one. Raises `ConfigurationError` for anything else."""
    if clock is None:
        return Clock()
    with reading(f"The clock of {of}", ConfigurationError):
        if not isinstance(clock, Clock):
            raise ConfigurationError(f"The clock of {of} should be a Clock, not {described(clock)}.")
    return clock
