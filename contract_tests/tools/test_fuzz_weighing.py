"""What Schemathesis reports is weighed against the reviewed list: nothing new passes, and nothing old stays."""

import base64
import json
from typing import Any

import pytest

import fuzz
import schemas
from fuzz import FuzzReport, Reviewed, read_reviewed, weigh

Json = dict[str, Any]
EXPECTED = ("GET /orders", "POST /orders")
NO_WARNINGS: Json = {"warnings": {"missing_test_data": []}, "running_time": 1.5}


def encoded(text: str) -> Json:
    return {"$base64": base64.b64encode(text.encode()).decode()}


def case(name: str, method: str = "GET", parent: str | None = None) -> Json:
    return {"value": {"method": method, "path": "/orders", "id": name}, "parent_id": parent}


def interaction(uri: str, status: int = 200, method: str = "GET", body: str = "", answer: str = "{}") -> Json:
    headers = {"Authorization": ["[Filtered]"], "Content-Type": ["application/json"], "X-Empty": [""]}
    request = {"method": method, "uri": f"http://127.0.0.1:1{uri}", "headers": headers}
    if body:
        request["body"] = encoded(body)
    return {"request": request, "response": {"status_code": status, "content": encoded(answer)}}


def failed(operation: str = "GET /orders", check: str = "negative_data_rejection", **told: str) -> Json:
    failure = {"operation": operation, "title": "Accepted", "message": "Should have been rejected", **told}
    return {"name": check, "status": "failure", "failure_info": {"failure": failure}}


PASSED = {"name": "not_a_server_error", "status": "success"}


def event(cases: Json, interactions: Json, checks: Json) -> str:
    recorder = {"label": "GET /orders", "cases": cases, "interactions": interactions, "checks": checks}
    return json.dumps({"ScenarioFinished": {"phase": "coverage", "recorder": recorder}})


def one_failure(uri: str = "/orders?status=", **told: str) -> str:
    return event({"a": case("a")}, {"a": interaction(uri)}, {"a": [PASSED, failed(**told)]})


def weighed(*events: str, reviewed: tuple[Reviewed, ...] = (), result: Json = NO_WARNINGS) -> FuzzReport:
    good = [
        event({"g": case("g", method)}, {"g": interaction("/orders", method=method)}, {"g": [PASSED]})
        for method in ("GET", "POST")
    ]
    return weigh("mock", [*events, *good], result, EXPECTED, reviewed, {"seed": "1"})


def entry(**changes: Any) -> Reviewed:
    known: Json = {
        "id": "empty-filter",
        "target": "mock",
        "operation": "GET /orders",
        "check": "negative_data_rejection",
        "fault": "mock",
        "reason": "It ignores empty values.",
        "request": "[?&]status=(&|\n)",
    }
    return Reviewed(**known | changes)


def test_a_failure_that_an_entry_explains_is_a_reviewed_finding() -> None:
    report = weighed(one_failure(), reviewed=(entry(),))
    assert [(finding.id, finding.reviewed) for finding in report.findings] == [("empty-filter", entry())]
    assert report.passed
    assert report.problems() == []


def test_a_failure_that_nobody_reviewed_keeps_the_run_from_passing() -> None:
    report = weighed(one_failure())
    assert [finding.operation for finding in report.unexplained] == ["GET /orders"]
    assert not report.passed


@pytest.mark.parametrize(
    "other",
    [
        {"operation": "POST /orders"},
        {"check": "ignored_auth"},
        {"target": "sandbox"},
        {"status": 201},
        {"request": "[?&]sort="},
        {"message": "in header"},
        {"answer": "Invalid"},
    ],
)
def test_an_entry_of_something_else_explains_nothing(other: Json) -> None:
    assert len(weighed(one_failure(), reviewed=(entry(**other),)).unexplained) == 1


def test_an_accepted_finding_does_not_hide_another_one_of_its_operation_and_check() -> None:
    report = weighed(one_failure(), one_failure("/orders?page_size=0"), reviewed=(entry(),))
    assert [finding.first.request.splitlines()[0] for finding in report.unexplained] == ["GET /orders?page_size=0"]


def test_an_entry_that_no_longer_occurs_keeps_the_run_from_passing() -> None:
    report = weighed(reviewed=(entry(),))
    assert report.stale == (entry(),)
    assert not report.passed
    assert "empty-filter" in report.problems()[0]


def test_each_operation_of_an_item_has_to_show_its_finding() -> None:
    both = (entry(), entry(operation="POST /orders"))
    assert [found.operation for found in weighed(one_failure(), reviewed=both).stale] == ["POST /orders"]


def test_an_entry_of_another_target_is_not_missed() -> None:
    assert weighed(reviewed=(entry(target="sandbox"),)).passed


def test_failures_that_say_the_same_of_other_values_are_one_finding_with_their_number() -> None:
    failures = [one_failure(message=f"name is a required property\n\nValue:\n{value}") for value in (1, 2)]
    (finding,) = weighed(*failures).findings
    assert finding.count == 2


def test_failures_that_say_something_else_are_findings_of_their_own() -> None:
    assert len(weighed(one_failure(message="name is missing"), one_failure(message="id is missing")).findings) == 2


def test_an_operation_of_the_spec_that_was_not_tested_keeps_the_run_from_passing() -> None:
    report = weigh("mock", [one_failure()], NO_WARNINGS, EXPECTED, (entry(),), {})
    assert (report.operations, report.missed) == (("GET /orders",), ("POST /orders",))
    assert not report.passed


def test_a_case_without_an_answer_does_not_count_as_tested() -> None:
    unanswered = event({"a": case("a")}, {}, {})
    assert weigh("mock", [unanswered], NO_WARNINGS, EXPECTED, (), {}).operations == ()


def test_a_warning_of_schemathesis_keeps_the_run_from_passing() -> None:
    result = NO_WARNINGS | {"warnings": {"missing_test_data": ["GET /orders"]}}
    report = weighed(result=result)
    assert report.warnings == ("missing_test_data: GET /orders",)
    assert not report.passed


def test_checks_are_counted_by_name_and_outcome() -> None:
    assert weighed(one_failure()).checks == {"negative_data_rejection": (0, 1), "not_a_server_error": (3, 0)}


def test_a_finding_tells_the_steps_the_answer_and_what_to_do() -> None:
    cases = {"a": case("a", "POST"), "b": case("b", parent="a")}
    interactions = {
        "a": interaction("/orders", 201, "POST", body='[{"name": "it\'s"}]'),
        "b": interaction("/orders?page_size=0", answer='{"data": []}'),
    }
    text = str(weighed(event(cases, interactions, {"b": [failed()]})).unexplained[0])
    posted, listed = [line.strip() for line in text.splitlines() if "curl" in line]
    assert posted.startswith("curl -X POST")
    assert "http://127.0.0.1:1/orders" in posted
    assert "page_size=0" in listed
    assert '{"data": []}' in text
    assert "What to do" in text


def test_a_shown_request_takes_the_credentials_from_the_environment() -> None:
    text = str(weighed(one_failure()).unexplained[0])
    assert "Authorization" not in text
    assert '-u "$SENDCLOUD_PUBLIC_KEY:$SENDCLOUD_SECRET_KEY"' in text


def test_the_request_of_a_check_itself_is_the_one_that_failed() -> None:
    cases = {"a": case("a"), "probe": case("probe", parent="a")}
    interactions = {"a": interaction("/orders"), "probe": interaction("/orders?without=credentials", 204)}
    (finding,) = weighed(event(cases, interactions, {"a": [failed(case_id="probe")]})).findings
    assert finding.first.status == 204


def test_a_long_body_is_cut_in_the_text_and_whole_for_the_review() -> None:
    body = "x" * 5000 + "END"
    events = event({"a": case("a")}, {"a": interaction("/orders", method="POST", body=body)}, {"a": [failed()]})
    report = weighed(events, reviewed=(entry(request="END$"),))
    assert report.unexplained == ()
    assert len(str(report.findings[0])) < 5000


def listed(**changes: object) -> str:
    item: Json = {
        "id": "x",
        "target": "mock",
        "operations": ["GET /orders", "POST /orders"],
        "check": "c",
        "fault": "mock",
        "reason": "Because.",
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in (item | changes).items() if value is not None]
    return "\n".join(["[[finding]]", *lines])


def test_an_item_of_the_reviewed_list_is_an_entry_for_each_of_its_operations() -> None:
    assert [found.operation for found in read_reviewed(listed())] == ["GET /orders", "POST /orders"]


@pytest.mark.parametrize(
    "text",
    [
        listed(reason="  "),
        listed(operations=[]),
        listed(check=None),
        listed(chek="c"),
        listed(request="(", id="x"),
        listed() + "\n" + listed(),
    ],
    ids=["no reason", "no operation", "no check", "unknown field", "no expression", "given twice"],
)
def test_a_reviewed_list_that_is_not_in_order_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="x"):
        read_reviewed(text)


def test_the_reviewed_list_names_only_operations_of_the_spec() -> None:
    known = fuzz.operations(schemas.document())
    entries = read_reviewed(fuzz.findings.REVIEWED.read_text(encoding="utf-8"))
    assert entries
    assert {found.operation for found in entries} <= set(known)
    assert {found.target for found in entries} == {"mock", "sandbox"}
    assert {found.fault for found in entries} <= {"mock", "schema"}
