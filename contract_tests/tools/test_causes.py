"""One fault of a server is told as one: what broke, and what follows from it."""

from pathlib import Path
from typing import Any

import pytest

from ledger import LEDGER, proofs, rules
from suite.case import Case
from suite.causes import REVIEWED, Foundations, causes_of, foundations
from suite.exchange import Exchange
from suite.verdict import case_of

RULES = rules(LEDGER.read_text(encoding="utf-8"))
KNOWN = Foundations(
    {"LIST-SORT": ("LIST-COMPLETE",), "LIST-COMPLETE": ("UPSERT-LIMIT",), "PATCH-MERGE": ("GET-ORDER",)},
    {"shelf": ("UPSERT-LIMIT",)},
    {"order_id": ("LIST-ORDER-ID",), "order_updated_at": ("LIST-UPDATED",)},
    {"test_refusals": ("GET-MISSING",)},
    {"refused": ("UPSERT-BOUNDS",), "accepted": ("UPSERT-ATOMIC",)},
)


def case(outcome: str, *rules: str, name: str = "", **more: Any) -> Case:
    return Case(f"test_it::{name or '-'.join(rules)}", rules, "foreign", outcome, **more)


def asked(method: str, path: str, status: int = 200) -> Exchange:
    return Exchange(method, path, status, "", "", "")


def told(*cases: Case) -> list[str]:
    return [str(cause) for cause in causes_of(cases, KNOWN)]


def test_a_run_without_a_failure_has_no_cause() -> None:
    assert told(case("passed", "LIST-SORT"), case("skipped", "UPSERT-LIMIT")) == []


def test_a_rule_follows_from_a_broken_one_that_it_rests_on_however_far_below() -> None:
    failed = case("failed", "LIST-SORT"), case("failed", "LIST-COMPLETE"), case("failed", "UPSERT-LIMIT")
    assert told(*failed) == ["UPSERT-LIMIT; 2 more follow from it"]


def test_a_rule_that_half_of_its_tests_speak_for_explains_all_the_same_what_rests_on_it() -> None:
    lists = [case("failed", "LIST-SORT", name=f"{number}", uses=("shelf",)) for number in range(5)]
    lost = case("failed", "UPSERT-LIMIT"), case("passed", "UPSERT-LIMIT", name="luck")
    assert told(*lists, *lost) == ["UPSERT-LIMIT; 1 more follows from it"]


def test_a_rule_below_that_holds_explains_nothing() -> None:
    assert told(case("failed", "LIST-SORT"), case("passed", "UPSERT-LIMIT")) == ["LIST-SORT"]


def test_rules_that_do_not_rest_on_each_other_are_several_causes_the_one_that_explains_more_first() -> None:
    failed = case("failed", "GET-ORDER"), case("failed", "LIST-COMPLETE"), case("failed", "LIST-SORT")
    assert told(*failed) == ["LIST-COMPLETE; 1 more follows from it", "GET-ORDER"]


def test_what_a_fixture_rests_on_explains_every_test_that_uses_it() -> None:
    failed = case("failed", "UPSERT-LIMIT"), case("failed", "GET-ORDER", uses=("shelf",))
    assert told(*failed) == ["UPSERT-LIMIT; 1 more follows from it"]


def test_a_test_of_two_rules_speaks_against_the_one_that_no_other_test_speaks_for() -> None:
    cases = case("failed", "LIST-SORT", "GET-ORDER"), case("passed", "LIST-SORT", name="other")
    assert told(*cases) == ["GET-ORDER"]


def test_a_test_of_two_rules_speaks_against_the_first_where_nothing_tells_them_apart() -> None:
    assert told(case("failed", "LIST-SORT", "GET-ORDER")) == ["LIST-SORT"]


def test_a_rule_that_comes_second_counts_half_of_one_that_comes_first() -> None:
    both = [case("failed", "LIST-SORT", "GET-ORDER", name=f"{number}") for number in range(2)]
    held = [case("passed", rule, name=f"held {number}") for rule in ("LIST-SORT", "GET-ORDER") for number in range(2)]
    assert told(*both, *held, case("passed", "LIST-SORT")) == ["LIST-SORT"]


def test_a_test_that_runs_for_one_of_its_rules_speaks_against_that_one() -> None:
    assert told(case("failed", "LIST-CREATED", "LIST-UPDATED", name="test_days[order_updated_at]")) == ["LIST-UPDATED"]


def test_a_failure_that_names_a_rule_speaks_against_it() -> None:
    failed = [case("failed", "LIST-SORT", message="expected 201 (UPSERT-LIMIT), got 404")]
    others = [case("passed", "LIST-SORT", name=f"{number}") for number in range(3)]
    assert told(*failed, *others) == ["UPSERT-LIMIT"]


def test_a_test_that_did_not_get_beyond_its_fixtures_says_nothing_about_its_own_rules() -> None:
    unset = case("failed", "LIST-SORT", unset=True, message="order 7 could not be read (GET-ORDER)")
    assert told(unset) == ["GET-ORDER"]


def test_a_fixture_that_fails_without_naming_a_rule_is_told_under_the_rule_of_its_test() -> None:
    assert told(case("failed", "LIST-SORT", unset=True, message="no connection")) == ["LIST-SORT"]


def test_a_test_that_asks_about_other_rules_besides_follows_from_one_that_is_broken() -> None:
    gathering = case("failed", "ERROR-ENVELOPE", name="test_refusals")
    held = [case("passed", "ERROR-ENVELOPE", name=f"{number}") for number in range(3)]
    causes = causes_of([gathering, *held, case("failed", "GET-MISSING")], KNOWN)
    assert [(cause.rule, [*cause.followers]) for cause in causes] == [("GET-MISSING", ["ERROR-ENVELOPE"])]


def test_a_test_that_asks_with_a_filter_follows_from_a_broken_one() -> None:
    looked_up = case("failed", "UPSERT-KEY", shown=(asked("GET", "/orders?order_id=7&page_size=2"),))
    filtered = [case("failed", "LIST-ORDER-ID", name=f"{number}") for number in range(2)]
    assert told(looked_up, *filtered) == ["LIST-ORDER-ID; 1 more follows from it"]


def test_a_filter_that_a_test_did_not_ask_with_explains_nothing() -> None:
    looked_up = case("failed", "UPSERT-KEY", shown=(asked("GET", "/orders?status=order_id"),))
    assert sorted(told(looked_up, case("failed", "LIST-ORDER-ID"))) == ["LIST-ORDER-ID", "UPSERT-KEY"]


@pytest.mark.parametrize(("status", "cause"), [(400, "UPSERT-ATOMIC"), (201, "UPSERT-BOUNDS")])
def test_the_answer_to_a_write_tells_whether_what_it_refuses_or_how_is_at_fault(status: int, cause: str) -> None:
    shown = asked("POST", "/orders", status), asked("GET", "/orders/7")
    assert told(case("failed", "UPSERT-ATOMIC", "UPSERT-BOUNDS", shown=shown)) == [cause]


def test_a_test_of_one_rule_alone_speaks_against_it_whatever_the_answer() -> None:
    assert told(case("failed", "UPSERT-BOUNDS", shown=(asked("POST", "/orders", 400),))) == ["UPSERT-BOUNDS"]


def test_a_failure_that_names_one_of_its_own_rules_speaks_against_that_one() -> None:
    named = case("failed", "LIST-SORT", "GET-ORDER", message="read, but not as sent (GET-ORDER)")
    assert told(named) == ["GET-ORDER"]


def test_a_fault_in_one_place_is_told_though_most_tests_of_its_rule_pass() -> None:
    lists = [case("failed", f"LIST-{number}", uses=("shelf",)) for number in range(6)]
    seen = [case("failed", "LIST-SORT", name="first"), case("failed", "LIST-SORT", "UPSERT-LIMIT", name="second")]
    held = [case("passed", "UPSERT-LIMIT", name=f"{number}") for number in range(2)]
    assert told(*lists, *seen, *held) == ["UPSERT-LIMIT; 7 more follow from it"]


def test_a_failing_clean_up_follows_from_what_it_needs() -> None:
    known = Foundations({}, {"clean_up": ("DELETE-ORDER",)})
    clean_up = case_of(pytest.TestReport("suite/test_x.py::test_y", ("", 0, ""), {}, "failed", "E left", "teardown"))
    [cause] = causes_of([case("failed", "DELETE-ORDER"), clean_up], known)
    assert cause.told == (case("failed", "DELETE-ORDER"), clean_up)


def test_a_failure_of_no_rule_is_told_in_its_own_words() -> None:
    failed = case("failed", name="clean-up", message="AssertionError: could not take back:\n7")
    assert told(failed, case("failed", "LIST-SORT")) == ["LIST-SORT", "no rule by name: could not take back:"]


def test_each_failed_test_is_told_once() -> None:
    cases = [case("failed", *pair) for pair in (["LIST-SORT"], ["LIST-COMPLETE", "GET-ORDER"], ["GET-ORDER"], [])]
    causes = causes_of(cases, KNOWN)
    told = [one for cause in causes for group in (cause.cases, *cause.followers.values()) for one in group]
    assert sorted(told, key=cases.index) == cases


# ---------------------------------------------------------------------- the reviewed table


def test_the_reviewed_table_names_rules_of_the_ledger_alone() -> None:
    known = foundations()
    named = {*known.rules, *(id_ for part in vars(known).values() for ids in part.values() for id_ in ids)}
    assert named - RULES.keys() == set()


@pytest.mark.parametrize("rule", sorted(foundations().rules))
def test_no_rule_rests_on_itself(rule: str) -> None:
    assert rule not in foundations().below(rule)


def test_each_rule_of_the_suite_rests_on_something_or_is_rested_on() -> None:
    known = foundations()
    standing = {*known.rules, *(id_ for ids in known.rules.values() for id_ in ids)}
    of_the_suite = {id_ for id_, files in proofs().items() if any(file.startswith("suite/") for file in files)}
    assert of_the_suite - standing == set()


def test_the_reviewed_table_names_tests_and_fixtures_that_there_are() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(REVIEWED).parent.glob("*.py"))
    names = [*foundations().fixtures, *foundations().gathered]
    assert [name for name in names if f"def {name}(" not in source] == []
