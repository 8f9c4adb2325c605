"""What a probe will cost the service, at most."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from probe.lab import UNCHANGED
from probe.question import Question

WRITES_A_MINUTE = 100
READS_A_MINUTE = 1000
# An order that the questions make has less, and a request or two has more.
BYTES_OF_AN_ORDER = 1000
# One look at the list comes first. The sample of one order is changed once, read once and listed once.
WRITES_OF_SAMPLE, READS_OF_SAMPLE = 1, 3
# In the end each order is looked for, and once more where its id was never read back.
LOOKS_AFTERWARDS = 2


@dataclass(frozen=True)
class Cost:
    """How many requests and bytes a probe sends at most, and how many orders it stores for a while.

    Not counted are the requests that wait: for an order to be saved, for a 429 or a conflict to pass.
    """

    writes: int
    reads: int
    orders: int
    sends: int

    @property
    def minutes(self) -> float:
        """How long it takes at the service's documented limits."""
        return max(self.writes / WRITES_A_MINUTE, self.reads / READS_A_MINUTE)

    def __str__(self) -> str:
        size = f"{self.sends / 1_000_000:.0f} MB" if self.sends >= 1_000_000 else f"{self.sends / 1000:.0f} kB"
        return (
            f"at most {self.orders} orders of its own, stored and taken back; {self.writes} writes, {self.reads} reads"
            f" and {size} sent; {self.minutes:.1f} minutes at {WRITES_A_MINUTE} writes and {READS_A_MINUTE} reads a"
            " minute, and longer where saving lags"
        )


def cost_of(questions: Collection[Question]) -> Cost:
    """Add up what the questions may cost, with the orders that are stored beforehand and all that is taken back."""
    stock = UNCHANGED + sum(question.takes for question in questions)
    orders = stock + sum(question.orders for question in questions)
    return Cost(
        writes=1 + WRITES_OF_SAMPLE + sum(question.writes for question in questions) + orders,
        reads=stock + READS_OF_SAMPLE + sum(question.reads for question in questions) + LOOKS_AFTERWARDS * orders,
        orders=orders,
        sends=orders * BYTES_OF_AN_ORDER + sum(question.sends for question in questions),
    )
