"""A call ends by its deadline whatever the server does: real servers that drip, and short real times."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from doubles.both_clients import KINDS, ClientKind, Driven, Stopwatch
from doubles.fake_service import FakeService, failing
from doubles.loopback import DRIP, Connection, Loopback, answer
from orders.factory import order, orders
from sendcloud_orders import (
    CallableCredentials,
    Clock,
    Hooks,
    OAuth2Credentials,
    OrdersClient,
    Pace,
    RetryPolicy,
    SendcloudError,
    ServerError,
    TimeoutError,
    TransportError,
)
from sendcloud_orders.attempts import Attempts
from sendcloud_orders.deadline import allowing
from sendcloud_orders.exchange import Answer, Lost
from sendcloud_orders.transport import Wire, WireSettings, _PunctualNetwork, _PunctualStream
from sendcloud_orders_api.types import Request

DEADLINE = 0.4
MARGIN = 1.5
"""Seconds over the deadline that a busy machine may take; the servers below go on for much longer."""

ORDER = json.dumps({"data": {"id": "669", **order()}}).encode()
PAGE = json.dumps({"data": [{"id": "669", **order()}]}).encode()


def drips_its_head(connection: Connection) -> None:
    connection.request()
    connection.drip(answer(ORDER, f"X-Filler: {'x' * 500}"))


def drips_its_body(connection: Connection) -> None:
    connection.request()
    head, _, body = answer(ORDER).partition(b"\r\n\r\n")
    connection.send(head + b"\r\n\r\n")
    connection.drip(body)


def drips_interim_answers(connection: Connection) -> None:
    connection.request()
    connection.drip(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50)


def drips_the_sizes_of_chunks(connection: Connection) -> None:
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    connection.drip(b"1\r\n{\r\n" + b"1\r\n \r\n" * 100)


def says_nothing(connection: Connection) -> None:
    connection.request()
    connection.drip(b"")


SERVERS = [drips_its_head, drips_its_body, drips_interim_answers, drips_the_sizes_of_chunks, says_nothing]


@pytest.fixture(params=KINDS)
def connect(request: pytest.FixtureRequest) -> Iterator[Callable[..., Driven]]:
    clients: list[Driven] = []

    def start(url: str, **settings: Any) -> Driven:
        kind: ClientKind = request.param
        policy = RetryPolicy(deadline=DEADLINE, base_delay=0.01)
        settings = {"retry": policy, "clock": Clock(), "timeout": 0.3, "base_url": url, **settings}
        clients.append(Driven(kind, settings.pop("transport", None), **settings))
        return clients[-1]

    yield start
    for client in clients:
        client.close()


def ends_in_time(call: Callable[[], Any], kind: type[Exception] = TransportError) -> Any:
    began = time.monotonic()
    with pytest.raises(kind) as caught:
        call()
    assert time.monotonic() - began < DEADLINE + MARGIN
    return caught.value


@pytest.mark.parametrize("serve", SERVERS, ids=lambda serve: serve.__name__)
def test_a_call_ends_by_its_deadline_whatever_the_server_drips(
    connect: Callable[..., Driven], serve: Callable[[Connection], None]
) -> None:
    with Loopback(serve) as server:
        error = ends_in_time(lambda: connect(server.url).get(669), TimeoutError)
    assert error.sent is True


OPERATIONS: dict[str, Callable[[Driven], Any]] = {
    "list": lambda client: list(client.list()),
    "find": lambda client: client.find(41, "A-1"),
    "update": lambda client: client.update(669, {"order_number": "new"}),
    "delete": lambda client: client.delete(669),
    "wait_until_available": lambda client: client.wait_until_available([669]),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_ends_by_the_deadline(connect: Callable[..., Driven], operation: str) -> None:
    with Loopback(drips_its_body) as server:
        client = connect(server.url)
        ends_in_time(lambda: OPERATIONS[operation](client), TimeoutError)


def test_an_upsert_whose_answer_drips_is_reported_as_unknown(connect: Callable[..., Driven]) -> None:
    with Loopback(drips_its_head) as server:
        began = time.monotonic()
        report = connect(server.url).upsert(orders(2))
    assert time.monotonic() - began < DEADLINE + MARGIN
    assert len(report.unknown) == 2


def test_a_client_goes_on_after_a_call_that_ran_out_of_time(connect: Callable[..., Driven]) -> None:
    first = threading.Event()

    def serve(connection: Connection) -> None:
        while connection.request():
            if not first.is_set():
                first.set()
                connection.drip(answer(ORDER))
            connection.send(answer(ORDER))

    with Loopback(serve) as server:
        client = connect(server.url, retry=RetryPolicy(attempts=1, deadline=DEADLINE))
        ends_in_time(lambda: client.get(669))
        assert client.get(669).id == 669


def test_a_handshake_that_drips_ends_by_the_deadline(connect: Callable[..., Driven]) -> None:
    def serve(connection: Connection) -> None:
        connection.socket.recv(65536)
        connection.drip(b"\x16\x03\x03\x40\x00" + bytes(500))

    with Loopback(serve) as server:
        url = server.url.replace("http:", "https:")
        ends_in_time(lambda: connect(url, verify=False).get(669))


def test_a_proxy_that_drips_ends_by_the_deadline(connect: Callable[..., Driven]) -> None:
    def serve(connection: Connection) -> None:
        connection.request()
        connection.drip(b"HTTP/1.1 200 Connection established\r\nX-Filler: " + b"x" * 500)

    with Loopback(serve) as server:
        ends_in_time(lambda: connect("https://orders.example/api/v3", proxy=server.url).get(669))
        assert server.connections[0].received[0].startswith(b"CONNECT orders.example:443")


def test_no_read_is_limited_where_there_is_no_deadline(connect: Callable[..., Driven]) -> None:
    def serve(connection: Connection) -> None:
        connection.request()
        connection.send(answer(ORDER))

    with Loopback(serve) as server:
        patient = RetryPolicy(deadline=float("inf"))
        assert connect(server.url, retry=patient, timeout=httpx.Timeout(None)).get(669).id == 669


def test_a_server_that_does_not_read_ends_by_the_deadline() -> None:
    def serve(connection: Connection) -> None:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.drip(b"")

    with Loopback(serve) as server:
        wire = Wire(WireSettings(base_url=server.url, user_agent="tests", timeout=5))
        began = time.monotonic()
        with allowing(DEADLINE):
            reply = wire.send(Request(method="POST", path="/orders", content=bytes(30_000_000)), "Basic x", None)
        assert time.monotonic() - began < DEADLINE + MARGIN
        wire.close()
    assert reply == Lost(sent=True, timed_out=True, detail="the request could not be sent in time")


def test_a_server_that_reads_by_drips_ends_by_the_deadline() -> None:
    def serve(connection: Connection) -> None:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 18)
        while connection.socket.recv(1 << 18):
            time.sleep(DRIP)

    with Loopback(serve) as server:
        wire = Wire(WireSettings(base_url=server.url, user_agent="tests", timeout=5))
        began = time.monotonic()
        with allowing(DEADLINE):
            reply = wire.send(Request(method="POST", path="/orders", content=bytes(100_000_000)), "Basic x", None)
        assert time.monotonic() - began < DEADLINE + MARGIN
        wire.close()
    assert reply == Lost(sent=True, timed_out=True, detail="the request could not be sent in time")


def test_a_batch_leaves_in_pieces_of_a_quarter_of_the_buffer() -> None:
    sizes: list[int] = []

    class Counting:
        def get_extra_info(self, info: str) -> Any:
            return pair[0] if info == "socket" else None

        def write(self, buffer: bytes, timeout: float | None) -> None:
            sizes.append(len(buffer))

    pair = socket.socketpair()
    with pair[0], pair[1]:
        pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 18)
        quarter = pair[0].getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) // 4
        _PunctualStream(Counting()).write(bytes(350_000))
    assert sum(sizes) == 350_000
    assert sizes[0] == quarter > 1 << 14


def test_the_addresses_of_a_host_share_the_time_for_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, float]] = []

    class Deaf:
        def connect_tcp(self, host: str, port: int, timeout: float, **options: Any) -> None:
            asked.append((host, timeout))
            time.sleep(min(timeout, 0.1))
            raise httpx.ConnectTimeout("")

    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"192.0.2.{number}", 443)) for number in range(1, 9)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with allowing(0.25), pytest.raises(httpx.ConnectTimeout):
        _PunctualNetwork(Deaf()).connect_tcp("orders.example", 443, 10.0)
    assert 2 <= len(asked) <= 3
    assert sum(timeout for _, timeout in asked) < 0.25 + 0.15 + 0.05 + 0.01


# ---------------------------------------------------------------- credentials


def drips_a_token(connection: Connection) -> None:
    connection.request()
    connection.drip(answer(b'{"access_token": "ory_at_1", "token_type": "bearer"}'))


def test_a_token_endpoint_that_drips_ends_the_call_by_its_deadline(connect: Callable[..., Driven]) -> None:
    with Loopback(drips_a_token) as server:
        credentials = OAuth2Credentials("client", "s3cret", f"{server.url}/oauth2/token")
        error = ends_in_time(lambda: connect(server.url, credentials=credentials).get(669), TimeoutError)
    assert error.sent is False


def test_ten_threads_that_wait_for_one_token_all_end_by_their_deadlines() -> None:
    took: list[float] = []
    with Loopback(drips_a_token) as server:
        credentials = OAuth2Credentials("client", "s3cret", f"{server.url}/oauth2/token")
        policy = RetryPolicy(deadline=DEADLINE, base_delay=0.01)
        client = OrdersClient(credentials, base_url=server.url, retry=policy, timeout=0.3, pace=Pace.unlimited())

        def work() -> None:
            began = time.monotonic()
            with pytest.raises(SendcloudError):
                client.get(669)
            took.append(time.monotonic() - began)

        threads = [threading.Thread(target=work) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        client.close()
    assert len(took) == 10
    assert max(took) < DEADLINE + MARGIN


def test_a_thread_with_less_time_does_not_wait_for_a_token_as_long_as_the_one_that_fetches_it() -> None:
    asked, answering = threading.Event(), threading.Event()

    def fetch(*_: object) -> tuple[int, bytes]:
        asked.set()
        answering.wait(10)
        return 200, b'{"access_token": "ory_at_1"}'

    credentials = OAuth2Credentials("client", "s3cret", fetch=fetch)
    leader = threading.Thread(target=credentials.authorization)
    leader.start()
    assert asked.wait(10)
    with allowing(0.1), pytest.raises(TimeoutError, match="deadline"):
        credentials.authorization()
    answering.set()
    leader.join(10)
    assert credentials.authorization() == "Bearer ory_at_1"


@pytest.mark.parametrize("kind", KINDS)
def test_the_time_out_of_a_call_reaches_the_token_request(kind: ClientKind) -> None:
    seen: dict[str, Any] = {}

    def serve(request: httpx.Request) -> httpx.Response:
        seen[request.url.path] = request.extensions["timeout"]["read"]
        if request.url.path == "/oauth2/token":
            return httpx.Response(200, json={"access_token": "ory_at_1"})
        return httpx.Response(200, content=ORDER)

    client = Driven(kind, httpx.MockTransport(serve), credentials=OAuth2Credentials("client", "s3cret"), timeout=7.0)
    client.get(669, timeout=3.0)
    client.close()
    assert seen == {"/oauth2/token": 3.0, "/api/v3/orders/669": 3.0}


def test_a_coroutine_for_credentials_that_never_ends_is_ended_by_the_deadline() -> None:
    async def vault() -> str:
        await asyncio.Event().wait()
        return "Bearer never"

    policy = RetryPolicy(deadline=0.1)
    client = Driven("async", FakeService(), credentials=CallableCredentials(vault), retry=policy, clock=Clock())
    error = ends_in_time(lambda: client.get(669), TimeoutError)
    client.close()
    assert error.sent is False


# ---------------------------------------------------------------- the pace, on virtual time


@pytest.mark.rule("RATE-LIMIT")
@pytest.mark.parametrize("kind", KINDS)
def test_no_attempt_waits_for_the_pace_beyond_the_deadline(kind: ClientKind) -> None:
    service, pace = FakeService([failing]), Pace()
    hooks = Hooks(retry=lambda event: pace.hold(60))
    client = Driven(kind, service, pace=pace, hooks=hooks, retry=RetryPolicy(deadline=30))
    with pytest.raises(ServerError):
        client.get(669)
    client.close()
    assert len(service.sent) == 1
    assert client.watch.now < 5000 + 30


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_wait_for_the_pace_is_not_counted(kind: ClientKind) -> None:
    watch = Stopwatch()

    class Slow(Pace):
        def acquire(self, kind: Any, *, within: float = float("inf")) -> bool:
            watch.now += 500
            return within > 500

        async def acquire_async(self, kind: Any, *, within: float = float("inf")) -> bool:
            return self.acquire(kind, within=within)

    service = FakeService([failing])
    client = Driven(kind, service, pace=Slow(), retry=RetryPolicy(deadline=100), clock=watch.clock)
    with pytest.raises(ServerError):
        client.get(669)
    client.close()
    assert len(service.sent) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_each_attempt_is_given_what_is_left_of_the_deadline(kind: ClientKind) -> None:
    seen: list[float] = []
    watch = Stopwatch()

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"]["read"])
        watch.now += 40
        return httpx.Response(500)

    policy = RetryPolicy(deadline=100, base_delay=0)
    client = Driven(kind, httpx.MockTransport(serve), retry=policy, timeout=60, clock=watch.clock)
    with pytest.raises(ServerError):
        client.get(669)
    client.close()
    assert seen == pytest.approx([60, 60, 20], abs=1)


# ---------------------------------------------------------------- what is left behind


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_a_call_outlives_it(kind: ClientKind) -> None:
    client = Driven(kind, FakeService([failing]))
    client.upsert(orders(1))
    gc.collect()
    # A test that failed before keeps its frames until the report is written.
    before = kept()
    gc.disable()
    try:
        assert [one.id for one in client.list()] == [1000]
        left = [one for one in kept() if not any(one is other for other in before)]
    finally:
        gc.enable()
    client.close()
    assert left == []


def kept() -> list[object]:
    return [one for one in gc.get_objects() if isinstance(one, Attempts | Answer)]
