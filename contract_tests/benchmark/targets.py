"""What is to be reached, and whether it is: a figure is the median of the ratios within each round."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Literal

from .orders import BATCH
from .rows import DICT_PEERS, FACTOR, LITTLE, MUCH, PACED
from .running import Measured
from .server import BURST, WRITES_PER_SECOND

MEGABYTE = 1_000_000
LATENCY = 1.0
LEAST_PACED = ((PACED / BATCH - BURST) / WRITES_PER_SECOND + LATENCY) / FACTOR
"""Seconds that the paced upsert takes at the least: the burst goes at once, the others as the bucket fills."""

_LIST_PEERS = tuple(f"list/{name}" for name in DICT_PEERS)

ProfileKind = Literal["cpu", "import", "memory", "pace"]


@dataclass(frozen=True)
class Figure:
    """The median of some values, and the quartiles around it."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Figure:
        """Sum one value or more up."""
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        return cls(*quantiles(values, n=4, method="inclusive"))


@dataclass(frozen=True)
class Target:
    """A bound on a figure.

    row: whose work it is about, which is profiled when the bound is passed. others: what it is compared with. values:
    the figure of each round.
    """

    title: str
    row: str
    others: tuple[str, ...]
    bound: float
    unit: str
    values: Callable[[Measured], Sequence[float]]
    profile: ProfileKind = "cpu"


@dataclass(frozen=True)
class Verdict:
    """What was measured of a target."""

    target: Target
    figure: Figure
    refused: int = 0

    @property
    def met(self) -> bool:
        """Whether the median keeps the bound, and nothing was refused on the way."""
        return self.figure.middle <= self.target.bound and not self.refused

    @property
    def word(self) -> str:
        """The verdict, and whether another run might say otherwise."""
        said = "met" if self.met else "missed"
        if self.refused:
            return f"{said}: {self.refused} requests were refused"
        near = self.figure.low <= self.target.bound < self.figure.high
        return f"{said}, but close" if near else said


def ratios(measured: Measured, row: str, other: str) -> list[float]:
    """Divide the processor time of each run by that of the other row in the same round, of as many as both have."""
    return [one.cpu / two.cpu for one, two in zip(measured[row], measured[other], strict=False)]


def _times(title: str, row: str, other: str, bound: float, profile: ProfileKind = "cpu") -> Target:
    return Target(title, row, (other,), bound, "x", lambda measured: ratios(measured, row, other), profile)


def _growth(title: str, what: str, bound: float) -> Target:
    small, large = f"memory/{what}-{LITTLE}", f"memory/{what}-{MUCH}"

    def values(measured: Measured) -> list[float]:
        return [
            (much.peak - little.peak) / MEGABYTE for much, little in zip(measured[large], measured[small], strict=True)
        ]

    return Target(title, large, (small,), bound, "MB", values, "memory")


def _pace(title: str, row: str) -> Target:
    return Target(title, row, (), 1.05, "x", lambda measured: [run.wall / LEAST_PACED for run in measured[row]], "pace")


def _fastest_peer(measured: Measured) -> str:
    return min(_LIST_PEERS, key=lambda row: median(run.cpu for run in measured[row]))


def _ahead() -> Target:
    return Target(
        "list 50,000, of the fastest dict peer",
        "list/models",
        _LIST_PEERS,
        1.0,
        "x",
        lambda measured: ratios(measured, "list/models", _fastest_peer(measured)),
    )


TARGETS = (
    _times("upsert, models, all checks, of the limit", "upsert/models", "upsert/limit", 5.5),
    _times("upsert, models, no check, of the limit", "upsert/unchecked", "upsert/limit", 4.2),
    _times("upsert, dicts, all checks, of the limit", "upsert/dicts", "upsert/limit", 6.0),
    _times("upsert with a journal, of one without", "upsert/journal", "upsert/models", 1.3),
    _times("upsert of a list, of a generator", "upsert/as-list", "upsert/models", 1.1),
    _times("list 50,000, of the limit", "list/models", "list/limit", 1.2),
    _ahead(),
    _times("upsert, async, 4 in flight, of blocking", "upsert/async", "upsert/models", 1.2),
    _times("import, of httpx", "import/ours", "import/httpx", 1.3, "import"),
    _times("import of the client, of httpx", "import/client", "import/httpx", 1.3, "import"),
    _growth("peak memory, upsert of 200,000 over 1,000", "upsert", 25.0),
    _growth("peak memory, list of 200,000 over 1,000", "list", 3.0),
    _pace("300 batches at the limits, blocking, of the least", "pace/blocking"),
    _pace("300 batches at the limits, async, of the least", "pace/async"),
)


def judge(measured: Measured, targets: Sequence[Target] = TARGETS) -> Iterator[Verdict]:
    """Give the verdict on each target whose rows were measured."""
    for target in targets:
        if all(measured.get(row) for row in (target.row, *target.others)):
            refused = sum(run.refused for run in measured[target.row])
            yield Verdict(target, Figure.of(target.values(measured)), refused)
