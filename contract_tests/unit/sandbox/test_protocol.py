"""On the wire the sandbox answers early, reads no more than it must, and closes so that its answer arrives."""

from __future__ import annotations

import logging
import os
import re
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from subprocess import PIPE
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import h11
import httpx
import pytest

from doubles.sandbox_client import Api
from orders.factory import order
from sendcloud_orders_sandbox import Policies, Sandbox, protocol
from sendcloud_orders_sandbox.protocol import LingeringTransport, SandboxProtocol

MEGABYTE = 1_000_000
ORDERS = "/api/v3/orders"
PATIENCE = 10.0
# As long the server waits for those that keep it from ending.
GRACE = 5.0


@dataclass(frozen=True)
class RawAnswer:
    """What a raw connection received: status, headers, body, and whether the sandbox closed after it."""

    status: int
    head: str
    body: bytes


@contextmanager
def connected(sandbox: Sandbox) -> Iterator[socket.socket]:
    """Open a raw connection."""
    address = urlsplit(sandbox.base_url)
    with closing(socket.create_connection((address.hostname, address.port), PATIENCE)) as connection:
        yield connection


def receive(connection: socket.socket) -> RawAnswer:
    """Read one answer, and not beyond it."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += more(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    while length and len(body) < int(length[1]):
        body += more(connection)
    return RawAnswer(int(head.split(b" ")[1]), head.decode().lower(), body)


def more(connection: socket.socket) -> bytes:
    received = connection.recv(65536)
    assert received, "the connection ended before the answer did"
    return received


def ends(connection: socket.socket) -> bool:
    """Tell whether the sandbox closes the connection, whatever it still sends."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionError:
        pass
    return True


def head(sandbox: Sandbox, request: str, *headers: str, keys: bool = True) -> bytes:
    """Write the head of a request."""
    basic = b64encode(f"{sandbox.public_key}:{sandbox.secret_key}".encode()).decode()
    host = f"Host: {urlsplit(sandbox.base_url).netloc}"
    lines = [f"{request} HTTP/1.1", host, *([f"Authorization: Basic {basic}"] if keys else []), *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


TYPE = "Content-Type: application/json"
REFUSED: dict[str, tuple[str, list[str], bool, int]] = {
    "no credentials": (f"POST {ORDERS}", [TYPE], False, 401),
    "no credentials for a change": (f"PATCH {ORDERS}/669", [TYPE], False, 401),
    "another media type": (f"POST {ORDERS}", ["Content-Type: text/csv"], True, 415),
    "no media type": (f"PATCH {ORDERS}/669", [], True, 415),
    "a method that is not served": (f"PUT {ORDERS}", [TYPE], True, 405),
    "a path that is not served": ("POST /api/v3/parcels", [TYPE], True, 404),
    "a body of a read": (f"GET {ORDERS}", [TYPE], True, 403),
    "an unknown partner": (f"POST {ORDERS}", [TYPE, "Sendcloud-Partner-Id: x"], True, 400),
    "an unknown fault": (f"POST {ORDERS}", [TYPE, "X-Sandbox-Fault: x"], True, 400),
    "a token without credentials": ("POST /oauth2/token", [], False, 401),
    "a token by PUT": ("PUT /oauth2/token", [], True, 405),
    "a control request without credentials": ("PATCH /_sandbox/policies", [TYPE], False, 401),
    "an unknown control request": ("POST /_sandbox/secrets", [TYPE], True, 404),
}
REFUSALS = pytest.mark.parametrize(
    ("request_line", "headers", "keys", "status"), list(REFUSED.values()), ids=list(REFUSED)
)


@REFUSALS
def test_a_refusal_does_not_wait_for_the_body(
    sandbox: Sandbox, request_line: str, headers: list[str], keys: bool, status: int
) -> None:
    with connected(sandbox) as connection:
        connection.sendall(head(sandbox, request_line, *headers, f"Content-Length: {MEGABYTE}", keys=keys))
        assert receive(connection).status == status


@REFUSALS
@pytest.mark.parametrize("end", ["Connection: keep-alive", "Connection: close"])
def test_a_client_that_sends_everything_before_it_reads_receives_its_refusal(
    sandbox: Sandbox, request_line: str, headers: list[str], keys: bool, status: int, end: str
) -> None:
    with connected(sandbox) as connection:
        length = 6 * MEGABYTE
        connection.sendall(head(sandbox, request_line, *headers, f"Content-Length: {length}", end, keys=keys))
        connection.sendall(b" " * length)
        assert receive(connection).status == status
        if end.endswith("close"):
            assert connection.recv(1) == b""
        else:
            connection.sendall(head(sandbox, f"GET {ORDERS}"))
            assert receive(connection).status == 200


@pytest.mark.rule("RATE-LIMIT")
def test_a_write_over_the_rate_limit_is_refused_before_its_body_is_read() -> None:
    with Sandbox(rate_limit=True, time_scale=0.001) as sandbox, Api(sandbox) as api:
        while api.delete("/orders/1").status_code != 429:
            pass
        with connected(sandbox) as connection:
            connection.sendall(head(sandbox, f"POST {ORDERS}", TYPE, f"Content-Length: {MEGABYTE}"))
            assert receive(connection).status == 429


def limited(sandbox: Sandbox) -> int:
    """Let the sandbox take the smallest limit of a body, and return it."""
    sandbox.policies = Policies(body_limit=MEGABYTE)
    return MEGABYTE


@pytest.mark.rule("ERROR-ENVELOPE")
@pytest.mark.parametrize(
    "request_line", [f"POST {ORDERS}", f"PATCH {ORDERS}/669", "POST /oauth2/token", "PATCH /_sandbox/policies"]
)
@pytest.mark.parametrize("beyond", [1, 10**17, 10**19])
def test_a_body_that_is_announced_as_too_long_is_a_413_at_once(
    sandbox: Sandbox, request_line: str, beyond: int
) -> None:
    limit = limited(sandbox)
    with connected(sandbox) as connection:
        connection.sendall(head(sandbox, request_line, TYPE, f"Content-Length: {limit + beyond}"))
        answer = receive(connection)
    assert answer.status == 413
    assert b'"errors":[{"status":"413","code":"payload_too_large"' in answer.body
    assert str(limit).encode() in answer.body


def test_what_is_read_in_vain_of_one_request_does_not_count_for_the_next(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "UNREAD_BYTES", MEGABYTE)
    limited(sandbox)
    refused = head(sandbox, f"PUT {ORDERS}", TYPE, f"Content-Length: {MEGABYTE}")
    with connected(sandbox) as connection:
        connection.sendall(refused + b" " * (MEGABYTE - 1))
        assert receive(connection).status == 405
        # The last byte of the one comes together with the beginning of the next.
        connection.sendall(b" " + refused + b" " * MEGABYTE)
        assert receive(connection).status == 405
        connection.sendall(head(sandbox, f"GET {ORDERS}"))
        assert receive(connection).status == 200


def test_a_body_as_long_as_the_limit_is_read(api: Api, sandbox: Sandbox) -> None:
    limit = limited(sandbox)
    body = api.build_request("POST", "/orders", json=[order()]).read()
    padded = body + b" " * (limit - len(body))
    assert api.post("/orders", content=padded, headers={"Content-Type": "application/json"}).status_code == 201
    assert api.post("/orders", content=padded + b" ", headers={"Content-Type": "application/json"}).status_code == 413


@pytest.mark.parametrize("fault", [None, "lost-after", "500", "500-after", "429", "cut-body"])
def test_a_body_without_a_length_is_cut_off_behind_the_limit(
    sandbox: Sandbox, fault: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "UNREAD_BYTES", MEGABYTE)
    limited(sandbox)
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 65536
            yield b" " * 65536

    headers = {"Content-Type": "application/json"} | ({"X-Sandbox-Fault": fault} if fault else {})
    expected = {None: 413, "500": 500, "500-after": 500, "429": 429}.get(fault)
    with Api(sandbox) as api:
        if expected:
            assert api.post("/orders", content=endless(), headers=headers).status_code == expected
        else:
            with pytest.raises(httpx.TransportError):
                api.post("/orders", content=endless(), headers=headers)
    # The limit, as much again in vain, and what the buffers of two sockets hold.
    assert sent < 20 * MEGABYTE


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_client_that_never_ends_receives_its_refusal(
    sandbox: Sandbox, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "UNREAD_BYTES", MEGABYTE)
    begin = head(sandbox, f"POST {ORDERS}", TYPE, f"Content-Length: {10**12}", keys=False)
    with connected(sandbox) as connection:
        connection.sendall(begin.replace(b"HTTP/1.1", f"HTTP/{version}".encode()))
        with pytest.raises(ConnectionError):
            connection.sendall(b" " * 100 * MEGABYTE)
        assert receive(connection).status == 401


@pytest.mark.parametrize("end", ["Connection: keep-alive", "Connection: close"])
def test_a_client_that_stops_in_the_middle_of_a_refused_body_is_left_after_a_while(
    sandbox: Sandbox, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "UNREAD_SECONDS", 0.05)
    with connected(sandbox) as connection:
        connection.sendall(head(sandbox, f"POST {ORDERS}", f"Content-Length: {MEGABYTE}", end, keys=False) + b" ")
        assert receive(connection).status == 401
        assert ends(connection)


def test_a_client_that_pauses_between_requests_is_not_left(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "UNREAD_SECONDS", 0.0)
    with connected(sandbox) as connection, Api(sandbox) as api:
        for _ in range(2):
            connection.sendall(head(sandbox, f"POST {ORDERS}", "Content-Length: 1", keys=False) + b" ")
            assert receive(connection).status == 401
            # Another connection's answers come behind whatever was due on this one.
            assert [api.get("/orders").status_code for _ in range(3)] == [200] * 3


def test_a_sandbox_ends_while_a_client_is_sending_a_refused_body() -> None:
    with ExitStack() as connections:
        with Sandbox() as sandbox:
            waiting, lingering = (connections.enter_context(connected(sandbox)) for _ in range(2))
            waiting.sendall(head(sandbox, f"POST {ORDERS}", f"Content-Length: {MEGABYTE}", keys=False))
            lingering.sendall(b"\0\r\n\r\n")
            assert [receive(waiting).status, receive(lingering).status] == [401, 400]
            asked = time.monotonic()
        assert time.monotonic() - asked < GRACE
        assert ends(waiting)
        assert ends(lingering)


# What is sent after the head of a request that is well so far; and the statuses of the answers that may come.
STRANGE: dict[str, tuple[bytes, set[int]]] = {
    "a URL of 70 kB": (b"GET /api/v3/orders?x=" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", {400, 401}),
    "a path of 700 kB": (b"GET /" + b"a" * 700_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", {400}),
    "a header of 700 kB": (b"GET /x HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 700_000 + b"\r\n\r\n", {400}),
    "50,000 headers": (b"GET /x HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 50_000 + b"\r\n", {400}),
    "garbage": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", {400}),
    "one line of garbage": (b"hello\r\n\r\n", {400}),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 404}),
    "HTTP/0.9": (b"GET /\r\n\r\n", {400}),
    "HTTP/1.0": (b"GET /api/v3/orders HTTP/1.0\r\n\r\n", {401}),
    "no host": (b"GET /api/v3/orders HTTP/1.1\r\n\r\n", {400}),
    "a NUL in the path": (b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n", {400}),
    "an escaped NUL": (b"GET /api/v3/orders/%00 HTTP/1.1\r\nHost: x\r\n\r\n", {401}),
    "bytes in the path": (b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n", {400}),
    "bad escapes": (b"GET /%zz%f%?%=%zz&%ff HTTP/1.1\r\nHost: x\r\n\r\n", {404}),
    "escaped bytes": (b"GET /api/v3/orders/%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n", {401}),
    "an absolute URL": (b"GET http://x/api/v3/orders HTTP/1.1\r\nHost: x\r\n\r\n", {404}),
    "a bad absolute URL": (b"GET http://[::1/ HTTP/1.1\r\nHost: [::1\r\n\r\n", {404}),
    "a star": (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", {404}),
    "a tunnel": (b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", {404}),
    "a web socket": (
        b"GET /api/v3/orders HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        {401},
    ),
    "an upgrade to HTTP/2": (
        b"GET /api/v3/orders HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n",
        {401},
    ),
    "two lengths": (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", {400}),
    "a length below zero": (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", {400}),
    "an unknown coding": (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: br\r\n\r\n", {400, 501}),
    "a broken chunk": (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", {400, 404}),
    "garbage behind a request": (b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n\0\0\r\n\r\n", {400, 404}),
}


@pytest.mark.parametrize(("sent", "statuses"), list(STRANGE.values()), ids=list(STRANGE))
def test_a_strange_request_is_refused_or_its_connection_closed_and_nothing_is_logged(
    sandbox: Sandbox, sent: bytes, statuses: set[int], caplog: pytest.LogCaptureFixture
) -> None:
    with connected(sandbox) as connection:
        connection.sendall(sent)
        assert receive(connection).status in statuses
    with Api(sandbox) as api:
        assert api.get("/orders").status_code == 200
    assert errors(caplog) == []


class Gone:
    """The connection of a client that has gone: what is left to do with it is to close it."""

    closed = False

    def is_closing(self) -> bool:
        return False

    def write_eof(self) -> None:
        raise OSError(107, "Transport endpoint is not connected")

    def close(self) -> None:
        self.closed = True


def test_a_client_that_has_gone_is_not_waited_for() -> None:
    connection: Any = SandboxProtocol.__new__(SandboxProtocol)
    connection.wire, connection.conn = Gone(), SimpleNamespace(their_state=h11.ERROR)
    LingeringTransport(connection.wire, connection).close()
    assert connection.wire.closed
    assert not connection.lingering


def test_strange_requests_put_nothing_into_the_output_of_the_command() -> None:
    command = [sys.executable, "-m", "sendcloud_orders_sandbox", "--integrations", "7"]
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = os.environ | {"PYTHONPATH": paths}
    with subprocess.Popen(command, env=environment, stdout=PIPE, stderr=PIPE, text=True) as process:
        assert process.stdout
        port = int(re.findall(r":(\d+)/", process.stdout.readline())[0])
        for sent, statuses in STRANGE.values():
            with closing(socket.create_connection(("127.0.0.1", port), PATIENCE)) as connection:
                connection.sendall(sent)
                assert receive(connection).status in statuses
        process.terminate()
        output, complaints = process.communicate(timeout=PATIENCE)
    assert (process.returncode, complaints) == (0, "")
    assert "Traceback" not in output


def errors(caplog: pytest.LogCaptureFixture) -> list[Any]:
    """Return what the server or its event loop complained of."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("keys", [True, False])
@pytest.mark.parametrize("rest", [b"zz\r\n", b"5\r\nab", b""])
def test_a_body_that_breaks_off_is_nothing_to_log(
    sandbox: Sandbox, keys: bool, rest: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with connected(sandbox) as connection:
        connection.sendall(head(sandbox, f"POST {ORDERS}", TYPE, "Transfer-Encoding: chunked", keys=keys))
        if not keys:
            assert receive(connection).status == 401
        connection.sendall(b"2\r\n[1\r\n" + rest)
        connection.shutdown(socket.SHUT_WR)
        assert ends(connection)
    with Api(sandbox) as api:
        assert api.get("/orders").status_code == 200
    assert errors(caplog) == []


@pytest.mark.parametrize("path", [ORDERS, "/oauth2/token", "/_sandbox/policies"])
def test_a_client_that_goes_away_in_the_middle_is_nothing_to_log(
    sandbox: Sandbox, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    method = "PATCH" if path.endswith("policies") else "POST"
    with connected(sandbox) as connection:
        connection.sendall(head(sandbox, f"{method} {path}", TYPE, "Content-Length: 100", "Expect: 100-continue"))
        assert receive(connection).status == 100
    with Api(sandbox) as api:
        assert api.get("/orders").status_code == 200
    assert errors(caplog) == []


@pytest.mark.parametrize("host", ["[::1", "a b", "x/y?z#", "%%", "a:b:c", "\xff"])
def test_the_links_of_a_list_survive_any_host(api: Api, host: str) -> None:
    api.create(order("A"), order("B"))
    answer = api.get("/orders", params={"page_size": 1}, headers=[(b"Host", host.encode("latin-1"))])
    assert answer.status_code in (200, 400)
