"""Made-up contract runs, to see what their verdict and their page look like. No server was asked."""

from datetime import datetime
from typing import Any

from fuzz import Failure, Finding, FuzzReport, read_reviewed
from fuzz.findings import REVIEWED
from ledger import RULES
from suite.case import CLIENT, Case
from suite.exchange import Exchange
from suite.summary import Summary

BASE_URL = "https://staging.shop.example/api/v3"
OPERATIONS = (
    *("POST /orders", "GET /orders", "GET /orders/{id}", "PATCH /orders/{id}", "DELETE /orders/{id}"),
    *("POST /orders/create-label-sync", "POST /orders/create-labels-async"),
    *("GET /integrations", "GET /integrations/{id}"),
)
# Nothing breaks such a line but a browser that is told to.
LONG = "contract-1128034250-48fbf630-" + "0123456789" * 12
SENT = '{\n "order_id": "' + LONG + '",\n "order_number": "N-7"\n}'
EXCHANGE = Exchange(
    "GET",
    f"/orders?cursor={LONG}&page_size=200",
    200,
    SENT,
    '{\n "data": [\n  "[an order of somebody else]"\n ]\n}',
    f'curl -X GET -u "$SENDCLOUD_PUBLIC_KEY:$SENDCLOUD_SECRET_KEY" "$TARGET"\'/orders?cursor={LONG}\'',
)


def case(rule: str, outcome: str = "passed", target: str = "foreign", **more: Any) -> Case:
    """Return a test of a rule."""
    name = f"suite/test_made_up.py::test_{rule.lower().replace('-', '_')}_holds[{target}]"
    return Case(name, (rule,), target, outcome, **{"seconds": 0.2, **more})


def summary(*cases: Case, **more: Any) -> Summary:
    """Return what a run of these tests came to."""
    facts: dict[str, Any] = {
        "rules": RULES,
        "cases": cases,
        "fuzzed": (),
        "called": frozenset(OPERATIONS),
        "requests": {"foreign": 812},
        "began": datetime(2026, 11, 28, 9, 5),
        "seconds": 98.4,
        "addresses": {"foreign": BASE_URL},
    }
    return Summary(**{**facts, **more})


def passed() -> Summary:
    """Return a run on our own servers that showed every rule."""
    reviewed = read_reviewed(REVIEWED.read_text(encoding="utf-8"))
    failure = Failure("GET /orders", "a_check", "Odd", "It is odd", "fuzzing", 200, "GET /orders", "{}", ("curl",))
    found = tuple(Finding(one.id, one.operation, one.check, 3, failure, one) for one in reviewed)
    report = FuzzReport("mock", OPERATIONS, (), 2511, {}, found, (), (), 31.0, {"seed": "20261101"})
    cases = [case(id_, target=name) for id_ in RULES for name in ("mock", "sandbox", CLIENT)]
    return summary(*cases, fuzzed=(report,), requests={"mock": 8120, "sandbox": 20410}, addresses={})


def broken() -> Summary:
    """Return a run on a foreign server on which much broke, with a finding that nobody explained."""
    failing: dict[str, Any] = {"outcome": "failed", "shown": (EXCHANGE, EXCHANGE), "uses": ("shelf",)}
    cases = [case(id_) for id_ in RULES if not id_.startswith(("LIST", "UPSERT-LIMIT"))]
    cases += [case(id_, message=f"assert {LONG!r} in []", **failing) for id_ in RULES if id_.startswith("LIST")]
    cases.append(case("UPSERT-LIMIT", "failed", message="AssertionError: 90 of 100\nare there", shown=(EXCHANGE,)))
    cases.append(case("UPSERT-MAIL", "skipped", message="undocumented by the service: not held against it"))
    failure = Failure("GET /orders", "a_check", "Wrong", f"It is {LONG}", "fuzzing", 200, "GET /", "{}", ("curl",))
    finding = Finding("a_check: GET /orders 200", "GET /orders", "a_check", 1, failure)
    report = FuzzReport("sandbox", OPERATIONS, (), 251, {}, (finding,), (), (), 3.0, {"seed": "7"})
    left_out = ("contract_tests/system, which needs this project's own mock and sandbox",)
    return summary(*cases, fuzzed=(report,), left_out=left_out)


def interrupted() -> Summary:
    """Return a run that was stopped before its first test had ended."""
    return summary(called=frozenset(), requests={}, addresses={}, unrun=160, interrupted=True, seconds=1.2)
