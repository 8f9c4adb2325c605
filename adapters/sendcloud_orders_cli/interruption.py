"""Ctrl-C and SIGTERM: the first ends the work cleanly, the second ends the process."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from .endings import Status
from .printing import complain


@contextmanager
def interruptible(abandon: Callable[[], object]) -> Iterator[None]:
    """Turn the first Ctrl-C or SIGTERM into a `KeyboardInterrupt`; at the second `abandon` what is half done, and exit.

    The second must work even where the end of the first hangs, so it runs no further code of ours.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        for one in before:
            signal.signal(one, give_up)
        raise KeyboardInterrupt

    def give_up(number: int, frame: FrameType | None) -> None:
        try:
            abandon()
            complain("stopped at once; what was under way may be stored or not. Sending the same again is safe.")
        finally:
            os._exit(Status.INTERRUPTED)

    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    for one in before:
        signal.signal(one, interrupt)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
