"""Let chosen requests of a client fail, each in its own way: on this side of the wire, or in the sandbox behind it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import httpx

from doubles.both_clients import ClientKind
from sendcloud_orders_sandbox.seam import FAULT_HEADER

PATIENCE = 0.1
"""Seconds that a client waits for an answer that is to come too late."""

UNREACHABLE = "unreachable"
HTML_INSTEAD = "html-instead"
THROTTLED_FOR_UNTOLD = "429-without-retry-after"
SLOW = "slow:5"

UNKNOWABLE = (
    "lost-before",
    "lost-after",
    "500",
    "503",
    "520",
    "500-after",
    "503-after",
    "520-after",
    "cut-body",
    "html",
    HTML_INSTEAD,
    "malformed-json",
    SLOW,
)
"""Faults after which a client cannot know whether its request was carried out."""

REFUSALS = ("429:1", THROTTLED_FOR_UNTOLD, "conflict", "409")
"""Faults that say that the request was not carried out."""

FAULTS = (UNREACHABLE, *REFUSALS, *UNKNOWABLE)

PAGE = "<!DOCTYPE html><h1>Back soon</h1>"


class FaultScript:
    """Count requests from 1, and say which fault falls on each; `start` begins anew."""

    def __init__(self) -> None:
        self.sent = 0
        self._faults: Mapping[int, str] = MappingProxyType({})

    def start(self, faults: Mapping[int, str]) -> None:
        """Count from 1 again, with other faults."""
        self.sent = 0
        self._faults = faults

    def mark(self, request: httpx.Request) -> str | None:
        """Count a request, and make it ask the sandbox for its fault; return the fault.

        Raises `httpx.ConnectError` for the fault that keeps a request from leaving.
        """
        self.sent += 1
        fault = self._faults.get(self.sent)
        if fault == UNREACHABLE:
            raise httpx.ConnectError("no route", request=request)
        if fault is not None:
            request.headers[FAULT_HEADER] = "429" if fault == THROTTLED_FOR_UNTOLD else fault
        if fault == SLOW:
            request.extensions["timeout"] = {**request.extensions["timeout"], "read": PATIENCE}
        return fault


def _without_retry_after(response: httpx.Response) -> httpx.Response:
    del response.headers["Retry-After"]
    return response


class FaultyTransport(httpx.HTTPTransport):
    """Send the requests of a blocking client as a script says."""

    def __init__(self, script: FaultScript) -> None:
        super().__init__(verify=False)
        self._script = script

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        fault = self._script.mark(request)
        if fault == HTML_INSTEAD:
            return httpx.Response(200, html=PAGE)
        response = super().handle_request(request)
        return _without_retry_after(response) if fault == THROTTLED_FOR_UNTOLD else response


class AsyncFaultyTransport(httpx.AsyncHTTPTransport):
    """Send the requests of an asynchronous client as a script says."""

    def __init__(self, script: FaultScript) -> None:
        super().__init__(verify=False)
        self._script = script

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        fault = self._script.mark(request)
        if fault == HTML_INSTEAD:
            return httpx.Response(200, html=PAGE)
        response = await super().handle_async_request(request)
        return _without_retry_after(response) if fault == THROTTLED_FOR_UNTOLD else response


def faulty(kind: ClientKind, script: FaultScript) -> httpx.BaseTransport | httpx.AsyncBaseTransport:
    """Return the transport of a client of this kind that sends as the script says."""
    return FaultyTransport(script) if kind == "blocking" else AsyncFaultyTransport(script)
