"""Tell those who wait that something in the sandbox has changed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from threading import Lock


class Watch:
    """The number of changes so far, which one can wait for; changes may come from any thread."""

    def __init__(self) -> None:
        self.revision: int = 0
        self._closed = False
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._lock = Lock()

    def tell(self) -> None:
        """Count a change and wake all who wait."""
        with self._lock:
            self.revision += 1
            waiting = list(self._waiting)
            self._waiting.clear()
        for loop, event in waiting:
            # A loop that has ended has nobody to wake.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(event.set)

    def close(self) -> None:
        """Let nobody wait any longer."""
        self._closed = True
        self.tell()

    async def wait(self, known: int, seconds: float) -> int:
        """Return the number of changes as soon as it is another than `known`, or after some seconds."""
        place = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            if self._closed or self.revision != known:
                return self.revision
            self._waiting.add(place)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(place[1].wait(), seconds)
        finally:
            with self._lock:
                self._waiting.discard(place)
        return self.revision
