"""The window answers those who may look in, by the sandbox's own names alone, and tells what is stored and was sent."""

from __future__ import annotations

import html.parser
import json
import re
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import httpx
import msgspec
import pytest

from doubles.sandbox_client import PLAIN, Api
from ledger import RULES
from orders.factory import address, order
from sendcloud_orders_sandbox import Policies, Sandbox, panel
from sendcloud_orders_sandbox.examples import example
from sendcloud_orders_sandbox.hosts import Hosts
from sendcloud_orders_sandbox.switches import switches
from sendcloud_orders_sandbox.window import page_files

pytestmark = pytest.mark.one_python

FOREIGN = "http://shop.example"


class Window(httpx.Client):
    """Ask what the window asks, with its token."""

    def __init__(self, sandbox: Sandbox, **options: Any) -> None:
        origin, _, token = sandbox.window_url.partition("/#token=")
        given = {"headers": {"Authorization": f"Bearer {token}"}, "timeout": 30, **PLAIN, **options}
        super().__init__(base_url=origin, **given)

    def told(self, name: str, **query: Any) -> Any:
        """Return the answer to a question of the window."""
        response = self.get(f"/_sandbox/window/{name}", params=query)
        assert response.is_success, response.text
        return response.json()

    def rows(self, **query: Any) -> list[str]:
        """Return the `order_id`s of the rows of the list."""
        return [row["order_id"] for row in self.told("orders", **query)["rows"]]


@pytest.fixture
def window(sandbox: Sandbox) -> Any:
    with Window(sandbox) as window:
        yield window


class References(html.parser.HTMLParser):
    """What a page refers to, and what of it would need inline rights."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.files += [value for name in ("src", "href") if (value := given.get(name)) and not value.startswith("#")]
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)


def test_the_page_asks_nobody_but_the_sandbox_and_needs_nothing_inline(window: Window) -> None:
    page = window.get("/", headers={"Authorization": ""})
    references = References()
    references.feed(page.text)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert references.inline == []
    assert len(references.files) == 3
    for file in references.files:
        assert file.startswith("/_sandbox/page/")
        assert window.get(file).status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'" in policy
    assert "unsafe" not in policy


def test_every_file_of_the_page_is_served_with_its_type_and_without_a_secret(window: Window, sandbox: Sandbox) -> None:
    for name in page_files():
        answer = window.get(f"/_sandbox/page/{name}", headers={"Authorization": ""})
        assert answer.status_code == 200
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert sandbox.secret_key not in answer.text
    assert window.get("/_sandbox/page/app.py").status_code == 404
    assert window.get("/_sandbox/page/..%2Fapp.py").status_code == 404


def test_looking_is_no_request_of_a_client_and_other_paths_are_as_they_were(window: Window, sandbox: Sandbox) -> None:
    window.get("/")
    window.told("orders")
    assert sandbox.requests == []
    assert window.post("/").status_code == 404
    assert window.get("/orders").status_code == 404
    assert [request.path for request in sandbox.requests] == ["/", "/orders"]


@pytest.mark.parametrize("authorization", ["", "Bearer x", "Basic eDp5", "Bearer"])
@pytest.mark.parametrize("path", ["/_sandbox/window/orders", "/_sandbox/requests", "/_sandbox/window/nothing"])
def test_nobody_looks_in_without_the_token_or_the_keys(window: Window, path: str, authorization: str) -> None:
    assert window.get(path, headers={"Authorization": authorization}).status_code == 401


def test_the_token_of_the_window_is_none_of_the_operations(window: Window) -> None:
    assert window.get("/api/v3/orders").status_code == 401
    assert window.get("/_sandbox/orders").status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "LOCALHOST"])
def test_a_sandbox_goes_by_the_names_of_loopback(window: Window, host: str) -> None:
    port = window.base_url.port
    assert window.get("/", headers={"Host": f"{host}:{port}"}).status_code == 200
    assert window.get("/_sandbox/orders", headers={"Host": f"{host}:{port}"}).status_code == 200


@pytest.mark.parametrize(
    "host", ["shop.example", "127.0.0.1", "localhost", "127.0.0.1.shop.example", "127.0.0.1:1", "x@localhost"]
)
@pytest.mark.parametrize("path", ["/", "/_sandbox/orders", "/_sandbox/ready", "/_sandbox/page/main.js"])
def test_another_name_is_refused_whatever_it_leads_to(window: Window, host: str, path: str) -> None:
    given = host if ":" in host or host == "localhost" or host == "127.0.0.1" else f"{host}:{window.base_url.port}"
    answer = window.get(path, headers={"Host": given})
    assert answer.status_code == 403
    assert "--host-name" in answer.json()["errors"][0]["detail"]


def test_the_operations_answer_by_any_name(api: Api) -> None:
    assert api.get("/orders", headers={"Host": "shop.example"}).status_code == 200


@pytest.mark.parametrize(
    ("address", "names", "host", "allowed"),
    [
        ("0.0.0.0", [], "192.0.2.7:81", True),
        ("0.0.0.0", [], "[2001:db8::1]", True),
        ("0.0.0.0", [], "localhost:9", True),
        ("0.0.0.0", [], "shop.example:80", False),
        ("0.0.0.0", ["Sandbox."], "sandbox:81", True),
        ("127.0.0.1", ["sandbox.test"], "sandbox.test", True),
        ("127.0.0.1", [], "192.0.2.7:80", False),
        ("127.0.0.1", [], "localhost", True),
        ("127.0.0.1", [], None, False),
        ("127.0.0.1", [], "localhost:80:80", False),
        ("127.0.0.1", [], "localhost:x", False),
        ("127.0.0.1", [], "localhost/x", False),
        ("::", [], "[fe80::1]:1", True),
    ],
)
def test_names_are_those_that_a_sandbox_was_told(
    address: str, names: list[str], host: str | None, allowed: bool
) -> None:
    assert Hosts(address, 80, names).allows(host) == allowed


@pytest.mark.parametrize(
    "headers",
    [{"Origin": FOREIGN}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_a_page_of_another_site_changes_nothing_though_the_browser_knows_the_keys(
    sandbox: Sandbox, api: Api, headers: dict[str, str]
) -> None:
    api.create(order())
    keys = (sandbox.public_key, sandbox.secret_key)
    for method, name in (("DELETE", "orders"), ("GET", "window/orders"), ("POST", "faults")):
        answer = httpx.request(method, f"{sandbox.control_url}/{name}", auth=keys, headers=headers, **PLAIN)
        assert answer.status_code == 403
    assert len(sandbox.orders()) == 1


def test_the_sandbox_s_own_page_may_change_things(window: Window, sandbox: Sandbox) -> None:
    origin = {"Origin": str(window.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    assert window.delete("/_sandbox/orders", headers=origin).status_code == 200


def test_the_list_is_searched_filtered_sorted_and_paged(window: Window, api: Api) -> None:
    api.create(
        order("A", shipping_address=address(name='Zoë "Ünlü"', city="Delft")),
        order("B", 68, order_number="7\"'%_", status={"code": "shipped"}),
        order(
            "c",
            shipping_address=address(name="ada"),
            payment_details={"total_price": {"value": 100, "currency": "EUR"}, "status": {"code": "x"}},
        ),
    )
    assert window.rows() == ["c", "B", "A"]
    assert window.rows(sort="oldest") == ["A", "B", "c"]
    assert window.rows(sort="customer") == ["B", "c", "A"]
    assert window.rows(sort="total")[0] == "c"
    assert window.rows(integration=68) == ["B"]
    assert window.rows(status="SHIPPED") == ["B"]
    assert window.rows(limit=1, offset=1) == ["B"]
    found = {
        search: window.rows(search=search)
        for search in ['zoë "ün', "delft", "669", "\"'%", "C", "%", "order_number", "x\\"]
    }
    assert found == {
        'zoë "ün': ["A"],
        "delft": ["c", "A"],
        "669": ["A"],
        "\"'%": ["B"],
        "C": ["c"],
        "%": ["B"],
        "order_number": [],
        "x\\": [],
    }


def test_the_list_counts_what_there_is(window: Window, api: Api, sandbox: Sandbox) -> None:
    api.create(order("A"), order("B", 68))
    sandbox.policies = Policies(save_lag=60)
    api.create(order("A", notes="x"), order("C"))
    told = window.told("orders", search="b")
    assert (told["total"], told["matching"], told["saving"]) == (2, 1, 2)
    assert (told["statuses"], told["integrations"]) == (["unshipped"], [41, 68])
    assert [row["saving"] for row in window.told("orders")["rows"]] == [False, True]


@pytest.mark.one_python
def test_ten_thousand_orders_are_listed_a_page_at_a_time(window: Window, sandbox: Sandbox) -> None:
    rules, store = sandbox._service.rules, sandbox._service.store
    with store.transaction():
        for number in range(10_000):
            rules.accept(example(number, 41, rules.clock.moment()))
    told = window.told("orders", offset=9_950, sort="total", search="example")
    assert (told["total"], told["matching"], len(told["rows"])) == (10_000, 10_000, 50)


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 501}, {"offset": -1}, {"sort": "id; DROP"}, {"integration": "x"}, {"what": 1}]
)
def test_a_list_that_makes_no_sense_is_refused(window: Window, query: dict[str, Any]) -> None:
    assert window.get("/_sandbox/window/orders", params=query).status_code == 400


def test_an_order_is_shown_as_a_whole_with_its_digits_and_its_history(window: Window, api: Api) -> None:
    body = json.dumps([order("A")]).replace("19.9", "19.900000000000000001")
    api.post("/orders", content=body, headers={"Content-Type": "application/json"})
    api.patch("/orders/669", json={"order_number": "9"})
    told = window.told("order", number=669)
    assert '"value": 19.900000000000000001' in told["text"]
    assert [(step["kind"], step["request"]["number"]) for step in told["history"]] == [("created", 1), ("changed", 2)]
    assert told["history"][1]["changes"] == [{"path": "order_number", "before": "#A", "after": "9"}]
    api.delete("/orders/669")
    told = window.told("order", number=669)
    assert (told["text"], told["history"][-1]["kind"]) == (None, "deleted")
    assert window.get("/_sandbox/window/order", params={"number": 1}).status_code == 404


def test_a_request_is_shown_with_its_rules_and_what_sends_it_again(window: Window, api: Api) -> None:
    api.upsert(order("A", 77))
    told = window.told("request", number=1)
    assert [problem["rule"] for problem in told["problems"]] == ["UPSERT-ACCOUNT"]
    assert json.loads(told["body"]["text"])[0]["order_id"] == "A"
    assert told["curl"]["text"].startswith("curl ")
    assert "httpx.request(" in told["python"]["text"]
    assert [one["number"] for one in window.told("requests", since=1)] == [1]
    assert window.told("requests", since=2) == []


def begin_to_wait(sandbox: Sandbox, window: Window, patch: pytest.MonkeyPatch) -> tuple[threading.Thread, list[Any]]:
    """Let a thread ask for the next change, and return it with the place for its answer once the sandbox knows."""
    watch, asked, answers = sandbox._service.watch, threading.Event(), []
    wait = type(watch).wait

    async def tell_and_wait(known: int, seconds: float) -> int:
        asked.set()
        return await wait(watch, known, seconds)

    revision = window.told("changes", revision=0, wait=0)["revision"]
    patch.setattr(watch, "wait", tell_and_wait)
    waiting = threading.Thread(
        target=lambda: answers.append(window.told("changes", revision=revision)["revision"] - revision)
    )
    waiting.start()
    assert asked.wait(10)
    return waiting, answers


@pytest.mark.parametrize("change", ["a request", "the time", "a fault", "a policy", "an integration", "a reset"])
def test_whoever_waits_is_told_of_a_change_at_once(
    window: Window, api: Api, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    changes: dict[str, Callable[[], object]] = {
        "a request": lambda: api.get("/orders"),
        "the time": lambda: sandbox.advance(1),
        "a fault": lambda: sandbox.faults.next("503"),
        "a policy": lambda: setattr(sandbox, "policies", Policies(ids="number")),
        "an integration": lambda: sandbox.add_integration(5),
        "a reset": sandbox.reset,
    }
    waiting, answers = begin_to_wait(sandbox, window, monkeypatch)
    changes[change]()
    # A waiter that nobody tells would come back after twenty seconds.
    waiting.join(10)
    assert len(answers) == 1
    assert answers[0] >= 1


def test_an_open_window_does_not_hold_up_the_end_of_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        with Sandbox() as sandbox:
            window = stack.enter_context(Window(sandbox))
            waiting, answers = begin_to_wait(sandbox, window, monkeypatch)
        waiting.join(10)
    # One that was cut off after the server's patience would have no answer.
    assert answers == [1]


def test_examples_are_valid_by_the_rules_and_more_of_them_are_new(window: Window, sandbox: Sandbox) -> None:
    for policies in (Policies(), Policies(mail="ascii", import_fields="reject", order_id_length=64, key_case="any")):
        sandbox.policies = policies
        assert window.post("/_sandbox/window/examples", json={"orders": 150}).json() == {"orders": 150}
    stored = sandbox.orders()
    assert len({one["order_id"] for one in stored}) == len(stored) == 300
    assert {one["order_details"]["integration"]["id"] for one in stored} == {41, 68}


def test_all_orders_are_downloaded_one_a_line(window: Window, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "ORDERS_AT_ONCE", 1)
    api.create(order("A\nB"), order("C"))
    answer = window.get("/_sandbox/window/orders.ndjson")
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = [msgspec.json.decode(line) for line in answer.content.splitlines()]
    assert [line["order_id"] for line in lines] == ["A\nB", "C"]
    # The same as the control path tells, which goes another way.
    assert lines == window.get("/_sandbox/orders").json()


def test_each_policy_is_a_switch_with_its_question_its_rules_and_its_values() -> None:
    told = {one["name"]: one for one in switches(Policies(save_lag=3))}
    assert set(told) == {field.name for field in msgspec.structs.fields(Policies)}
    assert [name for name, one in told.items() if not one["question"] or "Rule" in one["question"]] == []
    assert [rule for one in told.values() for rule in one["rules"] if rule not in RULES] == []
    assert told["save_lag"] == {
        "name": "save_lag",
        "value": 3,
        "default": 0,
        "question": "How many seconds after the 201 can an order be read?",
        "rules": ["UPSERT-ASYNC"],
        "kind": "number",
        "whole": False,
        "least": 0,
        "most": 1_000_000,
    }
    assert told["conflict_status"]["choices"] == [400, 409]
    assert told["extra_fields"]["choices"] == [False, True]
    assert told["row_order"]["rules"] == ["UPSERT-RESULT", "LIST-SORT"]
    assert told["link_base"]["kind"] == "text"


def test_all_policies_go_back_to_their_defaults(window: Window, sandbox: Sandbox) -> None:
    sandbox.policies = Policies(ids="number", save_lag=1)
    assert window.told("changes", revision=0)["changed_policies"] == 2
    assert window.delete("/_sandbox/window/switches").status_code == 200
    assert sandbox.policies == Policies()


def test_shipments_are_none_where_no_label_was_made(window: Window) -> None:
    assert window.get("/_sandbox/shipments").json() == []
    assert window.get("/_sandbox/window/label", params={"id": "1"}).status_code == 404


def test_a_label_is_listed_downloaded_and_shown_with_its_order(window: Window, api: Api) -> None:
    api.create(order("A", shipping_address=address()))
    body = {"integration_id": 41, "order": {"order_id": "A"}}
    assert api.post("/orders/create-label-sync", json=body).status_code == 201
    (shipment,) = window.get("/_sandbox/shipments").json()
    assert shipment["order_id"] == "A"
    assert window.told("changes", revision=0)["labels"] == 1
    assert window.told("order", number=669)["shipments"] == [shipment]
    label = window.get("/_sandbox/window/label", params={"id": shipment["shipment_id"]})
    assert (label.headers["content-type"], label.content[:4]) == ("application/pdf", b"%PDF")


def test_what_was_wrong_with_some_of_several_labels_has_its_rules(api: Api, sandbox: Sandbox) -> None:
    api.create(order("A"))
    answer = api.post("/orders/create-labels-async", json={"integration_id": 41, "orders": [{"order_id": "A"}]})
    assert (answer.status_code, [one.rule for one in sandbox.requests[-1].problems]) == (202, ["LABELS-ADDRESS"])


def test_a_sandbox_that_others_reach_goes_by_the_names_it_was_told() -> None:
    with Sandbox(host="0.0.0.0", host_names=["sandbox.test"]) as sandbox, Window(sandbox) as window:
        assert (sandbox.is_exposed, sandbox.base_url.split("/")[2].split(":")[0]) == (True, "127.0.0.1")
        assert window.get("/", headers={"Host": "sandbox.test:1"}).status_code == 200
        assert window.get("/", headers={"Host": "shop.example"}).status_code == 403
        assert window.get("/_sandbox/orders", headers={"Authorization": ""}).status_code == 401
    with Sandbox() as sandbox:
        assert not sandbox.is_exposed


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid", "\x00", "x" * 300])
def test_a_host_that_is_not_this_machine_is_one_clear_error(host: str) -> None:
    before = threading.active_count()
    with pytest.raises(ValueError, match="is no address of this machine"), Sandbox(host=host):
        pytest.fail("it listens")
    assert threading.active_count() == before


def test_the_window_s_address_holds_no_key(sandbox: Sandbox) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/#token=[\w-]{32}", sandbox.window_url)
    assert sandbox.secret_key not in sandbox.window_url
