"""Say which test runs, and how far the run is, whenever nothing was printed for a while."""

import os
import threading
import time
from collections.abc import Callable
from typing import TextIO

import pytest

# In seconds. A reader of a log that stands still for ten begins to wonder.
QUIET = 5.0
WIDTH = 80

NOTES = pytest.StashKey[list[Callable[[], object]]]()
"""What goes on beside the tests: each is asked for a text, empty when there is nothing to tell."""


class Progress:
    """Prints a line after each `quiet` seconds in which pytest printed none. A pytest plugin."""

    def __init__(self, config: pytest.Config, quiet: float = QUIET) -> None:
        self._notes = config.stash.setdefault(NOTES, [])
        self._quiet = quiet
        self._total = 0
        self._ended = 0
        self._step = "collecting tests"
        # Whether a line of pytest's, of dots for instance, is still to be ended.
        self._unended = False
        self._began = self._printed = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="progress", daemon=True)
        # While a test runs, what goes to descriptor 1 is captured.
        self._out: TextIO = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")

    def pytest_sessionstart(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Take note of how many tests there are."""
        self._total = len(session.items)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Take note of the test that begins."""
        self._step, self._began = nodeid.rpartition("/")[2], time.monotonic()
        self._unended = True

    def pytest_runtest_logreport(self) -> None:
        """Take note that something is printed."""
        self._printed = time.monotonic()
        self._unended = True

    def pytest_runtest_logfinish(self) -> None:
        """Count a test that ended."""
        self._ended += 1

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Watch no longer: the summary comes, and stands last."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def pytest_unconfigure(self) -> None:
        """Let go of the output."""
        self.pytest_sessionfinish()
        self._out.close()

    def _watch(self) -> None:
        while not self._over.wait(max(0.0, self._printed + self._quiet - time.monotonic())):
            if time.monotonic() - self._printed >= self._quiet:
                self._tell()
                self._printed = time.monotonic()

    def _tell(self) -> None:
        seconds = time.monotonic() - self._began
        count = f"{self._ended}/{self._total} tests" if self._total else "no test yet"
        told = [f"{count}, {seconds:.0f} s in {self._step}", *filter(None, (str(note()) for note in self._notes))]
        self._out.write("\n" * self._unended + "".join(_shortened(f"  ... {line}") + "\n" for line in told))
        self._out.flush()
        self._unended = False


def _shortened(line: str) -> str:
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"
