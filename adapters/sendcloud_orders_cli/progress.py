"""How far a push is: a bar where a person looks at it, a line now and then in a log."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from .printing import console, is_terminal, note, printable, write_line

if TYPE_CHECKING:
    from sendcloud_orders import BatchOutcome, PaceLimits, RetryEvent

MOST_ORDERS = 100
"""Orders that a request may hold."""
_SECONDS_BETWEEN_LINES = 5.0


class Standing(Protocol):
    """How far some work is. `total` is None where nobody knows how much there is."""

    @property
    def total(self) -> int | None:
        """Count all orders."""

    @property
    def done(self) -> int:
        """Count the orders that are through."""

    @property
    def words(self) -> str:
        """Say what else a person wants to know, in a few words."""


@dataclass(slots=True)
class Sending:
    """What a push has done so far."""

    total: int | None
    writes_per_minute: float
    accepted: int = 0
    rejected: int = 0
    other: int = 0
    trouble: str = ""
    began: float = field(default_factory=time.monotonic)

    def add(self, outcome: BatchOutcome) -> None:
        """Count the orders of a batch."""
        self.trouble = ""
        self.accepted += len(outcome.accepted)
        self.rejected += len(outcome.rejected)
        self.other += len(outcome.not_sent) + len(outcome.unknown)

    def try_again(self, event: RetryEvent) -> None:
        """Note why a request is sent again; this is a client's hook `retry`."""
        self.trouble = f"try {event.attempt + 1} after {event.status or 'no answer'}"

    @property
    def done(self) -> int:
        """Count the orders whose outcome is known."""
        return self.accepted + self.rejected + self.other

    @property
    def words(self) -> str:
        """Say how fast it goes, what goes wrong, and how long the rest takes at the rate limit."""
        rate = f"{self.done / max(time.monotonic() - self.began, 0.001) * 60:,.0f} a minute"
        said = [rate, f"{self.rejected:,} rejected"]
        if self.other:
            said.append(f"{self.other:,} not sent or unknown")
        if self.total is not None:
            seconds = math.ceil((self.total - self.done) / MOST_ORDERS) * 60 / self.writes_per_minute
            said.append(f"{spell_seconds(seconds)} left")
        return ", ".join([*said, *filter(None, [self.trouble])])


class Checking:
    """The check of a file; nothing is sent meanwhile."""

    total: int | None = None
    words: str = "checked"

    def __init__(self, count: Callable[[], int]) -> None:
        self._count = count

    @property
    def done(self) -> int:
        """Count the orders that were looked at."""
        return self._count()


def seconds_at_the_limit(requests: int, limits: PaceLimits) -> float:
    """Give how long so many writes take: a burst at once, then one after the other."""
    return max(0, requests - (limits.write_burst - limits.headroom)) * 60 / limits.writes_per_minute


def spell_seconds(seconds: float) -> str:
    """Spell a time as a person says it."""
    whole = math.ceil(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {whole % 60:02} s" if minutes else f"{whole} s"


class Progress(Protocol):
    """What shows a standing while a push runs, between entering and leaving."""

    def __enter__(self) -> Self:
        """Begin to show."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Show no more."""

    def move(self) -> None:
        """Show that the standing has changed."""

    def say(self, line: str) -> None:
        """Write a line of the result to stdout, without harm to what is shown."""


def progress_of(standing: Standing, *, quiet: bool) -> Progress:
    """Choose how to show a standing: on stderr, and not at all when `quiet`."""
    if quiet:
        return _Silence()
    return _Bar(standing) if is_terminal(sys.stderr) else _Lines(standing)


def _count(standing: Standing) -> str:
    return f"{standing.done:,}" if standing.total is None else f"{standing.done:,} of {standing.total:,}"


class _Silence:
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def move(self) -> None:
        pass

    def say(self, line: str) -> None:
        write_line(line)


class _Lines(_Silence):
    """Write a line every few seconds."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tell, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _tell(self) -> None:
        while not self._ended.wait(_SECONDS_BETWEEN_LINES):
            note(f"{_count(self._standing)} orders: {self._standing.words}")


class _Bar(_Silence):
    """Draw a bar that is drawn anew four times a second, and stays when the work is over."""

    def __init__(self, standing: Standing) -> None:
        from rich.progress import BarColumn, ProgressColumn
        from rich.progress import Progress as RichProgress
        from rich.text import Text

        class Words(ProgressColumn):
            def render(self, task: Any) -> Text:
                return Text(f"{_count(standing)} {standing.words}", overflow="ellipsis", no_wrap=True)

        self._standing = standing
        self._console = console(sys.stderr)
        self._bar = RichProgress(
            BarColumn(12),
            Words(),
            console=self._console,
            refresh_per_second=4,
            # What goes to stdout would end on stderr otherwise, where no program looks for it.
            redirect_stdout=False,
            redirect_stderr=False,
            transient=standing.total is None,
        )
        self._task = self._bar.add_task("", total=standing.total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.move()
        self._bar.stop()

    def move(self) -> None:
        self._bar.update(self._task, completed=self._standing.done)

    def say(self, line: str) -> None:
        if is_terminal(sys.stdout):
            # Both are one screen: above the bar, which would be drawn over it.
            self._console.print(printable(line), soft_wrap=True)
        else:
            write_line(line)
