"""What is copied of a request sends it again, and names no key."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import Any

import httpx
import pytest

from doubles.sandbox_client import PLAIN, Api
from orders.factory import address, order, orders
from sendcloud_orders_sandbox import Request, Sandbox, copying
from sendcloud_orders_sandbox.copying import as_curl, as_python

pytestmark = pytest.mark.one_python

JSON = {"Content-Type": "application/json"}
NEEDS_CURL = pytest.mark.skipif(
    shutil.which("curl") is None, reason="curl is not installed: nothing can run what is copied for it"
)
ODD = 'it\'s "$HOME" `id` \\ !x %s @y {a,b}[1-2] é\u2028 \t*?~#&;|<>'
REQUESTS: dict[str, tuple[str, str, Any]] = {
    "an upsert": ("POST", "/orders", [order("A", shipping_address=address(name=ODD))]),
    "an upsert that is refused": ("POST", "/orders", [{"order_id": ODD}, 5]),
    "a batch that no argument can hold": ("POST", "/orders", orders(100, notes="x" * 2000)),
    "a change": ("PATCH", "/orders/669", {"order_number": ODD}),
    "a change of nothing that is there": ("PATCH", "/orders/1", {"order_number": "x"}),
    "a read": ("GET", "/orders/669", None),
    "a delete": ("DELETE", "/orders/669", None),
    "a list": (
        "GET",
        "/orders?integration=41,68&sort=-pk,integration&page_size=5&order_created_at_min=2026-01-01",
        None,
    ),
    "a list that no client of ours asks for": (
        "GET",
        "/orders?page_size=5&integration=[41]&x={a,b}&x='%27;&status=",
        None,
    ),
    "a path that needs quoting": ("GET", "/orders/a%20b%2Fc'%22$HOME/é", None),
}


def said(request: Request) -> Any:
    """Return what makes a request the same as another, with bodies that are JSON as data."""
    body: Any = request.body
    if body:
        body = json.loads(body)
    return request.method, request.path, dict(httpx.QueryParams(request.query)), body, request.status


@pytest.fixture
def recorded(api: Api, sandbox: Sandbox, request: pytest.FixtureRequest) -> Request:
    """Send one of the requests, and return its record; the order that some of them need is there again."""
    method, path, body = REQUESTS[request.param]
    api.create(order("A"))
    api.request(method, path, json=body) if body else api.request(method, path)
    record = sandbox.requests[-1]
    api.delete("/orders/669")
    sandbox.reset()
    api.create(order("A"))
    return record


def run_script(script: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a script in an environment that names the sandbox, and no proxy."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    for name, value in sandbox.environ.items():
        monkeypatch.setenv(name, value)
    exec(compile(script, "copied", "exec"), {})


def run_command(command: str, sandbox: Sandbox) -> None:
    """Run a command in a shell whose environment names the sandbox, and nothing of the machine that leads elsewhere."""
    known = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **sandbox.environ}
    done = subprocess.run(
        ["sh"], input=command, env=known, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_copied_command_names_no_key(api: Api, sandbox: Sandbox) -> None:
    api.upsert(order())
    (request,) = sandbox.requests
    for text in (as_curl(request), as_python(request)):
        assert sandbox.secret_key not in text
        assert sandbox.public_key not in text


@NEEDS_CURL
@pytest.mark.parametrize("recorded", list(REQUESTS), indirect=True)
def test_a_request_that_is_copied_as_curl_is_the_same_when_it_runs(sandbox: Sandbox, recorded: Request) -> None:
    run_command(as_curl(recorded), sandbox)
    assert said(sandbox.requests[-1]) == said(recorded)


@pytest.mark.parametrize("recorded", list(REQUESTS), indirect=True)
def test_a_request_that_is_copied_as_python_is_the_same_when_it_runs(
    sandbox: Sandbox, recorded: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_script(as_python(recorded), sandbox, monkeypatch)
    assert said(sandbox.requests[-1]) == said(recorded)


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("an upsert", "orders.upsert([{'order_id': 'A',"),
        ("a change", "print(orders.update(669, {"),
        ("a read", "print(orders.get(669))"),
        ("a delete", "orders.delete(669)"),
        (
            "a list",
            "page_size=5, order_created_at_min=date.fromisoformat('2026-01-01'))",
        ),
        ("an upsert that is refused", "httpx.request("),
        ("a list that no client of ours asks for", "httpx.request("),
        ("a path that needs quoting", "httpx.request("),
    ],
)
def test_python_goes_by_our_client_where_the_client_would_do_the_same(
    api: Api, sandbox: Sandbox, name: str, fits: str
) -> None:
    method, path, body = REQUESTS[name]
    api.create(order("A"))
    api.request(method, path, json=body) if body else api.request(method, path)
    assert fits in as_python(sandbox.requests[-1])


@NEEDS_CURL
@pytest.mark.parametrize("body", [b"\xff\x00'", b"[\r\n]", b'["\x00"]', b"@file", b"-"])
def test_a_body_of_any_bytes_is_copied_whole(
    api: Api, sandbox: Sandbox, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.post("/orders", content=body, headers=JSON)
    run_command(as_curl(sandbox.requests[-1]), sandbox)
    run_script(as_python(sandbox.requests[-1]), sandbox, monkeypatch)
    assert [request.body for request in sandbox.requests] == [body] * 3


def test_a_header_that_makes_a_difference_is_copied(api: Api, sandbox: Sandbox) -> None:
    api.upsert(order(), headers={"Sendcloud-Partner-Id": "it's none"})
    assert "--header 'Sendcloud-Partner-Id: it'\"'\"'s none'" in as_curl(sandbox.requests[-1])
    assert "'Sendcloud-Partner-Id': \"it's none\"" in as_python(sandbox.requests[-1])


@pytest.mark.parametrize("form", [as_curl, as_python])
def test_what_is_not_kept_cannot_be_copied(api: Api, sandbox: Sandbox, form: Any) -> None:
    httpx.post(sandbox.token_url, data={"grant_type": "x"}, auth=(sandbox.public_key, sandbox.secret_key), **PLAIN)
    with pytest.raises(ValueError, match="is withheld, so that it cannot be sent again"):
        form(sandbox.requests[-1])


def test_a_marker_that_a_body_holds_does_not_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "LONGEST_ARGUMENT", 3)
    _, _, after = copying.curl_body(b"[\nEND_OF_BODY\n]")
    assert after == " <<'END_OF_BODY_'\n[\nEND_OF_BODY\n]\nEND_OF_BODY_"
