"""The wire: the one module that names the HTTP library.

Both transports send a request once and give the answer as a value, or say how it got lost. They speak to httpx's
transports rather than to its clients: those would keep cookies, follow redirects, read the environment and unpack
bodies of any size. Each process, and each event loop in it, has connections of its own.
"""

# ruff: noqa: ASYNC109 - a time-out is per step and httpx keeps it

from __future__ import annotations

import asyncio
import logging
import math
import os
import socket
import ssl
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, TypeAlias, TypeVar

import httpx

from sendcloud_orders_api.types import Request

from .arguments import check_whole_number, described, reading
from .deadline import cut, seconds_left, timeout_of_call
from .decoding import ACCEPTED_CODINGS, BodyReader, BrokenCoding
from .errors import ConfigurationError, ContractError, TransportError
from .errors import TimeoutError as SendcloudTimeoutError
from .exchange import Answer, Lost, Unreadable, without_frames
from .forking import renew_after_fork
from .links import read_next_link
from .proxies import Proxy, check_proxy, proxy_from_environment
from .recall import on_the_wire

Timeout: TypeAlias = httpx.Timeout
"""Time-outs in seconds for connect, read, write and pool; a single number stands for all four."""

HttpTransport: TypeAlias = httpx.BaseTransport
AsyncHttpTransport: TypeAlias = httpx.AsyncBaseTransport

DEFAULT_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
DEFAULT_MAX_ANSWER_BYTES = 64 * 1024 * 1024
"""Room for a page of 200 orders of 300 kB each."""

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
# The time-outs of the steps end a call first and know which step it was; this only catches what they let drip.
_GRACE = 0.05

# httpx logs whole URLs, query values included, and httpcore response headers; who wants them sets the level again.
for _name in ("httpx", "httpcore"):
    if logging.getLogger(_name).level == logging.NOTSET:
        logging.getLogger(_name).setLevel(logging.WARNING)

T = TypeVar("T", bound=HttpTransport | AsyncHttpTransport)


def check_timeout(timeout: object, *, source: str = "timeout") -> Timeout | None:
    """Read a time-out: a number of seconds, or an `httpx.Timeout`; None leaves the default.

    Raises `ConfigurationError` for anything else, and for seconds that are not more than 0.
    """
    if timeout is None:
        return None
    with reading(source, ConfigurationError):
        if isinstance(timeout, httpx.Timeout) and all(map(_is_wait, timeout.as_dict().values())):
            return timeout
        if isinstance(timeout, int | float) and _is_wait(timeout):
            return httpx.Timeout(float(timeout))
    raise ConfigurationError(
        f"{source} should be a number of seconds above 0, or an httpx.Timeout of such numbers, not "
        f"{described(timeout)}."
    )


def _check_readable(url: str, source: str) -> None:
    """Refuse what only the HTTP library finds fault with, such as a host that IDNA does not know."""
    try:
        httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        reason = f"The URL in {source} cannot be read by the HTTP library: check its host."
    else:
        return
    raise ConfigurationError(reason)


def _is_wait(seconds: object) -> bool:
    if seconds is None:
        return True
    return isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 < seconds <= sys.float_info.max


@dataclass(frozen=True, slots=True, kw_only=True)
class WireSettings:
    """How to reach the service: address, time-outs, TLS, proxy, and how much of an answer is read.

    Raises `ConfigurationError` for a value that cannot be used.
    """

    base_url: str
    user_agent: str
    timeout: Timeout | float | None = None
    verify: ssl.SSLContext | bool = True
    proxy: str | None = None
    max_answer_bytes: int = DEFAULT_MAX_ANSWER_BYTES

    def __post_init__(self) -> None:
        _check_readable(self.base_url, "base_url")
        check_timeout(self.timeout)
        if self.proxy is not None:
            check_proxy(self.proxy)
        if not isinstance(self.verify, bool | ssl.SSLContext):
            raise ConfigurationError(
                "verify should be True, False or an ssl.SSLContext; for certificates of your own give "
                f"ssl.create_default_context(cafile=...), not {described(self.verify)}."
            )
        check_whole_number("max_answer_bytes", self.max_answer_bytes, refusal=ConfigurationError)

    def timeouts(self, timeout: object) -> dict[str, float | None]:
        """Give the time-outs of one request, none of them longer than what is left of the call."""
        chosen = check_timeout(timeout) or check_timeout(self.timeout) or DEFAULT_TIMEOUT
        return {step: cut(seconds) for step, seconds in chosen.as_dict().items()}


# ---------------------------------------------------------------- connections


class _Connections(Generic[T]):
    """The connections of a client: one pool for each way out, in each process and event loop.

    A `given` transport stands in for all of them.
    """

    def __init__(self, kind: type[T], settings: WireSettings, given: T | None) -> None:
        with reading("transport", ConfigurationError):
            if given is not None and not isinstance(given, kind):
                raise ConfigurationError(
                    f"transport should be an httpx.{kind.__name__} for this kind of client, not {described(given)}: "
                    "leave it out unless a test stands in for the network."
                )
        self._kind = kind
        self._settings = settings
        self._given = given
        self._ways: dict[str, tuple[Proxy | None, ssl.SSLContext | bool]] = {}
        self._pools: dict[tuple[object, Proxy | None], T] = {}
        self._left_alone: list[object] = []
        self._closed = False
        self._refusal = ""
        renew_after_fork(self)

    def prepare(self, url: str) -> None:
        """Find the way to a URL. Raises `ConfigurationError` when proxy or certificates cannot be used."""
        _check_readable(url, "token_url")
        if self._given is not None or url in self._ways:
            return
        proxy = self._proxy(url)
        secure = any(one.startswith("https:") for one in (url, proxy.url if proxy else ""))
        context = _certificates(self._settings.verify) if secure else False
        _open(self._kind, proxy, context)
        self._ways[url] = proxy, context

    def pool(self, url: str, loop: object = None) -> T:
        """Give the connections for a URL that was prepared, or that belongs to the same host as one that was."""
        if self._given is not None:
            return self._given
        if url not in self._ways:
            self.prepare(url)
        proxy, context = self._ways[url]
        pool = self._pools.get((loop, proxy))
        if pool is None:
            # Two threads may come here at once; the pool that is not kept has opened nothing yet.
            pool = self._pools.setdefault((loop, proxy), _open(self._kind, proxy, context))
        return pool

    def forget_closed_loops(self) -> None:
        """Let go of the pools of event loops that have ended."""
        for loop, proxy in list(self._pools):
            if isinstance(loop, asyncio.AbstractEventLoop) and loop.is_closed():
                self._pools.pop((loop, proxy), None)

    def check_usable(self) -> None:
        """Raise `ConfigurationError` when nothing can be sent through this client any more."""
        if self._refusal:
            raise ConfigurationError(self._refusal)

    def close(self, loop: object = None) -> Iterator[T]:
        """Give what is to be closed, and refuse everything from now on."""
        self._refusal = "The client is closed: make a new one, or do this work inside the with block."
        if self._given is not None and not self._closed:
            yield self._given
        self._closed = True
        pools, self._pools = self._pools, {}
        yield from (pool for (of, _), pool in pools.items() if of is loop)

    def after_fork(self) -> None:
        """Let go of the connections of the parent, which still uses them."""
        self._left_alone += [self._pools]
        self._pools = {}
        if isinstance(self._given, httpx.HTTPTransport | httpx.AsyncHTTPTransport):
            self._closed = True
            self._refusal = (
                "The transport of this client belongs to the process that made it: after a fork, make a client with a "
                "transport of its own in each child."
            )

    def _proxy(self, url: str) -> Proxy | None:
        if self._settings.proxy is not None:
            return check_proxy(self._settings.proxy)
        return proxy_from_environment(url)


def _certificates(verify: ssl.SSLContext | bool) -> ssl.SSLContext | bool:
    if verify is not True:
        return verify
    variable = next((name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)), None)
    try:
        if variable == "SSL_CERT_DIR" and not os.path.isdir(os.environ[variable]):
            raise FileNotFoundError
        return httpx.create_ssl_context()
    except OSError as error:  # an SSLError is one
        if variable is None:
            raise ConfigurationError(
                "The usual certificates cannot be read: install certifi anew, or give verify an ssl.SSLContext."
            ) from error
    raise ConfigurationError(
        f"{variable} should name {'a file' if variable == 'SSL_CERT_FILE' else 'a folder'} of certificates in PEM form "
        "that can be read: correct it, or unset it to trust the usual ones."
    )


def _open(kind: type[T], proxy: Proxy | None, verify: ssl.SSLContext | bool) -> T:
    made: Any = _PunctualTransport if kind is httpx.BaseTransport else httpx.AsyncHTTPTransport
    try:
        transport: T = made(verify=verify, trust_env=False, proxy=proxy.url if proxy else None)
    except ImportError:
        assert proxy is not None
        problem = f'The SOCKS proxy in {proxy.source} needs the package socksio: pip install "httpx[socks]".'
    except (httpx.InvalidURL, ValueError):
        assert proxy is not None
        problem = f"The proxy in {proxy.source} is not a URL that can be used, such as http://proxy.example:3128."
    else:
        return transport
    # Raised out here so that no cause hangs on it that shows the proxy's password.
    raise ConfigurationError(problem)


class _PunctualTransport(httpx.HTTPTransport):
    """Connections on which no single read, write or handshake outlasts the call; httpx alone limits each step."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # httpcore takes a network of one's own, but httpx does not hand it on. A test holds that this has an effect.
        pool: Any = self._pool
        pool._network_backend = _PunctualNetwork(pool._network_backend)


class _PunctualNetwork:
    """The network of httpcore, with each wait cut to what is left of the call under way."""

    def __init__(self, network: Any) -> None:
        self._network = network

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **options: Any) -> _PunctualStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise httpx.ConnectError("the host has no address") from None
        # One after the other, or each of them would be waited for as long as all may take.
        hosts = [str(address[0]) for *_, address in found] if len(found) > 1 else [host]
        for place, one in enumerate(hosts, 1):
            _insist(httpx.ConnectTimeout)
            try:
                return _PunctualStream(self._network.connect_tcp(one, port, cut(timeout), **options))
            except Exception:
                if place == len(hosts):
                    raise
        raise httpx.ConnectError("the host has no address")

    def sleep(self, seconds: float) -> None:
        self._network.sleep(seconds)


class _PunctualStream:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        _insist(httpx.ReadTimeout)
        with on_the_wire(self._shut):
            received: bytes = self._stream.read(max_bytes, cut(timeout))
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # Piece by piece: many bytes for a slow reader are many waits.
        size = max(_PIECE, _room(self._stream) // 4) if len(buffer) > _PIECE else _PIECE
        view = memoryview(buffer)
        for start in range(0, len(view), size):
            _insist(httpx.WriteTimeout)
            with on_the_wire(self._shut):
                self._stream.write(view[start : start + size], cut(timeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> _PunctualStream:
        _insist(httpx.ConnectTimeout)
        return _PunctualStream(self._stream.start_tls(ssl_context, server_hostname, cut(timeout)))

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _shut(self) -> None:
        with suppress(OSError):
            # That of an SSLSocket would forget the keys, which the thread that waits still uses.
            socket.socket.shutdown(self.get_extra_info("socket"), socket.SHUT_RDWR)


# One send takes this much whole as soon as it can write at all; it is a record of TLS, too. A system that lets a socket
# be written to once a third of its buffer is free, as Linux does, takes a quarter of the buffer whole.
_PIECE = 1 << 14


def _room(stream: Any) -> int:
    connection = stream.get_extra_info("socket")
    return 0 if connection is None else int(connection.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF))


def _insist(error: type[httpx.TimeoutException]) -> None:
    if seconds_left() <= 0:
        raise error("the deadline of the call has passed")


# ---------------------------------------------------------------- both wires


class Wire:
    """The blocking way to the service: sends requests and waits for their answers."""

    def __init__(self, settings: WireSettings, transport: HttpTransport | None = None) -> None:
        self._settings = settings
        self._connections = _Connections(httpx.BaseTransport, settings, transport)
        self.prepare(settings.base_url)

    def prepare(self, url: str) -> None:
        """Find the way to a URL before the first request. Raises `ConfigurationError`."""
        self._connections.prepare(url)

    def check_usable(self, timeout: object = None) -> None:
        """Raise `ConfigurationError` when the client is closed, or a call's time-out is none."""
        check_timeout(timeout)
        self._connections.check_usable()

    def send(self, request: Request, authorization: str, timeout: Timeout | float | None) -> Answer | Lost | Unreadable:
        """Send a request once."""
        with _TellingLosses() as lost:
            sent = _http_request(self._settings, request, authorization, timeout)
            return self._ask(self._settings.base_url, sent)
        return lost[0]

    def fetch_token(self, url: str, form: Mapping[str, str], user: str, password: str) -> tuple[int, bytes]:
        """Ask a token endpoint. Raises `TransportError`, and `ContractError` for an answer that passes the limit."""
        with _TellingLosses() as lost:
            answer = self._ask(url, _token_request(self._settings, url, form, user, password))
            return _token_answer(answer)
        raise _token_error(lost[0])

    def close(self) -> None:
        """Close the connections."""
        for pool in self._connections.close():
            pool.close()

    def _ask(self, url: str, sent: httpx.Request) -> Answer | Unreadable:
        response = self._connections.pool(url).handle_request(sent)
        try:
            reader = _reader(response, self._settings)
            for chunk in response.stream if reader else ():  # type: ignore[union-attr]
                _insist(httpx.ReadTimeout)
                reader.feed(chunk)  # type: ignore[union-attr]
            return _answer(response, sent, reader)
        except ContractError as problem:
            return Unreadable(response.status_code, without_frames(problem))
        finally:
            response.close()


class AsyncWire:
    """The asynchronous way to the service: sends requests and awaits their answers."""

    def __init__(self, settings: WireSettings, transport: AsyncHttpTransport | None = None) -> None:
        self._settings = settings
        self._connections = _Connections(httpx.AsyncBaseTransport, settings, transport)
        self.prepare(settings.base_url)

    def prepare(self, url: str) -> None:
        """Find the way to a URL before the first request. Raises `ConfigurationError`."""
        self._connections.prepare(url)

    def check_usable(self, timeout: object = None) -> None:
        """Raise `ConfigurationError` when the client is closed, or a call's time-out is none."""
        check_timeout(timeout)
        self._connections.check_usable()

    async def send(
        self, request: Request, authorization: str, timeout: Timeout | float | None
    ) -> Answer | Lost | Unreadable:
        """Send a request once."""
        with _TellingLosses() as lost:
            return await self._ask(
                self._settings.base_url, _http_request(self._settings, request, authorization, timeout)
            )
        return lost[0]

    async def fetch_token(self, url: str, form: Mapping[str, str], user: str, password: str) -> tuple[int, bytes]:
        """Ask a token endpoint. Raises `TransportError`, and `ContractError` for an answer that passes the limit."""
        with _TellingLosses() as lost:
            answer = await self._ask(url, _token_request(self._settings, url, form, user, password))
            return _token_answer(answer)
        raise _token_error(lost[0])

    async def close(self) -> None:
        """Close the connections of this event loop; those of another one end with it."""
        for pool in self._connections.close(asyncio.get_running_loop()):
            await pool.aclose()

    async def _ask(self, url: str, sent: httpx.Request) -> Answer | Unreadable:
        self._connections.forget_closed_loops()
        pool = self._connections.pool(url, asyncio.get_running_loop())
        left = seconds_left()
        try:
            async with asyncio.timeout(None if left == math.inf else left + _GRACE) as limit:
                response = await pool.handle_async_request(sent)
                try:
                    return await self._read(response, sent)
                finally:
                    await response.aclose()
        except TimeoutError:
            if not limit.expired():
                raise
            raise httpx.ReadTimeout("the deadline of the call has passed") from None

    async def _read(self, response: httpx.Response, sent: httpx.Request) -> Answer | Unreadable:
        try:
            reader = _reader(response, self._settings)
            if reader:
                async for chunk in response.stream:  # type: ignore[union-attr]
                    reader.feed(chunk)
            return _answer(response, sent, reader)
        except ContractError as problem:
            return Unreadable(response.status_code, without_frames(problem))


# ---------------------------------------------------------------- requests and answers


def _http_request(
    settings: WireSettings, request: Request, authorization: str, timeout: Timeout | float | None
) -> httpx.Request:
    return httpx.Request(
        request.method,
        settings.base_url + request.url,
        headers=_headers(settings, request.headers, authorization),
        content=request.content,
        extensions={"timeout": settings.timeouts(timeout)},
    )


def _token_request(
    settings: WireSettings, url: str, form: Mapping[str, str], user: str, password: str
) -> httpx.Request:
    basic = b64encode(f"{user}:{password}".encode()).decode("ascii")
    return httpx.Request(
        "POST",
        url,
        headers=_headers(settings, {}, f"Basic {basic}"),
        data=dict(form),
        extensions={"timeout": settings.timeouts(timeout_of_call())},
    )


def _headers(settings: WireSettings, headers: Mapping[str, str], authorization: str) -> dict[str, str]:
    return {
        "Accept": "*/*",
        "Accept-Encoding": ACCEPTED_CODINGS,
        "Connection": "keep-alive",
        "User-Agent": settings.user_agent,
        **headers,
        "Authorization": authorization,
    }


def _reader(response: httpx.Response, settings: WireSettings) -> BodyReader | None:
    """Make the reader of a body; None for an error packed in a way that cannot be read, whose status tells enough."""
    codings = response.headers.get("content-encoding", "")
    try:
        reader = BodyReader(response.status_code, codings, settings.max_answer_bytes)
    except ContractError:
        if response.is_success:
            raise
        return None
    reader.expect(response.headers.get("content-length"))
    return reader


def _answer(response: httpx.Response, sent: httpx.Request, reader: BodyReader | None) -> Answer:
    content = reader.finish() if reader else b""
    next_url, problem = None, None
    if links := response.headers.get_list("link"):
        try:
            next_url = read_next_link(links, str(sent.url))
        except ContractError as error:
            problem = without_frames(error)
    return Answer(response.status_code, dict(response.headers.items()), content, next_url, problem)


def _token_answer(answer: Answer | Unreadable) -> tuple[int, bytes]:
    if isinstance(answer, Unreadable):
        raise answer.problem
    return answer.status, answer.content


def _token_error(lost: Lost) -> TransportError:
    kind = SendcloudTimeoutError if lost.timed_out else TransportError
    return kind(f"The token endpoint could not be asked: {lost.detail}.", sent=False)


# ---------------------------------------------------------------- losses


class _TellingLosses:
    """Turn what the library raises for an answer that did not come into a value, the first of the list given.

    A class, because of a generator the error would keep its frames, and with them the request and half an answer.
    """

    def __enter__(self) -> list[Lost]:
        self._lost: list[Lost] = []
        return self._lost

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if isinstance(error, httpx.HTTPError):
            self._lost.append(_lost(error))
        elif isinstance(error, BrokenCoding):
            self._lost.append(Lost(sent=True, detail="the answer's compression was broken"))
        elif isinstance(error, OSError):  # a transport of the caller's may let one through
            self._lost.append(Lost(sent=True, detail="the connection failed"))
        else:
            return False
        # So that the library's own generators keep nothing either.
        while error is not None:
            error.__traceback__ = None
            error = error.__context__
        return True


def _lost(error: httpx.HTTPError) -> Lost:
    return Lost(
        sent=not isinstance(error, _NEVER_LEFT),
        timed_out=isinstance(error, httpx.TimeoutException),
        detail=_DETAILS.get(type(error), "the connection failed"),
    )


# Our own words: those of the library may quote a URL.
_DETAILS: dict[type[httpx.HTTPError], str] = {
    httpx.ConnectError: "no connection could be made",
    httpx.ConnectTimeout: "no connection could be made in time",
    httpx.PoolTimeout: "no connection became free in time",
    httpx.ProxyError: "the proxy refused the connection",
    httpx.ReadTimeout: "no answer came in time",
    httpx.WriteTimeout: "the request could not be sent in time",
    httpx.RemoteProtocolError: "the connection was cut before the answer was complete",
    httpx.ReadError: "the connection was cut before the answer was complete",
    httpx.WriteError: "the connection was cut while the request was being sent",
    httpx.DecodingError: "the answer's compression was broken",
}
