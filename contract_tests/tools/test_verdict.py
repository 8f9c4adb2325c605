"""The verdict passes a run only when all that it is about was shown, and says what was not."""

from typing import Any

from fuzz import FuzzReport
from fuzz.findings import Failure, Finding
from ledger import Rule
from suite.verdict import Case, Verdict

OPERATIONS = {"POST /orders", "GET /orders", "GET /orders/{id}", "PATCH /orders/{id}", "DELETE /orders/{id}"}
RULES = {name: Rule(name, "What it says.", "high", "sandbox") for name in ("UPSERT-KEY", "UPSERT-LIMIT", "GET-ORDER")}


def said(*cases: Case, operations: set[str] = OPERATIONS, reports: tuple[FuzzReport, ...] = (), **more: Any) -> str:
    verdict = Verdict(RULES, list(cases), set(operations), **more)
    return "\n".join(line.plain for line in verdict.summary(list(reports)))


def case(outcome: str = "passed", *rules: str) -> Case:
    return Case(f"test_{outcome}", rules or ("UPSERT-KEY",), "sandbox", outcome)


def fuzz_report(*findings: Finding) -> FuzzReport:
    return FuzzReport("mock", tuple(OPERATIONS), (), 7, {}, findings, (), (), 1.0, {})


def test_a_run_that_showed_all_operations_and_failed_nowhere_passes() -> None:
    assert said(case()).endswith("verdict     PASSED")


def test_a_failed_test_fails_the_run_and_its_rules_are_named_in_the_sequence_of_the_ledger() -> None:
    text = said(case("failed", "GET-ORDER", "UPSERT-LIMIT"), case())
    assert "broken      UPSERT-LIMIT, GET-ORDER" in text
    assert text.endswith("verdict     FAILED: failed tests 1, unexplained findings 0")


def test_a_finding_that_nobody_explained_fails_the_run() -> None:
    failure = Failure("GET /orders", "a_check", "Wrong", "It is wrong", "fuzzing", 200, "GET /orders", "{}", ())
    finding = Finding("one", "GET /orders", "a_check", 1, failure)
    assert said(case(), reports=(fuzz_report(finding),)).endswith("FAILED: failed tests 0, unexplained findings 1")


def test_a_run_that_left_an_operation_out_is_incomplete() -> None:
    text = said(case(), operations=OPERATIONS - {"GET /orders"})
    assert "operations  4 of 5" in text
    assert text.endswith("verdict     INCOMPLETE: not tested: GET /orders")


def test_an_operation_that_was_only_fuzzed_counts_as_tested() -> None:
    assert said(case(), operations=set(), reports=(fuzz_report(),)).endswith("PASSED")


def test_a_rule_whose_tests_were_skipped_does_not_count_as_shown() -> None:
    text = said(case(), case("skipped", "GET-ORDER"))
    assert "rules       1 of 3 shown in this run" in text
    assert "where the others are: UPSERT-LIMIT, GET-ORDER" in text


def test_what_was_left_out_is_said() -> None:
    assert "left out    system, which needs a sandbox" in said(case(), left_out="system, which needs a sandbox")
    assert "left out" not in said(case())
