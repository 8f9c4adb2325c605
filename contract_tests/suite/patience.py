"""How long to wait for what a server has accepted and has not shown yet (UPSERT-ASYNC)."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

SHORTEST = 2.0
LAGS = 3


@dataclass
class Patience:
    """Waits, which get short on a server that has lost something.

    longest: how many seconds a correct server may need to save what it has accepted.
    lag: the longest wait that ended well.
    lost: whether something never came, so that the server is broken: from then on no wait has to be fair to it.
    """

    longest: float
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    lag: float = 0.0
    lost: bool = False

    @property
    def seconds(self) -> float:
        """How long to wait now: once something was lost, a few times as long as what did come took."""
        return min(self.longest, max(SHORTEST, LAGS * self.lag)) if self.lost else self.longest

    def eventually(self, look: Callable[[], T | None], at_least: int = 1, seconds: float | None = None) -> T | None:
        """Call `look` until it returns something true, for so many seconds; return its last answer.

        at_least: how many times to look, however long it takes.
        seconds: as long as it is worth waiting now, unless told.
        """
        started = self.monotonic()
        deadline = started + (self.seconds if seconds is None else seconds)
        for attempt in itertools.count():
            asked = self.monotonic()
            found = look()
            if found:
                self.lag = max(self.lag, asked - started)
                return found
            if attempt + 1 >= at_least and self.monotonic() > deadline:
                self.lost = True
                return found
            self.sleep(min(0.02 * 2**attempt, 0.5))
        raise AssertionError("unreachable")
