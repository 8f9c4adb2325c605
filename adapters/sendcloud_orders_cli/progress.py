"""How far a push is: a bar where a person looks at it, a line now and then in a log."""

from __future__ import annotations

import math
import sys
import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from sendcloud_orders import BatchOutcome, PaceLimits

from .printing import console, is_terminal, note, printable, write_line

MOST_ORDERS = 100
"""Orders that a request may hold."""
_SECONDS_BETWEEN_LINES = 5.0


@dataclass(slots=True)
class Standing:
    """What a push has done so far. `total` is None where nobody knows how many orders there are."""

    total: int | None
    writes_per_minute: float
    accepted: int = 0
    rejected: int = 0
    other: int = 0
    began: float = 0.0

    def add(self, outcome: BatchOutcome) -> None:
        """Count the orders of a batch."""
        self.accepted += len(outcome.accepted)
        self.rejected += len(outcome.rejected)
        self.other += len(outcome.not_sent) + len(outcome.unknown)

    @property
    def done(self) -> int:
        """Count the orders whose outcome is known."""
        return self.accepted + self.rejected + self.other

    @property
    def left(self) -> str:
        """Spell the time that the rest takes at the rate limit; "" where nobody knows how much that is."""
        if self.total is None:
            return ""
        return f"{spell_seconds(math.ceil((self.total - self.done) / MOST_ORDERS) * 60 / self.writes_per_minute)} left"

    @property
    def rate(self) -> str:
        """Spell how many orders a minute there were so far."""
        return f"{self.done / max(time.monotonic() - self.began, 0.001) * 60:,.0f} a minute"

    def __str__(self) -> str:
        of = "" if self.total is None else f" of {self.total:,}"
        left = f"{self.left} at the rate limit" if self.left else ""
        return ", ".join(filter(None, (f"{self.done:,}{of} orders", self.rate, f"{self.rejected:,} rejected", left)))


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
            note(self._standing)


class _Bar(_Silence):
    """Draw a bar that is drawn anew four times a second, and stays when the work is over."""

    def __init__(self, standing: Standing) -> None:
        from rich.progress import BarColumn, ProgressColumn, TextColumn
        from rich.progress import Progress as RichProgress
        from rich.text import Text

        class Words(ProgressColumn):
            def render(self, task: Any) -> Text:
                parts = (standing.rate, f"{standing.rejected:,} rejected", standing.left)
                return Text(", ".join(filter(None, parts)), overflow="ellipsis", no_wrap=True)

        self._standing = standing
        self._console = console(sys.stderr)
        self._bar = RichProgress(
            BarColumn(12),
            TextColumn("{task.completed:,.0f}" + ("" if standing.total is None else " of {task.total:,.0f}")),
            Words(),
            console=self._console,
            refresh_per_second=4,
            # What goes to stdout would end on stderr otherwise, where no program looks for it.
            redirect_stdout=False,
            redirect_stderr=False,
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
