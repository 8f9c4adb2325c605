"""Weigh what Schemathesis found against the reviewed list.

Its own baseline knows one entry for an operation, check and status, so that an accepted finding would hide each later
one of its kind. The list here says which requests and answers an entry speaks of, and why; an entry that no longer
occurs is as much a fault as a finding that nobody reviewed.
"""

import base64
import json
import re
import shlex
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]

REVIEWED = Path(__file__).with_name("reviewed.toml")
SHOWN = 2000
PARAGRAPH = "\n\n"


@dataclass(frozen=True)
class Reviewed:
    """A finding that somebody looked at and explained, on one operation of one target.

    fault: whose it is: `mock`, or `schema` when the rule is right and no schema can say it.
    status: of the answer; None is any.
    request, message, answer: regular expressions that request, message of the check and body of the answer hold.
    """

    id: str
    target: str
    operation: str
    check: str
    fault: str
    reason: str
    status: int | None = None
    request: str = ""
    message: str = ""
    answer: str = ""

    def explains(self, failure: "Failure") -> bool:
        """Tell whether this is the failure that was reviewed."""
        return (
            (self.operation, self.check) == (failure.operation, failure.check)
            and self.status in (None, failure.status)
            and re.search(self.request, failure.request) is not None
            and re.search(self.message, failure.message) is not None
            and re.search(self.answer, failure.answer) is not None
        )


@dataclass(frozen=True)
class Failure:
    """One check that failed on one answer.

    request: method and path with query, headers, an empty line, body; without host and credentials.
    steps: the requests that led here and this one, as curl commands that take the credentials from the environment.
    """

    operation: str
    check: str
    title: str
    message: str
    phase: str
    status: int
    request: str
    answer: str
    steps: tuple[str, ...]

    @property
    def gist(self) -> str:
        """What went wrong, without the values of this one case that the later paragraphs show."""
        return f"{self.status} {self.title}: {self.message.partition(PARAGRAPH)[0]}"


@dataclass(frozen=True)
class Finding:
    """All failures that say the same thing.

    id: of the reviewed entry, or made of operation, check and status where there is none.
    reviewed: the entry that explains it.
    first: the first of the failures, in full.
    """

    id: str
    operation: str
    check: str
    count: int
    first: Failure
    reviewed: Reviewed | None = None

    def __str__(self) -> str:
        times = "once" if self.count == 1 else f"{self.count} times"
        head = f"{self.operation}: {self.first.title} ({self.check}, {times}, first in the phase {self.first.phase})"
        todo = (
            f"Reviewed as {self.reviewed.id}: {self.reviewed.reason}"
            if self.reviewed
            else "What to do: fix the server or the spec, whichever is wrong. Where neither is, and only there, give"
            f" the finding an entry with its reason in {REVIEWED.name}."
        )
        body = [
            *self.first.message.splitlines(),
            "Request:",
            *(f"  {step}" for step in self.first.steps),
            f"Answer: {self.first.status}",
            f"  {_shortened(self.first.answer)}",
            todo,
        ]
        return "\n  ".join([head, *body])


@dataclass(frozen=True)
class FuzzReport:
    """What a run did and found.

    operations: those that were tested, such as `POST /orders`; `missed` those of the spec that were not.
    cases: requests whose answers were checked.
    checks: passed and failed, by name of the check.
    stale: reviewed entries that did not occur.
    warnings: what Schemathesis says about its own reach, such as an operation that never succeeded.
    settings: seed and bounds, for printing.
    files: the reports that Schemathesis wrote.
    """

    target: str
    operations: tuple[str, ...]
    missed: tuple[str, ...]
    cases: int
    checks: Mapping[str, tuple[int, int]]
    findings: tuple[Finding, ...]
    stale: tuple[Reviewed, ...]
    warnings: tuple[str, ...]
    seconds: float
    settings: Mapping[str, str]
    files: tuple[Path, ...] = field(default=())

    @property
    def unexplained(self) -> tuple[Finding, ...]:
        """The findings that nobody reviewed."""
        return tuple(finding for finding in self.findings if finding.reviewed is None)

    @property
    def passed(self) -> bool:
        """Whether every operation was tested, every finding is reviewed and every reviewed one occurred."""
        return not (self.missed or self.unexplained or self.stale or self.warnings)

    def problems(self) -> list[str]:
        """Return what keeps the run from passing, each as text for a person."""
        return [
            *(f"{operation}: not tested, though the spec has it" for operation in self.missed),
            *map(str, self.unexplained),
            *(
                f"{entry.id} ({entry.operation}, {entry.check}): reviewed, and no longer found."
                f" Take its entry out of {REVIEWED.name}."
                for entry in self.stale
            ),
            *(f"Schemathesis warns: {warning}" for warning in self.warnings),
        ]


def read_reviewed(text: str) -> list[Reviewed]:
    """Read the reviewed list, one entry for each operation that an item names.

    Raises `ValueError` for an entry without reason, with an unknown field, a bad expression or the id of another one.
    """
    entries = []
    for item in tomllib.loads(text).get("finding", []):
        named = item.get("id", "an entry without id")
        places = item.pop("operations", [])
        try:
            found = [Reviewed(operation=operation, **item) for operation in places]
        except TypeError as error:
            raise ValueError(f"{REVIEWED.name}: {named}: {error}") from None
        if not places or not item["reason"].strip():
            raise ValueError(f"{REVIEWED.name}: {named}: give operations and a reason")
        try:
            for expression in ("request", "message", "answer"):
                re.compile(item.get(expression, ""))
        except re.error as error:
            raise ValueError(f"{REVIEWED.name}: {named}: {expression} is no regular expression: {error}") from None
        entries += found
    twice = [key for key, count in Counter((entry.id, entry.operation) for entry in entries).items() if count > 1]
    if twice:
        raise ValueError(f"{REVIEWED.name}: given twice: {twice}")
    return entries


def weigh(
    target: str,
    events: Iterator[str] | Sequence[str],
    result: Json,
    expected: Sequence[str],
    reviewed: Sequence[Reviewed],
    settings: Mapping[str, str],
    files: Sequence[Path] = (),
) -> FuzzReport:
    """Make the report of a run from the events (NDJSON) and the summary (JSON) that Schemathesis wrote."""
    own = [entry for entry in reviewed if entry.target == target]
    counts: dict[str, Counter[bool]] = defaultdict(Counter)
    groups: dict[tuple[str, str, str], list[Failure]] = defaultdict(list)
    explained: dict[tuple[str, str, str], Reviewed] = {}
    tested: set[str] = set()
    cases = 0
    for phase, recorder in _scenarios(events):
        answered = recorder.get("interactions", {})
        cases += len(recorder.get("checks", {}))
        tested |= {_operation(case["value"]) for name, case in recorder.get("cases", {}).items() if name in answered}
        for name, checks in recorder.get("checks", {}).items():
            for check in checks:
                counts[check["name"]][check["status"] == "success"] += 1
                if check["status"] == "success":
                    continue
                failure = _failure(phase, name, check, recorder)
                entry = next((entry for entry in own if entry.explains(failure)), None)
                key = (failure.operation, failure.check, entry.id if entry else failure.gist)
                groups[key].append(failure)
                if entry:
                    explained[key] = entry
    occurred = set(explained.values())
    return FuzzReport(
        target=target,
        operations=tuple(operation for operation in expected if operation in tested),
        missed=tuple(operation for operation in expected if operation not in tested),
        cases=cases,
        checks={name: (count[True], count[False]) for name, count in sorted(counts.items())},
        findings=tuple(_finding(failures, explained.get(key)) for key, failures in groups.items()),
        stale=tuple(entry for entry in own if entry not in occurred),
        warnings=tuple(
            f"{name}: {', '.join(map(str, places))}" for name, places in result["warnings"].items() if places
        ),
        seconds=result["running_time"],
        settings=settings,
        files=tuple(files),
    )


def _scenarios(events: Iterator[str] | Sequence[str]) -> Iterator[tuple[str, Json]]:
    for line in events:
        event = json.loads(line)
        if scenario := event.get("ScenarioFinished"):
            yield scenario["phase"], scenario["recorder"]


def _operation(case: Json) -> str:
    return f"{case['method'].upper()} {case['path']}"


def _finding(failures: Sequence[Failure], entry: Reviewed | None) -> Finding:
    first = failures[0]
    return Finding(
        id=entry.id if entry else f"{first.check}: {first.operation} {first.status}",
        operation=first.operation,
        check=first.check,
        count=len(failures),
        first=first,
        reviewed=entry,
    )


def _failure(phase: str, name: str, check: Json, recorder: Json) -> Failure:
    told = check["failure_info"]["failure"]
    cases, interactions = recorder["cases"], recorder["interactions"]
    # A check may send a request of its own, such as one without credentials; then that one is the failing case.
    name = told.get("case_id") if told.get("case_id") in interactions else name
    interaction = interactions[name]
    response = interaction.get("response") or {}
    chain = [name]
    while (parent := cases.get(chain[-1], {}).get("parent_id")) and parent not in chain:
        chain.append(parent)
    return Failure(
        operation=told.get("operation") or recorder["label"],
        check=check["name"],
        title=told["title"],
        message=told["message"],
        phase=phase,
        status=response.get("status_code", 0),
        request=_request_text(interaction["request"]),
        answer=_text(response.get("content")),
        steps=tuple(_curl(interactions[step]["request"]) for step in reversed(chain) if step in interactions),
    )


def _text(content: Json | None) -> str:
    return base64.b64decode(content["$base64"]).decode("utf-8", "backslashreplace") if content else ""


def _headers(request: Json) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, values in request["headers"].items()
        if name != "Authorization"
        for value in (values if isinstance(values, list) else [values])
    ]


def _request_text(request: Json) -> str:
    parts = urlsplit(request["uri"])
    query = f"?{parts.query}" if parts.query else ""
    lines = [f"{request['method']} {parts.path}{query}", *(f"{name}: {value}" for name, value in _headers(request))]
    return "\n".join([*lines, "", _text(request.get("body"))])


def _curl(request: Json) -> str:
    words = ["curl", "-X", request["method"]]
    for name, value in _headers(request):
        words += ["-H", f"{name}: {value}" if value else f"{name};"]
    if body := _text(request.get("body")):
        words += ["--data-raw", _shortened(body)]
    command = shlex.join([*words, request["uri"]])
    return f'{command} -u "$SENDCLOUD_PUBLIC_KEY:$SENDCLOUD_SECRET_KEY"'


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text)} characters)"
