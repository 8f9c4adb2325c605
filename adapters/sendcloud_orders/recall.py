"""Give up a call that another thread makes.

A thread cannot be stopped. It asks at each step, from the pace down to the socket, whether its call was recalled, and
what it waits for on the wire is cut off. Like the deadline, this reaches there through the context.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Self


class Recalled(BaseException):
    """The call was given up. No `Exception`: whoever handles failures of a call must let it pass."""


class Recall:
    """The way to take one call back, for the thread that waits for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made = False
        self._cut: Callable[[], object] | None = None

    def make(self) -> None:
        """Take the call back: nothing of it is sent from now on, and a request that is on the wire is cut off."""
        with self._lock:
            self._made = True
            if self._cut is not None:
                self._cut()

    def heed(self) -> None:
        """Raise `Recalled` once the call was taken back."""
        if self._made:
            raise Recalled

    def during(self, cut: Callable[[], object]) -> Self:
        """Have the block that follows, which waits for the wire, ended by `cut`; nothing else is cut by it."""
        with self._lock:
            self.heed()
            self._cut = cut
        return self

    def __enter__(self) -> None:
        """Begin to wait."""

    def __exit__(self, *_: object) -> None:
        # Once this is through, the connection may be another call's.
        with self._lock:
            self._cut = None
            self.heed()


class _NoRecall(Recall):
    """What calls that nobody takes back have: it costs them nothing."""

    def heed(self) -> None:
        pass

    def during(self, cut: Callable[[], object]) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


_NONE = _NoRecall()
_recall: ContextVar[Recall] = ContextVar("recall", default=_NONE)


def make_recallable(recall: Recall) -> None:
    """Let this context's calls be taken back."""
    _recall.set(recall)


def heed_recall() -> None:
    """Raise `Recalled` once the call under way was taken back."""
    _recall.get().heed()


def on_the_wire(cut: Callable[[], object]) -> Any:
    """Give the context manager around a wait for the wire. Raises `Recalled`."""
    return _recall.get().during(cut)
