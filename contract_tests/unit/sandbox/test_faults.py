"""The sandbox fails on command, and it really happens on the wire."""

from __future__ import annotations

import json
import socket
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing, suppress

import httpx
import pytest

from doubles.sandbox_client import PLAIN, Api
from orders.factory import order
from sendcloud_orders_sandbox import Fault, FaultKind, Sandbox
from sendcloud_orders_sandbox.faults import Faults, UnknownFaultError

PROCESSED = {"lost-after", "500-after", "503-after", "520-after", "cut-body", "html", "malformed-json", "slow"}
UNANSWERED = {"lost-before", "lost-after", "cut-body"}


def bytes_on_the_wire(sandbox: Sandbox, fault: str) -> bytes:
    """Send an upsert over a bare socket, and return all bytes until the other end closes."""
    body = json.dumps([order()]).encode()
    keys = b64encode(f"{sandbox.public_key}:{sandbox.secret_key}".encode()).decode()
    head = (
        f"POST /api/v3/orders HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Basic {keys}\r\nX-Sandbox-Fault: {fault}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    host, port = sandbox.base_url.split("/")[2].split(":")
    with closing(socket.create_connection((host, int(port)), timeout=10)) as connection:
        connection.sendall(head.encode() + body)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return received


@pytest.mark.parametrize("kind", list(FaultKind))
def test_a_fault_stores_the_order_only_where_it_says_so(
    api: Api, sandbox: Sandbox, kind: FaultKind, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        api.upsert(order(), headers={"X-Sandbox-Fault": f"{kind}:0"})
        answered = True
    except httpx.RemoteProtocolError:
        answered = False
    assert bool(sandbox.orders()) == (kind in PROCESSED)
    assert answered == (kind not in UNANSWERED)
    assert sandbox.requests[-1].fault == kind
    assert api.get("/orders").status_code == 200
    # The server would complain of an app that leaves a request without an answer by mistake.
    assert caplog.messages == []


@pytest.mark.parametrize("fault", ["lost-before", "lost-after"])
def test_a_lost_request_gets_not_one_byte(sandbox: Sandbox, fault: str) -> None:
    assert bytes_on_the_wire(sandbox, fault) == b""
    assert sandbox.requests[-1].status is None


def test_a_cut_body_ends_before_its_length(sandbox: Sandbox) -> None:
    head, _, body = bytes_on_the_wire(sandbox, "cut-body").partition(b"\r\n\r\n")
    promised = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    assert head.startswith(b"HTTP/1.1 201 ")
    assert 0 < len(body) < int(promised.split(b":")[1])


@pytest.mark.parametrize("status", [500, 503, 520])
@pytest.mark.parametrize("when", ["", "-after"])
def test_a_server_error_is_a_page_of_its_status(api: Api, status: int, when: str) -> None:
    response = api.upsert(order(), headers={"X-Sandbox-Fault": f"{status}{when}"})
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")


@pytest.mark.rule("UPSERT-CONFLICT")
@pytest.mark.parametrize(("fault", "status"), [("conflict", 400), ("409", 409)])
def test_a_conflict_names_no_order_and_has_either_status(api: Api, fault: str, status: int) -> None:
    response = api.upsert(order(), headers={"X-Sandbox-Fault": fault})
    assert response.status_code == status
    assert response.json()["errors"] == [
        {
            "status": str(status),
            "code": "invalid",
            "detail": "We are still processing a previous request. Please try again in a moment.",
            "source": {"pointer": "/data"},
        }
    ]


def test_html_comes_with_status_200(api: Api) -> None:
    response = api.upsert(order(), headers={"X-Sandbox-Fault": "html"})
    assert (response.status_code, response.text[:9]) == (200, "<!DOCTYPE")


@pytest.mark.parametrize("fault", ["malformed-json", "cut-body"])
@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("DELETE", 200)])
def test_a_broken_body_never_reads_as_json(api: Api, fault: str, method: str, status: int) -> None:
    (known,) = api.create(order())
    with api.stream(method, f"/orders/{known}", headers={"X-Sandbox-Fault": fault}) as response:
        received = b""
        try:
            for chunk in response.iter_bytes():
                received += chunk
        except httpx.RemoteProtocolError:
            assert fault == "cut-body"
    assert response.status_code == status
    with pytest.raises(ValueError, match=r"."):
        json.loads(received)


def test_a_slow_answer_comes_after_a_short_client_gave_up(sandbox: Sandbox) -> None:
    with Api(sandbox, timeout=httpx.Timeout(10, read=0.5)) as api:
        sandbox.faults.next("slow:60")
        with pytest.raises(httpx.ReadTimeout):
            api.upsert(order())
    assert [stored["order_id"] for stored in sandbox.orders()] == ["A"]


def test_a_slow_answer_does_not_hold_up_the_end_of_the_sandbox(caplog: pytest.LogCaptureFixture) -> None:
    with Sandbox() as sandbox, Api(sandbox, timeout=httpx.Timeout(10, read=0.5)) as api:
        sandbox.faults.next("slow:60")
        with pytest.raises(httpx.ReadTimeout):
            api.get("/orders")
    # The server complains of requests that it has to break off.
    assert caplog.messages == []


def test_faults_fall_on_the_planned_requests(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.at(2, "503")
    sandbox.faults.script({3: Fault(FaultKind.CONFLICT), 5: "520"})
    assert [api.get("/orders").status_code for _ in range(6)] == [200, 503, 400, 200, 520, 200]


def test_the_next_requests_fail_a_given_number_of_times(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.next("500", times=2)
    assert [api.get("/orders").status_code for _ in range(3)] == [500, 500, 200]


def test_every_nth_request_of_a_method_fails(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.every(2, "429", method="GET")
    statuses = [[api.get("/orders").status_code, api.delete("/orders/1").status_code] for _ in range(4)]
    assert statuses == [[200, 404], [429, 404], [200, 404], [429, 404]]


def test_a_fault_can_fall_on_the_token_endpoint_alone(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.next("503", path="/oauth2/token")
    assert api.get("/orders").status_code == 200
    assert httpx.post(sandbox.token_url, **PLAIN).status_code == 503


def test_cleared_faults_do_not_fall(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.next("500")
    sandbox.faults.clear()
    assert api.get("/orders").status_code == 200


@pytest.mark.parametrize("text", ["nonsense", "slow:soon", "slow:-1", "slow:61", ""])
def test_an_unknown_fault_is_named_together_with_the_known_ones(api: Api, sandbox: Sandbox, text: str) -> None:
    with pytest.raises(UnknownFaultError, match="slow"):
        sandbox.faults.next(text)


def test_an_unknown_fault_in_a_header_is_a_400_and_stores_nothing(api: Api, sandbox: Sandbox) -> None:
    response = api.upsert(order(), headers={"X-Sandbox-Fault": "nonsense"})
    assert response.status_code == 400
    assert "lost-before" in response.json()["errors"][0]["detail"]
    assert sandbox.orders() == []


@pytest.mark.parametrize(
    "plan",
    [
        lambda faults: faults.every(0, "503"),
        lambda faults: faults.next("503", 0),
        lambda faults: faults.next("503", -1),
        lambda faults: faults.at(0, "503"),
        lambda faults: faults.planned("503", times=0).__enter__(),
        lambda faults: faults.next("503", path="orders"),
    ],
)
def test_a_plan_that_no_request_could_meet_is_refused(sandbox: Sandbox, plan: Callable[[Faults], object]) -> None:
    with pytest.raises(ValueError, match=r"expected a (step|number|number of times) of 1 or more|expected a path"):
        plan(sandbox.faults)
    assert sandbox.faults.plans() == []


def test_the_method_of_a_plan_may_be_written_in_small_letters(api: Api, sandbox: Sandbox) -> None:
    with sandbox.faults.planned("503", method="get") as outage:
        api.get("/orders")
    assert outage.met == 1


def test_a_client_that_goes_away_while_it_sends_is_no_error(
    api: Api, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    host, port = sandbox.base_url.split("/")[2].split(":")
    keys = b64encode(f"{sandbox.public_key}:{sandbox.secret_key}".encode()).decode()
    head = (
        f"POST /api/v3/orders HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Basic {keys}\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n["
    )
    with closing(socket.create_connection((host, int(port)), timeout=10)) as connection:
        connection.sendall(head.encode())
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert api.get("/orders").json()["data"] == []
    assert not caplog.records


def statuses(api: Api, count: int, method: str = "GET") -> list[int]:
    """Send some requests, and return their statuses."""
    return [
        api.request(method, "/orders", json=[order()] if method == "POST" else None).status_code for _ in range(count)
    ]


def test_a_fault_is_planned_for_the_requests_of_a_block_and_tells_how_many_met_it(api: Api, sandbox: Sandbox) -> None:
    with sandbox.faults.planned("503", times=2, method="POST") as plan:
        assert statuses(api, 1) == [200]
        assert statuses(api, 3, "POST") == [503, 503, 201]
    assert plan.met == 2


def test_a_plan_that_is_not_used_up_ends_with_its_block(api: Api, sandbox: Sandbox) -> None:
    with suppress(RuntimeError), sandbox.faults.planned("503") as plan:
        assert statuses(api, 2) == [503, 503]
        raise RuntimeError
    assert (plan.met, statuses(api, 1), sandbox.faults.plans()) == (2, [200], [])


def test_plans_beside_that_of_a_block_stay(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.every(2, "500")
    with sandbox.faults.planned("503", 5, method="POST"):
        pass
    assert statuses(api, 2) == [200, 500]


def test_a_planned_fault_is_listed_until_no_request_can_meet_it(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.next("503", 2)
    sandbox.faults.at(1, "429:3", method="DELETE")
    statuses(api, 1)
    listed = [
        (str(plan.fault.kind), plan.rhythm, plan.count, plan.counted, plan.met) for plan in sandbox.faults.plans()
    ]
    assert listed == [("503", "next", 2, 1, 1), ("429", "at", 1, 0, 0)]
    statuses(api, 1)
    assert [str(plan.fault.kind) for plan in sandbox.faults.plans()] == ["429"]


def test_one_planned_fault_is_taken_back_and_the_others_stay(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.next("503")
    sandbox.faults.next("500")
    first, second = sandbox.faults.plans()
    assert (sandbox.faults.remove(first.number), sandbox.faults.remove(first.number)) == (True, False)
    assert [plan.number for plan in sandbox.faults.plans()] == [second.number]
    assert statuses(api, 2) == [500, 200]


def test_another_process_lists_faults_and_takes_one_back(api: Api, sandbox: Sandbox) -> None:
    keys = (sandbox.public_key, sandbox.secret_key)
    sandbox.faults.every(2, "slow:0.5", method="GET")
    sandbox.faults.next("503")
    url = f"{sandbox.control_url}/faults"
    slow, lost = httpx.get(url, auth=keys, **PLAIN).json()
    about = {
        "fault": "slow:0.5",
        "rhythm": "every",
        "count": 2,
        "method": "GET",
        "path": "/api/v3",
        "counted": 0,
        "met": 0,
    }
    assert slow == about | {"number": slow["number"]}
    assert httpx.delete(url, params={"number": slow["number"]}, auth=keys, **PLAIN).status_code == 200
    assert httpx.delete(url, params={"number": slow["number"]}, auth=keys, **PLAIN).status_code == 400
    assert [plan.number for plan in sandbox.faults.plans()] == [lost["number"]]
