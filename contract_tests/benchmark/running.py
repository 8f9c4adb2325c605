"""Start the processes that do the work, each on a core of its own, and take what they tell."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

from runs.proxies import without_proxies

from .once import Run
from .profiles import Share, largest, read_samples
from .proof import NotMeasured
from .rows import Row

CONTRACT_TESTS = Path(__file__).parents[1]
Measured = dict[str, list[Run]]
"""The runs of each row, by its name; those of one section stand in the order of their rounds."""

_IMPORT = """
import json, sys, time
begun = time.process_time(), time.perf_counter()
__import__(sys.argv[1])
print(json.dumps({"cpu": time.process_time() - begun[0], "wall": time.perf_counter() - begun[1]}))
"""


class Workshop:
    """The server, and the cores for it and for the clients where there are two."""

    def __init__(self, scratch: Path, stock: Path | None = None) -> None:
        """Take the folder for compiled modules, and the one with the stock client if there is one."""
        self._scratch = scratch
        path = [*filter(None, sys.path), *([str(stock)] if stock else [])]
        self._environment = {
            **without_proxies(os.environ),
            "PYTHONPATH": os.pathsep.join(path),
            # Compiled once, and not in the folders of the sources.
            "PYTHONPYCACHEPREFIX": sys.pycache_prefix or str(scratch / "pycache"),
        }
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)
        cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        self.cores: Sequence[int | None] = cores[:2] if len(cores) > 1 else (None, None)
        self._server: subprocess.Popen[str] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "benchmark.server", *self._on_core(1)]
        self._server = subprocess.Popen(
            command,
            env=self._environment,
            cwd=CONTRACT_TESTS,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._server.stdout is not None
        self.url = self._server.stdout.readline().strip()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        # It ends with its standard input.
        self._server.communicate()

    def run(self, row: Row, *options: str) -> Run:
        """Do the work of a row in a fresh process. Raises `NotMeasured` when that did not do all of it."""
        command = ("-c", _IMPORT, row.way) if row.kind == "import" else (*self._once(row), *options)
        return Run(**self._ask(*command))

    def samples(self, row: Row) -> list[Share]:
        """Do the work of a row, and tell which functions were at work, or what kept us from seeing it."""
        py_spy = shutil.which("py-spy", path=str(Path(sys.executable).parent))
        if py_spy is None:
            return [("py-spy is not installed here", 1.0)]
        stacks = self._scratch / "stacks"
        # Not blocking: a stack that is read while it changes is an error now and then, and costs the run nothing.
        command = [py_spy, "record", "--rate", "500", "--nonblocking", "--format", "raw", "--output", str(stacks)]
        done = self._start(*self._once(row), before=[*command, "--"])
        if done.returncode or not stacks.exists():
            return [(f"py-spy could not look: {done.stderr.strip()}", 1.0)]
        return read_samples(stacks.read_text(encoding="utf-8").splitlines())

    def _once(self, row: Row) -> tuple[object, ...]:
        where = (self.url, "--factor", row.factor, *self._on_core(0))
        return "-m", "benchmark.once", row.kind, row.way, row.orders, *where

    def codec(self, rounds: int) -> dict[str, dict[str, list[float]]]:
        """Measure the codec in a fresh process: the seconds of each round, by table and way."""
        tables: dict[str, dict[str, list[float]]] = self._ask("-m", "benchmark.codec", rounds, *self._on_core(0))
        return tables

    def import_times(self, module: str) -> list[Share]:
        """Tell what of an import is whose: the own time of all modules of a package."""
        done = self._start("-X", "importtime", "-c", f"import {module}")
        lines = [line.removeprefix("import time:").split("|") for line in done.stderr.splitlines()[1:]]
        own = Counter[str]()
        for itself, _, name in lines:
            own[name.strip().partition(".")[0]] += int(itself)
        return largest(own)

    def _on_core(self, which: int) -> tuple[str, ...]:
        core = self.cores[which]
        return () if core is None else ("--core", str(core))

    def _ask(self, *arguments: object) -> Any:
        done = self._start(*arguments)
        if done.returncode:
            raise NotMeasured(f"{' '.join(map(str, arguments[1:4]))}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def _start(self, *arguments: object, before: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        command = [*before, sys.executable, *map(str, arguments)]
        return subprocess.run(command, env=self._environment, cwd=CONTRACT_TESTS, capture_output=True, text=True)


def by_turns(
    workshop: Workshop, rows: Sequence[Row], rounds: int, seconds: float, tell: Callable[[str], None]
) -> Measured:
    """Run the rows of a section, one after the other and then all again, so that a slow moment falls on all of them.

    Each other round goes backwards, and none but the first begins once the seconds have passed. Raises `NotMeasured`.
    """
    measured: Measured = {row.name: [] for row in rows}
    began = time.monotonic()
    for turn in range(min(rounds, max(row.rounds or rounds for row in rows))):
        if turn and time.monotonic() - began > seconds:
            break
        for row in rows if turn % 2 == 0 else reversed(rows):
            if row.rounds is None or turn < row.rounds:
                tell(f"{row.section}, round {turn + 1}: {row.title}")
                measured[row.name].append(workshop.run(row))
    return measured
