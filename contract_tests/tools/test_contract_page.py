"""The page of a run tells all that is known of it: of one that passed, that broke, that was stopped, on any server."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from doubles import contract_runs
from doubles.contract_runs import BASE_URL, EXCHANGE, LONG, case
from fuzz import read_reviewed
from fuzz.findings import REVIEWED
from ledger import LEDGER, RULES
from suite import page
from suite.summary import Summary


def text_of(summary: Summary, folder: Path) -> str:
    """Return what a person reads on the page of a run."""
    place = folder / "reports" / "run-1" / "contract.html"
    place.parent.mkdir(parents=True, exist_ok=True)
    page.write(summary, place)
    body = re.sub(r"<(style|script)>.*?</\1>", "", place.read_text(encoding="utf-8"), flags=re.DOTALL)
    body = re.sub(r"</(td|th|li|p|h\d|dd|pre)>", " ", body)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", body)))


def section(text: str, heading: str, following: str) -> str:
    return text.rpartition(f" {heading} ")[2].partition(f" {following} ")[0]


def test_the_verdict_is_the_first_word_after_the_title(tmp_path: Path) -> None:
    text = text_of(contract_runs.broken(), tmp_path)
    assert f"Contract of Sendcloud orders v3 FAILED On {BASE_URL} 15 tests failed; the cause: UPSERT-LIMIT." in text
    assert "28 November 2026, 09:05" in text
    assert "1 min 38 s" in text


def test_a_run_that_passed_says_on_what(tmp_path: Path) -> None:
    text = text_of(contract_runs.passed(), tmp_path)
    assert "PASSED Nothing that was tried on the mock, the sandbox and the client breaks a rule" in text
    assert f"{len(RULES)} of {len(RULES)} rules were shown" in text
    assert "What broke" not in text


def test_a_run_that_was_stopped_says_so(tmp_path: Path) -> None:
    text = text_of(contract_runs.interrupted(), tmp_path)
    assert "INTERRUPTED The run was stopped with 160 of its tests to come" in text
    assert "No test ran." in text


def test_a_run_that_was_stopped_after_a_failure_says_both(tmp_path: Path) -> None:
    stopped = contract_runs.summary(case("GET-ORDER", "failed", message="no"), interrupted=True, unrun=7)
    text = text_of(stopped, tmp_path)
    assert "1 test failed; the cause: GET-ORDER." in text
    assert "stopped before 7 tests had run." in text


def test_a_cause_is_told_with_its_rule_the_exchange_that_shows_it_and_the_command_for_it(tmp_path: Path) -> None:
    broke = section(text_of(contract_runs.broken(), tmp_path), "What broke", "Rules and targets")
    assert RULES["UPSERT-LIMIT"].text.replace("`", "") in broke
    assert "90 of 100 are there" in broke
    for told in (f"{EXCHANGE.method} {EXCHANGE.path}", EXCHANGE.sent, EXCHANGE.answer, EXCHANGE.curl):
        assert re.sub(r"\s+", " ", told) in broke
    following = len([id_ for id_ in RULES if id_.startswith("LIST")])
    assert f"{following} more rules are not shown because of it" in broke


def test_causes_that_do_not_follow_from_each_other_are_told_as_several(tmp_path: Path) -> None:
    failed = [case(id_, "failed", message="no") for id_ in ("GET-MISSING", "PATCH-PHONE")]
    text = text_of(contract_runs.summary(*failed), tmp_path)
    assert "2 causes that do not follow from each other." in text


@pytest.mark.parametrize("run", [contract_runs.passed, contract_runs.broken, contract_runs.interrupted])
def test_each_rule_is_told_whole_with_its_source_and_where_it_is_proved(
    run: Callable[[], Summary], tmp_path: Path
) -> None:
    text = text_of(run(), tmp_path)
    for rule in RULES.values():
        told = f"Source: {rule.source}. How sure: {rule.sure}. Shown on: {rule.shown_on}. Proved by: {rule.proved_by}"
        assert rule.text.replace("`", "") in text
        assert told.replace("`", "") in text


def test_each_finding_is_told_with_its_reviewed_reason(tmp_path: Path) -> None:
    text = text_of(contract_runs.passed(), tmp_path)
    reviewed = read_reviewed(REVIEWED.read_text(encoding="utf-8"))
    assert [one.id for one in reviewed if re.sub(r"\s+", " ", one.reason) not in text] == []


def test_a_finding_that_nobody_explained_is_told_with_what_broke(tmp_path: Path) -> None:
    broke = section(text_of(contract_runs.broken(), tmp_path), "What broke", "Rules and targets")
    assert "Unexplained finding: Wrong GET /orders: Wrong (a_check, once, first in the phase fuzzing)" in broke
    assert f"It is {LONG}" in broke.partition("Unexplained")[2]


def test_skips_have_their_reasons_and_what_was_left_out_is_said(tmp_path: Path) -> None:
    left = text_of(contract_runs.broken(), tmp_path).rpartition("Left out and skipped")[2]
    assert "contract_tests/system, which needs this project's own mock and sandbox" in left
    assert "1 skipped undocumented by the service: not held against it upsert mail holds" in left


def test_the_slowest_tests_come_first(tmp_path: Path) -> None:
    cases = [case("GET-ORDER"), case("PATCH-MERGE")]
    slow = case("LIST-SORT", seconds=73.0)
    times = section(text_of(contract_runs.summary(*cases, slow), tmp_path), "Times", "Left out and skipped")
    assert times.index("list sort holds foreign passed 1 min 13 s") < times.index("get order holds")


def test_the_picture_has_a_text_for_whoever_does_not_see_it(tmp_path: Path) -> None:
    text = text_of(contract_runs.summary(case("GET-ORDER", "failed", message="no"), case("GET-MISSING")), tmp_path)
    assert "Get 1 passed, 1 broken" in text


def test_the_ledger_is_linked_as_seen_from_the_folder_of_all_reports(tmp_path: Path) -> None:
    text_of(contract_runs.passed(), tmp_path)
    page_text = (tmp_path / "reports" / "run-1" / "contract.html").read_text(encoding="utf-8")
    [link] = {href.partition("#")[0] for href in re.findall(r'href="([^"]*LEDGER\.md[^"]*)"', page_text)}
    assert (tmp_path / "reports" / link).resolve() == LEDGER.resolve()
