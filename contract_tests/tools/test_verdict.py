"""The verdict passes a run only when all that it is about was shown, and says what was not."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

import ledger
from doubles import contract_runs
from fuzz import FuzzReport
from fuzz.findings import REVIEWED, Failure, Finding, read_reviewed
from ledger import Rule
from suite import printing
from suite.case import Case
from suite.causes import foundations
from suite.verdict import Verdict

OPERATIONS = set(contract_runs.OPERATIONS)
RULES = {name: Rule(name, "What it says.", "high", "sandbox") for name in ("UPSERT-KEY", "UPSERT-LIMIT", "GET-ORDER")}


def said(*cases: Case, operations: set[str] = OPERATIONS, reports: tuple[FuzzReport, ...] = (), **more: Any) -> str:
    interrupted = more.pop("interrupted", False)
    verdict = Verdict(RULES, list(cases), set(operations), **more)
    return "\n".join(verdict.summary(list(reports), interrupted).lines())


def case(outcome: str = "passed", *rules: str) -> Case:
    return Case(f"test_{outcome}", rules or ("UPSERT-KEY",), "sandbox", outcome)


def fuzz_report(*findings: Finding) -> FuzzReport:
    return FuzzReport("mock", tuple(OPERATIONS), (), 7, {}, findings, (), (), 1.0, {})


def test_a_run_that_showed_all_operations_and_failed_nowhere_passes() -> None:
    assert said(case()).endswith("verdict     PASSED")


def test_a_failed_test_fails_the_run_and_its_rule_is_named() -> None:
    text = said(case("failed", "GET-ORDER"), case())
    assert "broken      GET-ORDER\n" in text
    assert text.endswith("verdict     FAILED: failed tests 1, unexplained findings 0")


def test_a_finding_that_nobody_explained_fails_the_run() -> None:
    failure = Failure("GET /orders", "a_check", "Wrong", "It is wrong", "fuzzing", 200, "GET /orders", "{}", ())
    finding = Finding("one", "GET /orders", "a_check", 1, failure)
    assert said(case(), reports=(fuzz_report(finding),)).endswith("FAILED: failed tests 0, unexplained findings 1")


def test_a_run_that_left_an_operation_out_is_incomplete() -> None:
    text = said(case(), operations=OPERATIONS - {"GET /orders"})
    assert "operations  8 of 9" in text
    assert text.endswith("verdict     INCOMPLETE: not tested: GET /orders")


def test_an_operation_that_was_only_fuzzed_counts_as_tested() -> None:
    assert said(case(), operations=set(), reports=(fuzz_report(),)).endswith("PASSED")


def test_a_rule_whose_tests_were_skipped_does_not_count_as_shown() -> None:
    text = said(case(), case("skipped", "GET-ORDER"))
    assert "rules       1 of 3 shown in this run" in text
    assert "where the others are: UPSERT-LIMIT, GET-ORDER" in text


def test_a_run_that_was_interrupted_says_so_and_how_much_was_to_come() -> None:
    text = said(case(), interrupted=True, chosen=7)
    assert text.endswith("verdict     INTERRUPTED: stopped before 6 tests had run")


def test_a_run_that_was_interrupted_after_a_failure_has_failed_all_the_same() -> None:
    assert "verdict     FAILED: failed tests 1" in said(case("failed"), interrupted=True, chosen=7)


def test_a_run_without_a_test_is_incomplete() -> None:
    assert "verdict     INCOMPLETE" in said()


def test_what_was_left_out_is_said() -> None:
    assert "left out    system, which needs a sandbox" in said(case(), left_out=["system, which needs a sandbox"])
    assert "left out    3 tests that were not chosen" in said(case(), deselected=3)
    assert "left out" not in said(case())


# ---------------------------------------------------------------------- what it looks like


LEDGER = ledger.rules(ledger.LEDGER.read_text(encoding="utf-8"))
ALL_REVIEWED = read_reviewed(REVIEWED.read_text(encoding="utf-8"))
UNEXPLAINED = "https://service.invalid/" + "a-path-without-an-end/" * 9


def finding(target: str) -> list[Finding]:
    """Give a finding of each reviewed kind, and one that nobody explained."""
    known = [entry for entry in ALL_REVIEWED if entry.target == target]
    failure = Failure("GET /orders", "a_check", "Wrong", UNEXPLAINED, "fuzzing", 200, "GET /orders", "見本 " * 60, ())
    found = [Finding(entry.id, entry.operation, entry.check, 1, failure, entry) for entry in known]
    return [*found, Finding("GET /orders a_check 200", "GET /orders", "a_check", 1, failure)]


def shown(*, terminal: bool) -> list[str]:
    """Print the verdict on a run of all rules, half of them broken, and return its lines without their colours."""
    targets = ("mock", "sandbox", "client")
    cases = [
        Case(f"test_{number}", (id_,), target, outcome)
        for number, id_ in enumerate(LEDGER)
        for target in targets
        for outcome in ("passed", *(["failed"] * 12 if number % 2 else ["skipped"]))
    ]
    settings = {"seed": "20261101", "examples an operation": "20"}
    reports = [
        FuzzReport(target, tuple(OPERATIONS), (), 2511, {}, tuple(finding(target)), (), (), 31.0, settings)
        for target in targets[:2]
    ]
    verdict = Verdict(LEDGER, cases, set(OPERATIONS), folder=Path("reports") / "run-20261125-073732.104233-26331")
    verdict.requests.update(mock=8120, sandbox=20410)
    console = Console(
        width=printing.WIDTH, file=io.StringIO(), force_terminal=terminal, color_system="standard" if terminal else None
    )
    printing.show(verdict.summary(reports), console)
    assert isinstance(console.file, io.StringIO)
    return re.sub(r"\x1b\[[\d;]*m", "", console.file.getvalue()).splitlines()


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("terminal", [True, False], ids=["in a terminal", "piped"])
def test_no_line_is_longer_than_80_columns(terminal: bool) -> None:
    assert [line for line in shown(terminal=terminal) if cell_len(line) > 80] == []


def test_each_rule_is_told_in_full() -> None:
    lines = shown(terminal=False)
    [heading] = [line for line in lines if "what it says" in line]
    told = squeezed("".join(line[: heading.index("mock")] for line in lines))
    assert [id_ for id_, rule in LEDGER.items() if squeezed(id_ + rule.text) not in told] == []


def test_each_reason_and_each_finding_is_told_in_full() -> None:
    lines = shown(terminal=False)
    [heading] = [line for line in lines if "reason" in line and "fault of" in line]
    start, fault, reason = (heading.index(name) for name in ("finding", "fault of", "reason"))
    reasons = squeezed("".join(line[reason:] for line in lines))
    names = squeezed("".join(line[start:fault] for line in lines))
    assert [entry.id for entry in ALL_REVIEWED if squeezed(entry.reason) not in reasons] == []
    assert [entry.id for entry in ALL_REVIEWED if entry.id not in names or squeezed(entry.operation) not in names] == []
    assert squeezed("".join(lines)).count(squeezed(UNEXPLAINED)) == 2


def test_each_cause_is_named_in_the_end() -> None:
    lines = shown(terminal=False)
    causes = [line.strip() for line in lines[next(n for n, line in enumerate(lines) if line.startswith("broken")) :]]
    told = " ".join(causes).removeprefix("broken").partition("verdict")[0]
    broken = set(list(LEDGER)[1::2])
    roots = {rule for rule in broken if not foundations().below(rule) & broken}
    assert set(re.findall(r"[A-Z]+(?:-[A-Z]+)+", told)) == roots


def test_the_seed_of_the_fuzzing_is_told() -> None:
    assert any(re.search(r"seed\s+20261101\s+20261101", line) for line in shown(terminal=False))
