"""Where the time or the memory of a run goes."""

from __future__ import annotations

import re
import tracemalloc
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

Share: TypeAlias = tuple[str, float]
"""A place in the code, and its part of all: 0.25 is a quarter."""

MOST = 12
MEASURED = "_timed (benchmark/once.py"
"""The frame below which the main thread does what is measured."""
_THREAD = "(threading.py"
_LEAF = re.compile(r"(?P<function>.+) \((?P<file>.+?)(:\d+)?\)")


def read_samples(lines: Iterable[str]) -> list[Share]:
    """Add up the samples of py-spy, a line for each stack with its count, by the function that was at work.

    What a function in C takes is booked on the Python code that called it. What came before the run is left out.
    """
    found = Counter[str]()
    for line in lines:
        stack, _, count = line.rstrip().rpartition(" ")
        if (MEASURED in stack or _THREAD in stack) and (leaf := _LEAF.fullmatch(stack.rpartition(";")[2])):
            found[f"{leaf['file']}:{leaf['function']}"] += int(count)
    return largest(found)


class Memory:
    """Adds up which lines made what is still held when the run ends."""

    def __init__(self) -> None:
        self._shares: list[Share] = []

    def __enter__(self) -> list[Share]:
        tracemalloc.start()
        return self._shares

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        held = tracemalloc.take_snapshot().statistics("lineno")
        tracemalloc.stop()
        self._shares += largest(Counter({_place(one.traceback[0]): one.size for one in held}))


def _place(frame: tracemalloc.Frame) -> str:
    path = Path(frame.filename)
    return f"{path.parent.name}/{path.name}:{frame.lineno}"


def largest(found: Counter[str]) -> list[Share]:
    """Give the parts of all that the largest ones have."""
    return [(place, amount / found.total()) for place, amount in found.most_common(MOST)]
