"""What a run comes to, as its verdict says it in print and on a page."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import schemas
from fuzz import Finding, FuzzReport
from ledger import Rule
from suite.case import CLIENT, Case
from suite.causes import Cause, causes_of

METHODS = ("get", "post", "patch", "delete")
TARGETS = ("mock", "sandbox", "foreign", CLIENT)


@dataclass(frozen=True)
class Summary:
    """Facts of a run, and what follows from them.

    rules: of the ledger, by id.
    called: operations that the tests called, such as `POST /orders`.
    requests: by target, how many were sent.
    seconds: how long the run took.
    addresses: base URLs, by target.
    left_out: what was not run and why, one sentence each.
    remains: what it made on a foreign server and could not take back, one sentence each.
    unrun: how many of the chosen tests had not run when the run ended.
    interrupted: whether somebody stopped the run.
    folder: of the reports; None for a run that leaves none.
    """

    rules: dict[str, Rule]
    cases: tuple[Case, ...]
    fuzzed: tuple[FuzzReport, ...]
    called: frozenset[str]
    requests: dict[str, int]
    began: datetime
    seconds: float
    addresses: dict[str, str]
    left_out: tuple[str, ...] = ()
    remains: tuple[str, ...] = ()
    unrun: int = 0
    interrupted: bool = False
    folder: Path | None = None

    @cached_property
    def outcomes(self) -> Counter[str]:
        """How many tests ended how."""
        return Counter(case.outcome for case in self.cases)

    @cached_property
    def by_rule(self) -> dict[tuple[str, str], Counter[str]]:
        """By rule and target, how many tests ended how."""
        found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for case in self.cases:
            for id_ in case.rules:
                found[id_, case.target][case.outcome] += 1
        return found

    @property
    def targets(self) -> list[str]:
        """The targets that tests ran on."""
        return [name for name in TARGETS if any(case.target == name for case in self.cases)]

    @cached_property
    def causes(self) -> list[Cause]:
        """What broke, the cause of most first."""
        return causes_of(self.cases)

    @property
    def operations(self) -> list[str]:
        """The operations of the spec."""
        paths = schemas.document()["paths"]
        return sorted(
            f"{method.upper()} {path}" for path, item in paths.items() for method in METHODS if method in item
        )

    @property
    def untested(self) -> list[str]:
        """The operations of the spec that were neither called nor fuzzed."""
        tested = self.called.union(*(report.operations for report in self.fuzzed))
        return [name for name in self.operations if name not in tested]

    @cached_property
    def not_shown(self) -> list[str]:
        """The rules that no test showed in this run."""
        shown = {id_ for case in self.cases if case.outcome == "passed" for id_ in case.rules}
        return [id_ for id_ in self.rules if id_ not in shown]

    @property
    def findings(self) -> list[Finding]:
        """What Schemathesis found."""
        return [finding for report in self.fuzzed for finding in report.findings]

    @property
    def unexplained(self) -> list[Finding]:
        """What Schemathesis found and nobody reviewed."""
        return [finding for report in self.fuzzed for finding in report.unexplained]

    @property
    def broken(self) -> bool:
        """Whether the server, or something of ours, is at fault."""
        return bool(self.outcomes["failed"] or self.unexplained)

    @property
    def word(self) -> str:
        """The verdict in a word. A part of the suite proves a part: no failure, and no verdict on the whole either."""
        if self.broken:
            return "FAILED"
        if self.interrupted:
            return "INTERRUPTED"
        return "INCOMPLETE" if self.untested or not self.cases else "PASSED"

    @property
    def why(self) -> str:
        """What keeps the run from passing, in short; empty for one that passed."""
        told = []
        if self.broken:
            told.append(f"failed tests {self.outcomes['failed']}, unexplained findings {len(self.unexplained)}")
        if self.interrupted:
            told.append(f"stopped before {_counted(self.unrun, 'test')} had run")
        if self.untested and not self.broken:
            told.append(f"not tested: {', '.join(self.untested)}")
        return "; ".join(told)

    def lines(self) -> list[str]:
        """Sum the run up, one line each; the last one is the verdict."""
        tested = [name for name in self.operations if name not in self.untested]
        requests = ", ".join(f"{count} on {name}" for name, count in self.requests.items())
        fuzzed = "".join(f", {report.cases} fuzz cases on {report.target}" for report in self.fuzzed)
        reviewed = len(self.findings) - len(self.unexplained)
        lines = [
            f"operations  {len(tested)} of {len(self.operations)}: {', '.join(tested)}",
            f"rules       {len(self.rules) - len(self.not_shown)} of {len(self.rules)} shown in this run",
            f"cases       {self.outcomes.total()} tests ({requests} requests){fuzzed}",
            f"findings    {len(self.findings)}, of which {reviewed} reviewed",
            f"time        {self.seconds:.0f} s",
        ]
        if self.not_shown:
            lines.insert(2, f"            spec/LEDGER.md says where the others are: {', '.join(self.not_shown)}")
        if self.folder:
            lines.append(f"reports     {os.path.relpath(self.folder)}")
        lines += [f"left out    {one}" for one in self.left_out]
        lines += [f"remains     {one}" for one in self.remains]
        if self.broken:
            lines += _under("broken", [str(cause) for cause in self.causes] or ["no rule by name"])
        return [*lines, f"verdict     {self.word}{f': {self.why}' if self.why else ''}"]


def _under(name: str, texts: Iterable[str]) -> list[str]:
    """Return a line for each text, of which the first has the name."""
    return [f"{'' if number else name:12}{text}" for number, text in enumerate(texts)]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
