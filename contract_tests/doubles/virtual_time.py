"""Let time pass without waiting for it: one clock for pace, credentials, sleeps and event loops under test."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from typing import Any, TypeVar
from unittest import mock

import throttled.utils

from sendcloud_orders import Clock

_T = TypeVar("_T")


class VirtualTime:
    """Hold a monotonic clock that only sleeping moves."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    @property
    def clock(self) -> Clock:
        """This time, as the adapters take it."""
        return Clock(monotonic=self, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        """Pass `seconds` at once; for tests of one thread."""
        self.now += seconds

    def run(self, main: Coroutine[Any, Any, _T]) -> _T:
        """Run `main` on an event loop that jumps to its next timer; many tasks may sleep side by side."""
        with asyncio.Runner(loop_factory=lambda: _VirtualLoop(self)) as runner:
            return runner.run(main)

    @contextmanager
    def rules_the_limiter(self) -> Generator[VirtualTime]:
        """Make throttled-py, and with it every `Pace`, read this clock."""
        with mock.patch.object(throttled.utils, "now_mono_f", self):
            yield self


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, time: VirtualTime) -> None:
        super().__init__()
        self._time = time

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if not timeout:
            return super().select(timeout)
        if not (ready := super().select(0)):
            self._time.now += timeout
        return ready


class _VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self, time: VirtualTime) -> None:
        super().__init__(_JumpingSelector(time))
        self._virtual_time = time

    def time(self) -> float:
        return self._virtual_time.now
