"""What the probe can ask, one question for each policy of the sandbox, and what can come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from probe.lab import Lab
from sendcloud_orders_sandbox import Policies


@dataclass(frozen=True)
class Seen:
    """The server does as this value of the policy says.

    between: for what is measured, the least and the most that it can be.
    """

    value: Any
    between: tuple[float, float] | None = None


@dataclass(frozen=True)
class NotSeen:
    """There was nothing to see, and why."""

    why: str


@dataclass(frozen=True)
class Neither:
    """The server did what no value of the policy says, and what that was."""

    what: str


Answer = Seen | NotSeen | Neither
Experiment = Callable[[Lab], Answer]


@dataclass(frozen=True)
class Question:
    """An experiment that decides between the values of one policy.

    rows: of the ledger, which the answer settles.
    assumed: the value that these rows say, which mostly is the default of the policy.
    allowed: whether these rows allow every value, so that none contradicts them.
    writes, reads: at most so many requests, not counting those that wait for something to pass.
    orders: at most so many of its own may be stored, each of which costs a look and a delete in the end.
    takes: how many of the orders that were stored beforehand it changes.
    sends: at most so many bytes in all, where that is much.
    late: whether it looks at what the other questions met.
    """

    policy: str
    rows: tuple[str, ...]
    assumed: Any
    text: str
    experiment: Experiment
    allowed: bool
    writes: int
    reads: int
    orders: int
    takes: int
    sends: int
    late: bool


QUESTIONS: dict[str, Question] = {}
"""All questions, by the name of the policy; `probe.questions` fills it."""
NEVER_ASKED = frozenset(name for name in Policies.__struct_fields__ if name.startswith("label_")) - {
    "label_order_missing"
}
"""Policies that nothing but a label can show. It costs money, so that the probe leaves them at their defaults."""
DEFAULTS = Policies()
SEQUENCE = {name: place for place, name in enumerate(Policies.__struct_fields__)}


def in_sequence(questions: Iterable[Question]) -> list[Question]:
    """Return questions in the sequence in which they are asked."""
    return sorted(questions, key=lambda question: (question.late, SEQUENCE.get(question.policy, 0)))


def question(
    policy: str,
    *rows: str,
    assumed: Any = None,
    writes: int = 0,
    reads: int = 0,
    orders: int | None = None,
    takes: int = 0,
    sends: int = 0,
    late: bool = False,
    allowed: bool = False,
) -> Callable[[Experiment], Experiment]:
    """Make a question of an experiment: its docstring is the question as people read it.

    assumed: the default of the policy, if None.
    orders: as many as `writes`, if None.
    """

    def register(experiment: Experiment) -> Experiment:
        text = " ".join((experiment.__doc__ or "").split())
        stored = writes if orders is None else orders
        reads_so = getattr(DEFAULTS, policy) if assumed is None else assumed
        QUESTIONS[policy] = Question(
            policy, rows, reads_so, text, experiment, allowed, writes, reads, stored, takes, sends, late
        )
        return experiment

    return register
