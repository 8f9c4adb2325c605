"""Streams that trickle: how long an order waits for its batch to fill, and a thread that waits for the next one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from contextvars import copy_context
from queue import SimpleQueue

from .batching import PlannedBatch


class Linger:
    """How long the orders that were read may wait for their batch to fill: `seconds`, each on the clock `now`."""

    def __init__(self, seconds: float, now: Callable[[], float]) -> None:
        self._seconds = seconds
        self._now = now
        # Of the orders in no batch yet, by position; the first came first.
        self._came: dict[int, float] = {}

    def came(self, position: int) -> None:
        """Note that an order was read."""
        self._came[position] = self._now()

    def left(self, batch: PlannedBatch) -> None:
        """Note that the wait of these is over."""
        for group in (batch.orders, batch.accepted, batch.rejected, batch.not_sent):
            for one in group:
                self._came.pop(one.position, None)

    def due(self) -> float | None:
        """Give the seconds after which the first has waited long enough, or None when none waits."""
        for came in self._came.values():
            return max(0.0, came + self._seconds - self._now())
        return None


class Reader:
    """Read an iterable in a thread of its own, one order each time that one is asked for.

    `tell` is called in that thread when something came. An order that comes when the reader is closed goes to `late`:
    nobody else would know of it.
    """

    def __init__(self, orders: Iterable[object], tell: Callable[[], object], late: Callable[[object], object]) -> None:
        self._orders = orders
        self._tell = tell
        self._late = late
        self._lock = threading.Lock()
        self._asked: SimpleQueue[bool] = SimpleQueue()
        self._came: list[object] = []
        self._began = self._closed = False
        self.ended: bool = False
        self.failure: BaseException | None = None

    def ask(self) -> None:
        """Have the next order read."""
        if not self._began:
            self._began = True
            context = copy_context()
            threading.Thread(target=context.run, args=(self._read,), name="sendcloud-orders", daemon=True).start()
        self._asked.put(True)

    def take(self) -> list[object]:
        """Give the order that was asked for, if it came."""
        with self._lock:
            came, self._came = self._came, []
        return came

    def close(self) -> list[object]:
        """Read nothing more, and give an order that came and was not taken. The iterable is not waited for."""
        with self._lock:
            self._closed = True
            self._asked.put(False)
            came, self._came = self._came, []
        return came

    def _read(self) -> None:
        try:
            iterator = iter(self._orders)
            while self._asked.get():
                self._hand_over(next(iterator))
        except StopIteration:
            self.ended = True
        except BaseException as error:
            self.failure = error
            self.ended = True
        self._tell()

    def _hand_over(self, order: object) -> None:
        with self._lock:
            late = self._closed
            if not late:
                self._came.append(order)
        if late:
            self._late(order)
        else:
            self._tell()


class AsyncReader:
    """Read an iterable like `Reader`, for an event loop that the wait for the next order must not block."""

    def __init__(self, orders: Iterable[object], late: Callable[[object], object]) -> None:
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._reader = Reader(orders, self._tell, late)

    async def __aiter__(self) -> AsyncIterator[object]:
        while not self._reader.ended:
            self._news.clear()
            self._reader.ask()
            await self._news.wait()
            for order in self._reader.take():
                yield order
        if self._reader.failure is not None:
            raise self._reader.failure

    def close(self) -> list[object]:
        """Read nothing more, and give an order that came and was not taken. The iterable is not waited for."""
        return self._reader.close()

    def _tell(self) -> None:
        with suppress(RuntimeError):  # the loop may have ended in the meantime
            self._loop.call_soon_threadsafe(self._news.set)
