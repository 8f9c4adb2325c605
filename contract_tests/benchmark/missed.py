"""Tell of a target that was missed where the time or the memory went."""

from __future__ import annotations

from dataclasses import replace
from statistics import mean
from typing import TypeAlias

from .orders import BATCH
from .rows import LITTLE, ROWS
from .running import Measured, Workshop
from .targets import LATENCY, LEAST_PACED, Target

# What is traced is slow, and what grows shows in few orders as well.
TRACED = 20 * LITTLE

Profile: TypeAlias = list[tuple[str, str]]
"""Places, or what was counted, each with what is told of it; the largest first."""


def profile(workshop: Workshop, target: Target, measured: Measured) -> Profile:
    """Run the row of the target once more, and see where it spends what it does."""
    row = next(row for row in ROWS if row.name == target.row)
    match target.profile:
        case "import":
            shares = workshop.import_times(row.way)
        case "memory":
            shares = workshop.run(replace(row, orders=TRACED), "--memory").profile
        case "pace":
            runs = measured[row.name]
            needed = row.orders / BATCH * LATENCY / row.factor / LEAST_PACED
            return [
                ("requests in flight, on average", f"{mean(run.in_flight for run in runs):.2f}"),
                ("requests in flight at the least time", f"{needed:.2f}"),
            ]
        case _:
            shares = workshop.samples(row)
    return [(place, f"{part:.1%}") for place, part in shares]
