"""The wire: the one module that names the HTTP library.

Both transports send a request once and give the answer as a value, or say how it got lost.
"""

# ruff: noqa: ASYNC109 - a time-out is per attempt and httpx keeps it

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import httpx

from sendcloud_orders_api.types import Request

from .errors import TimeoutError as SendcloudTimeoutError
from .errors import TransportError
from .exchange import Answer, Lost

Timeout: TypeAlias = httpx.Timeout
"""Time-outs in seconds for connect, read, write and pool; a single number stands for all four."""

HttpTransport: TypeAlias = httpx.BaseTransport
AsyncHttpTransport: TypeAlias = httpx.AsyncBaseTransport

DEFAULT_TIMEOUT = httpx.Timeout(60.0, connect=10.0)

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)

# httpx logs whole URLs, query values included, and httpcore response headers; who wants them sets the level again.
for _name in ("httpx", "httpcore"):
    if logging.getLogger(_name).level == logging.NOTSET:
        logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class WireSettings:
    """Hold how to reach the service: address, time-outs, TLS, proxy, and what stands in for the network in tests."""

    base_url: str
    user_agent: str
    timeout: Timeout | float | None = None
    verify: ssl.SSLContext | bool = True
    proxy: str | None = None

    def arguments(self) -> dict[str, Any]:
        """Give the keyword arguments of httpx's clients.

        Redirects are not followed: credentials stay with their host.
        """
        return {
            "base_url": self.base_url,
            "headers": {"User-Agent": self.user_agent},
            "timeout": DEFAULT_TIMEOUT if self.timeout is None else self.timeout,
            "verify": self.verify,
            "proxy": self.proxy,
            "follow_redirects": False,
        }


class Wire:
    """Send requests and wait for their answers."""

    def __init__(self, settings: WireSettings, transport: HttpTransport | None = None) -> None:
        self._http = httpx.Client(**settings.arguments(), transport=transport)

    def send(self, request: Request, authorization: str, timeout: Timeout | float | None) -> Answer | Lost:
        """Send a request once."""
        try:
            response = self._http.request(**_arguments(request, authorization, timeout))
        except httpx.HTTPError as error:
            return _lost(error)
        return _answer(response)

    def fetch_token(self, url: str, form: Mapping[str, str], user: str, password: str) -> tuple[int, bytes]:
        """Ask a token endpoint. Raises `TransportError`."""
        try:
            response = self._http.post(url, data=dict(form), auth=(user, password))
        except httpx.HTTPError as error:
            lost = _lost(error)
        else:
            return response.status_code, response.content
        raise _token_error(lost)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


class AsyncWire:
    """Send requests and await their answers."""

    def __init__(self, settings: WireSettings, transport: AsyncHttpTransport | None = None) -> None:
        self._http = httpx.AsyncClient(**settings.arguments(), transport=transport)

    async def send(self, request: Request, authorization: str, timeout: Timeout | float | None) -> Answer | Lost:
        """Send a request once."""
        try:
            response = await self._http.request(**_arguments(request, authorization, timeout))
        except httpx.HTTPError as error:
            return _lost(error)
        return _answer(response)

    async def fetch_token(self, url: str, form: Mapping[str, str], user: str, password: str) -> tuple[int, bytes]:
        """Ask a token endpoint. Raises `TransportError`."""
        try:
            response = await self._http.post(url, data=dict(form), auth=(user, password))
        except httpx.HTTPError as error:
            lost = _lost(error)
        else:
            return response.status_code, response.content
        raise _token_error(lost)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _token_error(lost: Lost) -> TransportError:
    kind = SendcloudTimeoutError if lost.timed_out else TransportError
    return kind(f"The token endpoint could not be asked: {lost.detail}.", sent=False)


def _arguments(request: Request, authorization: str, timeout: Timeout | float | None) -> dict[str, Any]:
    arguments = request.as_kwargs()
    arguments["headers"] = {**request.headers, "Authorization": authorization}
    return arguments if timeout is None else {**arguments, "timeout": timeout}


def _answer(response: httpx.Response) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    next_url = response.links.get("next", {}).get("url")
    return Answer(response.status_code, headers, response.content, next_url)


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
