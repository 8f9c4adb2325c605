"""What the wire takes, keeps and refuses: cookies, proxies, certificates, sizes, codings, the life of a client."""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.both_clients import KINDS, ClientKind, Driven
from doubles.fake_service import FakeService
from doubles.loopback import Connection, Loopback, answer
from orders.factory import order, orders
from sendcloud_orders import (
    AsyncOrdersClient,
    BasicCredentials,
    ConfigurationError,
    ContractError,
    OAuth2Credentials,
    OrdersClient,
    Pace,
    PermissionDeniedError,
    RetryPolicy,
    SendcloudError,
    TransportError,
)
from sendcloud_orders.decoding import BodyReader, BrokenCoding
from sendcloud_orders.proxies import proxy_from_environment

CREDENTIALS = BasicCredentials("me", "hidden")
PRODUCTION = "https://panel.sendcloud.sc/api/v3"
ORDER = json.dumps({"data": {"id": "669", **order()}}).encode()
PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
CLIENTS: list[Any] = [OrdersClient, AsyncOrdersClient]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXY_VARIABLES, "ssl_cert_file", "ssl_cert_dir"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(params=KINDS)
def connect(request: pytest.FixtureRequest) -> Iterator[Callable[..., Driven]]:
    clients: list[Driven] = []

    def start(transport: Any = None, **settings: Any) -> Driven:
        kind: ClientKind = request.param
        clients.append(Driven(kind, transport, retry=RetryPolicy.none(), **settings))
        return clients[-1]

    yield start
    for client in clients:
        client.close()


def serving(*answers: bytes) -> Callable[[Connection], None]:
    """Answer the requests of each connection one after the other, the last for ever."""

    def serve(connection: Connection) -> None:
        place = 0
        while connection.request():
            connection.send(answers[min(place, len(answers) - 1)])
            place += 1

    return serve


# ---------------------------------------------------------------- cookies


def test_no_cookie_is_kept(connect: Callable[..., Driven]) -> None:
    cookies = [f"Set-Cookie: session={number}; Path={path}" for number, path in enumerate(("/", "/orders", "/oauth2"))]
    token = answer(b'{"access_token": "ory_at_1"}', *cookies)
    with Loopback(serving(token, answer(ORDER, *cookies))) as server:
        credentials = OAuth2Credentials("client", "s3cret", f"{server.url}/oauth2/token")
        client = connect(base_url=server.url, credentials=credentials)
        for _ in range(3):
            client.get(669)
        received = [one for connection in server.connections for one in connection.received]
    assert len(received) == 4
    assert not [one for one in received if b"cookie" in one.lower()]


# ---------------------------------------------------------------- proxies


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
def test_this_machine_is_never_asked_through_a_proxy_of_the_environment(
    connect: Callable[..., Driven], monkeypatch: pytest.MonkeyPatch, variable: str, host: str
) -> None:
    with Loopback(serving(answer(ORDER)), host=host) as server, Loopback(serving(answer(b"{}"))) as proxy:
        monkeypatch.setenv(variable, proxy.url)
        credentials = OAuth2Credentials("client", "s3cret", f"{server.url}/oauth2/token")
        token = connect(base_url=server.url, credentials=credentials)
        with pytest.raises(ContractError):
            token.get(669)
        assert connect(base_url=server.url).get(669).id == 669
        assert proxy.connections == []


@pytest.mark.parametrize("odd", ["NO_PROXY=[::1]", "ALL_PROXY=nonsense://x", "HTTPS_PROXY=http://[", "HTTP_PROXY=:0"])
def test_odd_values_in_the_environment_do_not_matter_for_this_machine(
    connect: Callable[..., Driven], monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    monkeypatch.setenv(*odd.split("=", 1))
    with Loopback(serving(answer(ORDER))) as server:
        assert connect(base_url=server.url).get(669).id == 669


def test_a_proxy_that_the_caller_names_is_used_for_this_machine_too(connect: Callable[..., Driven]) -> None:
    with Loopback(serving(answer(ORDER))) as proxy:
        assert connect(base_url="http://localhost:9", proxy=proxy.url).get(669).id == 669
        assert proxy.connections[0].received[0].startswith(b"GET http://localhost:9/orders/669 ")


def test_elsewhere_the_proxy_of_the_environment_is_used(
    connect: Callable[..., Driven], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Loopback(serving(answer(b"", status="403 Forbidden"))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("://", "://user:planted-password@"))
        with pytest.raises(TransportError, match="proxy") as caught:
            connect().get(669)
        assert proxy.connections[0].received[0].startswith(b"CONNECT panel.sendcloud.sc:443 ")
    assert "planted" not in str(caught.value)


ENVIRONMENTS = {
    "nothing": {},
    "for https": {"https_proxy": "http://one:1"},
    "in capitals": {"HTTPS_PROXY": "http://one:1"},
    "for http": {"http_proxy": "http://one:1"},
    "for all": {"all_proxy": "http://one:1"},
    "for https rather than for all": {"all_proxy": "http://two:2", "https_proxy": "http://one:1"},
    "without a scheme": {"https_proxy": "one:1"},
    "with a password": {"https_proxy": "http://me:pass@one:1"},
    "exempt by name": {"https_proxy": "http://one:1", "no_proxy": "panel.sendcloud.sc"},
    "exempt by domain": {"https_proxy": "http://one:1", "no_proxy": "elsewhere.example, sendcloud.sc"},
    "exempt by domain with a dot": {"https_proxy": "http://one:1", "no_proxy": ".sendcloud.sc"},
    "exempt all": {"https_proxy": "http://one:1", "no_proxy": "example.com,*"},
    "exempt by scheme": {"https_proxy": "http://one:1", "no_proxy": "https://panel.sendcloud.sc"},
    "exempt for http only": {"https_proxy": "http://one:1", "no_proxy": "http://panel.sendcloud.sc"},
    "exempt by another end": {"https_proxy": "http://one:1", "no_proxy": "cloud.sc,endcloud.sc"},
    "exempt on another port": {"https_proxy": "http://one:1", "no_proxy": "panel.sendcloud.sc:8443"},
    "exempt by address": {"https_proxy": "http://one:1", "no_proxy": "10.0.0.1,::1,localhost"},
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_environment_is_read_as_httpx_reads_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in ENVIRONMENTS[name].items():
        monkeypatch.setenv(variable, value)
    with httpx.Client() as client:
        chosen: Any = client._transport_for_url(httpx.URL(PRODUCTION))
        url = getattr(chosen._pool, "_proxy_url", None)
    found = proxy_from_environment(PRODUCTION)
    assert (found and urlsplit(found.url).hostname) == (url and url.host.decode())


ODD_ENVIRONMENTS = [
    ("NO_PROXY", "[::1]"),
    ("NO_PROXY", "localhost,two words"),
    ("no_proxy", "host:port"),
    ("ALL_PROXY", "socks5://planted:planted@proxy.example"),
    ("ALL_PROXY", "ftp://proxy.example"),
    ("HTTPS_PROXY", "http://planted:planted@"),
    ("HTTPS_PROXY", "http://planted@proxy.example:port"),
    ("HTTPS_PROXY", "http://planted@proxy.example:99999"),
    ("https_proxy", "http://[planted"),
    ("HTTPS_PROXY", "http://planted proxy"),
    ("HTTPS_PROXY", "http://a..b"),
    ("SSL_CERT_FILE", "/no/such/file"),
    ("SSL_CERT_FILE", __file__),
    ("SSL_CERT_DIR", "/no/such/folder"),
]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(("variable", "value"), ODD_ENVIRONMENTS)
def test_an_odd_value_in_the_environment_is_told_by_its_variable_when_the_client_is_made(
    client: Any, variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=variable) as caught:
        client(CREDENTIALS)
    assert "planted" not in "".join(map(str, (caught.value, caught.value.__cause__, caught.value.__context__)))


def test_an_odd_proxy_for_the_token_endpoint_is_told_when_the_client_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://x")
    for client in CLIENTS:
        with pytest.raises(ConfigurationError, match="HTTPS_PROXY"):
            client(OAuth2Credentials("client", "s3cret"), base_url="http://127.0.0.1:9")


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("odd", [5, "", "nonsense", "ftp://x", "http://", "http://planted:x@h:port", b"http://x", True])
def test_an_odd_proxy_is_refused_when_the_client_is_made(client: Any, odd: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"proxy.*http://proxy\.example") as caught:
        client(CREDENTIALS, proxy=odd)
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("odd", ["/no/such/file", Path("/etc"), None, 1, b""])
def test_certificates_that_are_no_context_are_refused(client: Any, odd: Any) -> None:
    with pytest.raises(ConfigurationError, match="verify"):
        client(CREDENTIALS, verify=odd)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_context_for_certificates_is_taken(client: Any) -> None:
    assert client(CREDENTIALS, verify=ssl.create_default_context())


# ---------------------------------------------------------------- time-outs

ODD_TIMEOUTS: list[Any] = [
    *("5", b"5", True, 0, -1, float("nan"), float("inf"), 10**400, [], (1, 2, 3, 4), object()),
    *(httpx.Timeout(odd) for odd in (-1, float("nan"), True, 0)),
    httpx.Timeout(5, read="5"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("odd", ODD_TIMEOUTS)
def test_an_odd_time_out_is_refused_by_the_client_and_by_a_call(connect: Callable[..., Driven], odd: Any) -> None:
    with pytest.raises(ConfigurationError, match="timeout should be"):
        connect(FakeService(), timeout=odd)
    service = FakeService()
    with pytest.raises(ConfigurationError, match="timeout should be"):
        connect(service).get(669, timeout=odd)
    assert service.sent == []


@pytest.mark.parametrize("good", [5, 0.5, httpx.Timeout(5), httpx.Timeout(None, connect=1), 1e300])
def test_a_number_of_seconds_or_httpx_s_own_value_is_a_time_out(connect: Callable[..., Driven], good: Any) -> None:
    with Loopback(serving(answer(ORDER))) as server:
        assert connect(base_url=server.url, timeout=good).get(669, timeout=good).id == 669


# ---------------------------------------------------------------- the size of an answer

LIMIT = 1_000_000
BOMB = gzip.compress(bytes(200 * LIMIT), 1)


def padded(size: int) -> bytes:
    """Make an answer with an order of this size."""
    return ORDER + b" " * (size - len(ORDER))


def test_an_answer_as_large_as_the_limit_is_read_and_one_byte_more_is_refused(connect: Callable[..., Driven]) -> None:
    for size, fits in ((LIMIT, True), (LIMIT + 1, False)):
        for packed in (False, True):
            body = gzip.compress(padded(size), 1) if packed else padded(size)
            fields = ["Content-Encoding: gzip"] if packed else []
            with Loopback(serving(answer(body, *fields))) as server:
                client = connect(base_url=server.url, max_answer_bytes=LIMIT)
                if fits:
                    assert client.get(669).id == 669
                    continue
                with pytest.raises(ContractError, match=r"1000000 bytes.*max_answer_bytes"):
                    client.get(669)


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "500 Internal Server Error"])
def test_a_bomb_costs_no_more_than_the_limit(connect: Callable[..., Driven], status: str) -> None:
    with Loopback(serving(answer(BOMB, "Content-Encoding: gzip", status=status))) as server:
        client = connect(base_url=server.url, max_answer_bytes=LIMIT)
        tracemalloc.start()
        try:
            with pytest.raises(ContractError, match="max_answer_bytes"):
                client.get(669)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < LIMIT + 1_500_000


def test_an_answer_without_an_end_is_left_at_the_limit(connect: Callable[..., Driven]) -> None:
    sent: list[int] = []

    def serve(connection: Connection) -> None:
        connection.request()
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.send(b"10000\r\n" + bytes(0x10000) + b"\r\n")
            sent.append(0x10000)

    with Loopback(serve) as server, pytest.raises(ContractError, match="max_answer_bytes"):
        connect(base_url=server.url, max_answer_bytes=LIMIT).get(669)
    # What lies in the buffers of both sockets has left the server as well.
    assert sum(sent) < LIMIT + 20_000_000


def test_a_token_answer_has_the_limit_too(connect: Callable[..., Driven]) -> None:
    with Loopback(serving(answer(BOMB, "Content-Encoding: gzip"))) as server:
        credentials = OAuth2Credentials("client", "s3cret", f"{server.url}/oauth2/token")
        with pytest.raises(ContractError, match="max_answer_bytes"):
            connect(base_url=server.url, credentials=credentials, max_answer_bytes=LIMIT).get(669)


def test_an_upsert_whose_answer_is_too_large_is_reported_as_unknown(connect: Callable[..., Driven]) -> None:
    with Loopback(serving(answer(padded(LIMIT + 1)))) as server:
        report = connect(base_url=server.url, max_answer_bytes=LIMIT).upsert(orders(1))
    assert "max_answer_bytes" in report.unknown[0].reason


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("odd", [0, -1, "64", 1.5, True, None])
def test_an_odd_limit_is_refused(client: Any, odd: Any) -> None:
    with pytest.raises(ConfigurationError, match="max_answer_bytes"):
        client(CREDENTIALS, max_answer_bytes=odd)


# ---------------------------------------------------------------- codings


def test_only_what_can_be_read_in_steps_is_asked_for(connect: Callable[..., Driven]) -> None:
    service = FakeService()
    list(connect(service).list())
    assert service.sent[0].headers["Accept-Encoding"] == "gzip, deflate"


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "gzip, br", "compress"])
def test_another_coding_of_a_success_is_a_breach_of_contract(connect: Callable[..., Driven], coding: str) -> None:
    packed = answer(ORDER, f"Content-Encoding: {coding}")
    with Loopback(serving(packed)) as server, pytest.raises(ContractError, match="gzip or deflate"):
        connect(base_url=server.url).get(669)


def test_another_coding_of_an_error_leaves_its_status(connect: Callable[..., Driven]) -> None:
    with (
        Loopback(serving(answer(b"\x0b\x02\x80blocked\x03", "Content-Encoding: br", status="403 Forbidden"))) as server,
        pytest.raises(PermissionDeniedError),
    ):
        connect(base_url=server.url).get(669)


def bare_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


CODINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "none": ("", bytes),
    "identity": ("identity", bytes),
    "gzip": ("gzip", gzip.compress),
    "gzip in capitals": ("GZIP", gzip.compress),
    "the old name of gzip": ("x-gzip", gzip.compress),
    "gzip in two members": ("gzip", lambda body: gzip.compress(body[:7]) + gzip.compress(body[7:])),
    "gzip with padding": ("gzip", lambda body: gzip.compress(body) + bytes(8)),
    "deflate": ("deflate", zlib.compress),
    "deflate without its frame": ("deflate", bare_deflate),
}


@pytest.mark.parametrize("name", CODINGS)
@given(body=st.binary(max_size=200), cuts=st.lists(st.integers(0, 250), max_size=5), times=st.sampled_from([1, 5000]))
def test_a_body_is_the_same_however_it_is_packed_and_cut(name: str, body: bytes, cuts: list[int], times: int) -> None:
    coding, pack = CODINGS[name]
    packed = pack(body * times)
    reader = BodyReader(200, coding, 10_000_000)
    places = [0, *sorted(min(cut, len(packed)) for cut in cuts), len(packed)]
    for start, end in pairwise(places):
        reader.feed(packed[start:end])
    assert reader.finish() == body * times


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@given(cut=st.integers(1, 20))
def test_a_packed_body_that_was_cut_is_broken(coding: str, cut: int) -> None:
    packed = CODINGS[coding][1](b"an order")
    reader = BodyReader(200, coding, 1000)
    reader.feed(packed[: max(1, len(packed) - cut)])
    with pytest.raises(BrokenCoding):
        reader.finish()


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_body_that_is_not_packed_as_it_says_is_lost(connect: Callable[..., Driven], coding: str) -> None:
    packed = answer(ORDER, f"Content-Encoding: {coding}")
    with Loopback(serving(packed)) as server, pytest.raises(TransportError, match="compression"):
        connect(base_url=server.url).get(669)


def test_a_body_of_nothing_may_say_that_it_is_packed(connect: Callable[..., Driven]) -> None:
    no_content = b"HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n"
    with Loopback(serving(no_content)) as server:
        connect(base_url=server.url).delete(669)


# ---------------------------------------------------------------- the life of a client

CALLS: dict[str, Callable[[Driven], Any]] = {
    "get": lambda client: client.get(669),
    "list": lambda client: list(client.list()),
    "find": lambda client: client.find(41, "A-1"),
    "update": lambda client: client.update(669, {"order_number": "new"}),
    "delete": lambda client: client.delete(669),
    "upsert": lambda client: client.upsert(orders(1)),
    "upsert_batch": lambda client: client.upsert_batch(orders(1)),
    "upsert_iter": lambda client: list(client.upsert_iter(orders(1))),
    "wait_until_available": lambda client: client.wait_until_available([669]),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("stand_in", [True, False])
def test_a_closed_client_says_so(connect: Callable[..., Driven], call: str, stand_in: bool) -> None:
    client = connect(FakeService() if stand_in else None)
    client.close()
    with pytest.raises(SendcloudError, match="closed"):
        CALLS[call](reopened(client))


def reopened(client: Driven) -> Driven:
    """Give the loop back that `Driven.close` took; the client in it stays closed."""
    client.runner = asyncio.Runner()
    return client


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_may_be_closed_twice(kind: ClientKind) -> None:
    client = Driven(kind, FakeService())
    client.close()
    reopened(client).close()


def test_a_client_serves_one_event_loop_after_the_other() -> None:
    closing = answer(ORDER, "Connection: close")
    with Loopback(serving(closing)) as server:
        client = AsyncOrdersClient(CREDENTIALS, base_url=server.url, pace=Pace.unlimited())
        found = [asyncio.run(client.get(669)).id for _ in range(3)]
        asyncio.run(client.close())
    assert found == [669] * 3


def test_a_client_serves_two_event_loops_at_once() -> None:
    with Loopback(serving(answer(ORDER))) as server:
        client = AsyncOrdersClient(CREDENTIALS, base_url=server.url, pace=Pace.unlimited())
        with asyncio.Runner() as one, asyncio.Runner() as other:
            for runner in (one, other, one, other):
                assert runner.run(client.get(669)).id == 669
            assert len(server.connections) == 2
            for runner in (one, other):
                pools = client._wire._connections._pools
                pool: Any = next(pool for (loop, _), pool in pools.items() if loop is runner.get_loop())
                runner.run(pool.aclose())
            one.run(client.close())


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("odd", [5, "transport", object()])
def test_a_transport_that_is_none_is_refused(client: Any, odd: Any) -> None:
    with pytest.raises(ConfigurationError, match="transport"):
        client(CREDENTIALS, transport=odd)


def test_a_transport_of_the_other_kind_is_refused() -> None:
    for client, other in ((OrdersClient, httpx.AsyncHTTPTransport), (AsyncOrdersClient, httpx.HTTPTransport)):
        odd: Any = other(verify=False)
        with pytest.raises(ConfigurationError, match="this kind of client"):
            client(CREDENTIALS, transport=odd)


def test_what_a_transport_raises_for_the_network_is_a_lost_request(connect: Callable[..., Driven]) -> None:
    def serve(request: httpx.Request) -> httpx.Response:
        raise ConnectionResetError("planted")

    with pytest.raises(TransportError) as caught:
        connect(httpx.MockTransport(serve)).get(669)
    assert caught.value.sent is True
    assert "planted" not in str(caught.value)
