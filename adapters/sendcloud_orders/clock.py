"""Time and chance, in one value that a test can replace."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields

from .errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What the drivers take from outside: seconds that never go back, seconds since 1970, sleep, and chance.

    Raises `ConfigurationError` for anything that is not a function.
    """

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], object] = time.sleep
    sleep_async: Callable[[float], Awaitable[object]] = asyncio.sleep
    random: Callable[[], float] = random.random

    def __post_init__(self) -> None:
        for field in fields(self):
            if not callable(getattr(self, field.name)):
                raise ConfigurationError(f"Clock.{field.name} should be a function.")


def read_clock(clock: Clock | None, *, of: str) -> Clock:
    """Give the caller's clock, or the real one. Raises `ConfigurationError` for anything else."""
    if clock is not None and not isinstance(clock, Clock):
        raise ConfigurationError(f"The clock of {of} should be a Clock, not of type {type(clock).__name__}.")
    return clock or Clock()
