"""Write what a run came to as a page for people: the verdict first, and with each broken rule what shows it."""

import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pages
from fuzz import Finding, FuzzReport
from ledger import LEDGER, Rule
from suite.case import CLIENT, Case
from suite.summary import Summary

TEMPLATE = Path(__file__).with_name("contract.html.jinja")
SLOWEST = 10
# A failed test says more than the one that passed beside it, and both more than one that was skipped.
BY_WEIGHT = ("failed", "passed", "skipped")
TARGETS = {
    "mock": "the mock (Prism, which answers with the examples of the spec)",
    "sandbox": "this project's sandbox, behind Prism as a proxy that holds both sides against the spec",
    "foreign": "the server that TARGET names",
    CLIENT: "the adapters and our own parts, which need no server",
}
COLOURS = {"PASSED": "passed", "FAILED": "failed"}
AREAS = {
    "UPSERT": "Upsert",
    "GET": "Get",
    "PATCH": "Patch",
    "DELETE": "Delete",
    "LIST": "List",
    "LABEL": "Labels",
    "LABELS": "Labels",
    "INTEGRATION": "Integrations",
    "AUTH": "Credentials",
    "ERROR": "Errors",
    "RATE": "Limits",
    "READ": "Reading",
    "VALUES": "Values",
}


def write(summary: Summary, place: Path) -> None:
    """Write the page of a run."""
    pages.write(
        place,
        TEMPLATE,
        summary=summary,
        colour=COLOURS.get(summary.word, "skipped"),
        sentence=sentence(summary),
        duration=duration(summary.seconds),
        about={name: TARGETS[name] for name in summary.targets},
        areas=areas(summary.rules.values()),
        area_choices=[(name.lower(), name) for name in areas(summary.rules.values())],
        state_of=lambda id_, target: state(summary.by_rule.get((id_, target), Counter())),
        whole_state_of=lambda id_: whole_state(summary, id_),
        cases_of=lambda id_: [case for case in summary.cases if id_ in case.rules],
        telling_first=telling_first,
        slowest=sorted(summary.cases, key=lambda case: -case.seconds)[:SLOWEST],
        skipped=skipped(summary.cases),
        findings=findings(summary.fuzzed),
        # As seen from the folder of all reports, where people open the page.
        ledger=Path(os.path.relpath(LEDGER, place.parent.parent)).as_posix(),
        code=code,
        duration_of=duration,
    )


def sentence(summary: Summary) -> str:
    """Say in one sentence what the run showed."""
    shown = len(summary.rules) - len(summary.not_shown)
    where = summary.addresses.get("foreign") or _listed([f"the {name}" for name in summary.targets]) or "nothing"
    match summary.word:
        case "PASSED":
            return f"Nothing that was tried on {where} breaks a rule: {shown} of {len(summary.rules)} rules were shown."
        case "FAILED" if not summary.causes:
            return f"No rule broke, but Schemathesis found what nobody has explained: {len(summary.unexplained)}."
        case "FAILED":
            rules = [cause.rule for cause in summary.causes if cause.rule]
            failed = summary.outcomes["failed"]
            told = f"{', '.join(rules[:3])}{' and more' if len(rules) > 3 else ''}" if rules else "no rule by name"
            return f"On {where} {failed} {'test' if failed == 1 else 'tests'} failed; the cause: {told}."
        case "INTERRUPTED":
            return f"The run was stopped with {summary.unrun} of its tests to come: it proves nothing on the whole."
        case _:
            return "No test failed, but a part of the suite proves a part: there is no verdict on the whole."


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def duration(seconds: float) -> str:
    """Return a time as a person says it."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def areas(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Return the rules by area, which the first word of an id names, in the sequence of the ledger."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        name = rule.id.partition("-")[0]
        found.setdefault(AREAS.get(name, name.capitalize()), []).append(rule)
    return found


def state(counts: Counter[str]) -> str:
    """Return what the outcomes of a rule's tests come to: failed, passed, skipped or none."""
    return next((outcome for outcome in BY_WEIGHT if counts[outcome]), "none")


def whole_state(summary: Summary, id_: str) -> str:
    """Return what the outcomes of a rule's tests come to on all targets together."""
    return state(Counter(case.outcome for case in summary.cases if id_ in case.rules))


def telling_first(cases: Iterable[Case]) -> list[Case]:
    """Return failed tests, those first that came to their own point and show an exchange."""
    return sorted(cases, key=lambda case: (case.unset, not case.shown))


def skipped(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """Return the tests that were skipped, by reason."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        if case.outcome == "skipped":
            found.setdefault(case.message or "no reason given", []).append(case)
    return found


def findings(reports: Iterable[FuzzReport]) -> list[tuple[str, str, str, str, list[Finding]]]:
    """Return target, name, whose fault, reason and findings of each kind that Schemathesis found, unexplained first."""
    found: dict[tuple[str, str, str, str], list[Finding]] = {}
    for report in reports:
        for finding in report.findings:
            known = finding.reviewed
            key = (known.id, known.fault, known.reason) if known else (finding.id, "", "")
            found.setdefault((report.target, *key), []).append(finding)
    return sorted(((*key, many) for key, many in found.items()), key=lambda one: bool(one[2]))


def code(text: str) -> list[tuple[bool, str]]:
    """Return the pieces of a text of the ledger, each with whether it is code."""
    return [(number % 2 == 1, piece) for number, piece in enumerate(re.split("`", text)) if piece]
