"""The sandbox remembers what was said to it, in bounded memory and without a credential, and which rule refused it."""

from __future__ import annotations

import inspect
import json
import re
from decimal import Decimal
from typing import Any

import httpx
import pytest

from doubles.sandbox_client import PLAIN, Api
from ledger import RULES
from orders.factory import order, orders
from sendcloud_orders_sandbox import Policies, Sandbox, problems, recording
from sendcloud_orders_sandbox.problems import Problem

LABELS = {"integration_id": 41, "orders": [{"order_id": "x"}]}
NAMED = re.compile(r"Rule: ([A-Z]+(?:-[A-Z]+)+)\.")


def control(sandbox: Sandbox, name: str) -> Any:
    """Read a control path."""
    response = httpx.get(f"{sandbox.control_url}/{name}", auth=(sandbox.public_key, sandbox.secret_key), **PLAIN)
    assert response.is_success, response.text
    return response.json()


def test_a_request_is_remembered_with_both_bodies(api: Api, sandbox: Sandbox) -> None:
    api.upsert(order("A"), order("B"))
    (request,) = sandbox.requests
    assert json.loads(request.body) == [order("A"), order("B")]
    assert [one["order_id"] for one in json.loads(request.answer)["data"]] == ["A", "B"]
    assert request.seconds is not None


def test_the_orders_of_a_request_are_documents_with_the_digits_that_were_sent(api: Api, sandbox: Sandbox) -> None:
    api.create(order("A"))
    api.patch("/orders/669", json={"order_number": "B"})
    api.get("/orders")
    api.post("/orders", content=b"[{", headers={"Content-Type": "application/json"})
    upsert, patch, read, broken = sandbox.requests
    assert [one["order_id"] for one in upsert.orders] == ["A"]
    assert upsert.orders[0]["payment_details"]["total_price"]["value"] == Decimal("19.9")
    assert patch.orders == [{"order_number": "B"}]
    assert (read.orders, broken.orders) == ([], [])


@pytest.mark.parametrize("fault", ["lost-before", "lost-after", "503", "html", "conflict"])
def test_what_met_a_fault_is_remembered_as_it_was_sent(api: Api, sandbox: Sandbox, fault: str) -> None:
    sandbox.faults.next(fault)
    try:
        answer = api.upsert(order("A")).content
    except httpx.RemoteProtocolError:
        answer = b""
    (request,) = sandbox.requests
    assert ([one["order_id"] for one in request.orders], request.answer) == (["A"], answer)


def test_no_credential_is_remembered(api: Api, sandbox: Sandbox) -> None:
    form = {"grant_type": "client_credentials", "client_secret": sandbox.secret_key}
    token = httpx.post(sandbox.token_url, data=form, auth=(sandbox.public_key, sandbox.secret_key), **PLAIN).json()
    with Api(sandbox, auth=None, headers={"Authorization": f"Bearer {token['access_token']}"}) as client:
        client.upsert(order())
    told = json.dumps(control(sandbox, "requests"))
    assert (sandbox.secret_key in told, token["access_token"] in told) == (False, False)
    assert [one["body"]["state"] for one in control(sandbox, "requests")] == ["withheld", "whole"]


def test_the_bodies_of_the_newest_requests_are_kept_and_those_of_older_ones_give_way(
    api: Api, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.upsert(order("A"))
    size = len(sandbox.requests[0].body) + len(sandbox.requests[0].answer)
    monkeypatch.setattr(recording, "BYTES_KEPT", 2 * size)
    api.upsert(order("B"))
    api.upsert(order("C"))
    assert [one["body"]["state"] for one in control(sandbox, "requests")] == ["forgotten", "whole", "whole"]
    with pytest.raises(ValueError, match="the body of request 1 is forgotten"):
        _ = sandbox.requests[0].orders


def test_a_long_body_is_cut_and_says_so(api: Api, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "LONGEST_KEPT", 11)
    api.post("/orders", content='["éééééé"]'.encode(), headers={"Content-Type": "application/json"})
    (request,) = sandbox.requests
    assert (len(request.body), request.sent.length) == (11, 16)
    # The cut goes through a letter.
    assert control(sandbox, "requests")[0]["body"] == {"state": "cut", "length": 16, "text": '["éééé'}
    with pytest.raises(ValueError, match="cut: 16 bytes"):
        _ = request.orders


def test_a_body_that_is_no_text_is_told_in_base64(api: Api, sandbox: Sandbox) -> None:
    api.post("/orders", content=b"\xff\x00", headers={"Content-Type": "application/json"})
    assert control(sandbox, "requests")[0]["body"] == {"state": "whole", "length": 2, "base64": "/wA="}


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 2, 3]),
        ("after=1", [2, 3]),
        ("after=1&limit=1", [2]),
        ("last=2", [2, 3]),
        ("last=0", []),
        ("limit=0", []),
    ],
)
def test_another_process_asks_for_the_requests_that_it_wants(
    api: Api, sandbox: Sandbox, query: str, numbers: list[int]
) -> None:
    for _ in range(3):
        api.get("/orders")
    assert [one["number"] for one in control(sandbox, f"requests?{query}")] == numbers


@pytest.mark.parametrize("query", ["after=x", "after=-1", "limit=1.5", "from=2"])
def test_a_range_that_makes_no_sense_is_refused(sandbox: Sandbox, query: str) -> None:
    keys = (sandbox.public_key, sandbox.secret_key)
    assert httpx.get(f"{sandbox.control_url}/requests?{query}", auth=keys, **PLAIN).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "body", "rule"),
    [
        ("POST", "/orders", {}, "UPSERT-LIST"),
        ("POST", "/orders", [{}], "UPSERT-REQUIRED"),
        ("POST", "/orders", [order("A", 77)], "UPSERT-ACCOUNT"),
        ("POST", "/orders", orders(101), "UPSERT-LIMIT"),
        ("POST", "/orders", [order("A", notes=5)], "UPSERT-BOUNDS"),
        (
            "POST",
            "/orders",
            [order("A", service_point_details={"id": "1", "carrier_service_point_id": "2"})],
            "UPSERT-SERVICE-POINT",
        ),
        ("POST", "/orders", [order("A" * 65)], "UPSERT-LONG-NAME"),
        ("GET", "/orders?order_created_at=x", None, "LIST-CREATED"),
        ("GET", "/orders?order_updated_at_min=x", None, "LIST-UPDATED"),
        ("GET", "/orders?integration=5", None, "LIST-INTEGRATION-UNKNOWN"),
        ("GET", "/orders?status=", None, "LIST-EMPTY-FILTER"),
        ("GET", "/orders?page_size=x", None, "LIST-PAGE-SIZE"),
        ("GET", "/orders/1", None, "GET-MISSING"),
        ("PATCH", "/orders/1", {}, "PATCH-MISSING"),
        ("GET", "/parcels", None, "ERROR-EDGE"),
        ("GET", "/integrations/5", None, "INTEGRATION-MISSING"),
        ("GET", "/integrations?sort=x", None, "INTEGRATION-SORT-UNKNOWN"),
        ("POST", "/orders/create-label-sync", {}, "LABEL-BODY"),
        ("POST", "/orders/create-label-sync", {"integration_id": 41, "order": {"order_id": "x"}}, "LABEL-MISSING"),
        ("POST", "/orders/create-labels-async", {"integration_id": 41, "orders": []}, "LABELS-LIMIT"),
        ("POST", "/orders/create-labels-async", LABELS | {"sender_address_id": 77}, "LABELS-SENDER"),
    ],
)
def test_a_refusal_is_remembered_with_its_rule_which_does_not_go_out(
    api: Api, sandbox: Sandbox, method: str, path: str, body: Any, rule: str
) -> None:
    sandbox.policies = Policies(page_size="reject", order_id_length=64, wrong_integration_sort="reject")
    answer = api.request(method, path, json=body)
    assert {problem.rule for problem in sandbox.requests[-1].problems} >= {rule}
    assert rule not in answer.text
    assert [one["detail"] for one in answer.json()["errors"]] == [one.detail for one in sandbox.requests[-1].problems]


def test_the_refusals_of_access_and_of_faults_have_rules_too(api: Api, sandbox: Sandbox) -> None:
    api.get("/orders", auth=None)
    for fault in ("429:0", "conflict", "409"):
        sandbox.faults.next(fault)
        api.upsert(order())
    rules = [[problem.rule for problem in request.problems] for request in sandbox.requests]
    assert rules == [["AUTH-REFUSED"], ["RATE-LIMIT"], ["UPSERT-CONFLICT"], ["UPSERT-CONFLICT"]]


def factories() -> dict[str, Any]:
    """Return the functions that word one refusal each, by name."""
    found = inspect.getmembers(problems, inspect.isfunction)
    return {name: one for name, one in found if inspect.signature(one).return_annotation == "Problem"}


@pytest.mark.parametrize("name", sorted(factories()))
def test_a_refusal_whose_words_name_a_rule_carries_it(name: str) -> None:
    factory = factories()[name]
    problem: Problem = factory(
        *[
            5 if "int" in str(one.annotation) else "x"
            for one in inspect.signature(factory).parameters.values()
            if one.default is one.empty
        ]
    )
    named = NAMED.search(factory.__doc__)
    assert problem.rule == (named[1] if named else "")
    assert problem.rule in {"", *RULES}
    assert "rule" not in problem.document()
