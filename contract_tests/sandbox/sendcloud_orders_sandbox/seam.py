"""Stand between the server and the rules: record each request, and let its fault happen on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .answers import JSON_TYPE, refusal_answer
from .control import CONTROL_PATH
from .faults import Fault, Kind, UnknownFaultError
from .pace import retry_after
from .problems import RefusedError, conflict, invalid_fault, throttled
from .service import Request, Service

FAULT_HEADER = "X-Sandbox-Fault"
CONNECTION = "sandbox_connection"
HTML_PAGE = "<!DOCTYPE html><title>Please wait</title><h1>The gateway could not reach the service</h1>"
CUT_PAGE = b'{"data": [{"id": '


class Connection(Protocol):
    """Name what the seam needs of the server's end of a connection."""

    def abort(self) -> None:
        """Close at once."""

    def close(self) -> None:
        """Close when all that was written has been sent."""


@dataclass(slots=True)
class Held:
    """Hold an answer that the app gave and nobody has seen."""

    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def response(self, body: bytes) -> Response:
        """Return the same answer with another body."""
        headers = {
            name: value for name, value in self.headers.items() if name not in ("content-length", "content-type")
        }
        # A status that has no body cannot have a broken one.
        return Response(body, 200 if self.status == 204 else self.status, headers, media_type=JSON_TYPE)


@dataclass(frozen=True, slots=True)
class Exchange:
    """Hold one request on its way to the app and back."""

    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send

    async def read_request(self, limit: int) -> None:
        """Read the request and do nothing with it, so that the client is done sending; stop behind the limit."""
        more, read = True, 0
        while more and read <= limit:
            message = await self.receive()
            more, read = message.get("more_body", False), read + len(message.get("body", b""))

    async def hold(self) -> Held:
        """Let the app process the request, and keep its answer back."""
        held = Held()

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                held.status = message["status"]
                held.headers = dict(Headers(raw=message["headers"]))
            else:
                held.body += message.get("body", b"")

        await self.app(self.scope, self.receive, keep)
        return held

    async def answer(self, response: Response) -> None:
        """Send an answer."""
        await response(self.scope, self.receive, self.send)

    async def disconnect(self, close: Callable[[Connection], None]) -> None:
        """Close the connection, and wait until the server has taken notice."""
        close(self.scope["state"][CONNECTION])
        while (await self.receive())["type"] != "http.disconnect":
            pass


class Seam:
    """Record every request that is not for the control paths, and let planned faults happen to it."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app = app
        self.service = service
        self.stopping: asyncio.Event = asyncio.Event()
        self._handlers: Mapping[Kind, Callable[[Exchange, Fault], Awaitable[None]]] = {
            Kind.LOST_BEFORE: self.lose_before,
            Kind.LOST_AFTER: self.lose_after,
            Kind.THROTTLED: self.throttle,
            Kind.CONFLICT: self.conflict,
            Kind.CONFLICT_BY_STATUS: self.conflict_by_status,
            Kind.CUT_BODY: self.cut_body,
            Kind.HTML: self.html,
            Kind.MALFORMED_JSON: self.malformed_json,
            Kind.SLOW: self.slow,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, with the fault that falls on it."""
        # Whoever gives up or is killed while it sends is no trouble of the sandbox's.
        with suppress(ClientDisconnect):
            if scope["path"].startswith(CONTROL_PATH):
                await self.app(scope, receive, send)
            else:
                await self.serve_recorded(scope, receive, send)

    async def serve_recorded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that is recorded and that faults can happen to."""
        request = self.service.record(scope["method"], scope["path"], scope["query_string"].decode("latin-1"))

        async def note_status(message: Message) -> None:
            if message["type"] == "http.response.start":
                request.status = message["status"]
            await send(message)

        await self.serve(Exchange(self.app, scope, receive, note_status), request)

    async def serve(self, exchange: Exchange, request: Request) -> None:
        """Let the app answer a request, or let its fault happen."""
        try:
            fault = self.wanted_fault(exchange.scope)
        except UnknownFaultError as error:
            await exchange.answer(refusal_answer(RefusedError(invalid_fault(str(error)))))
            return
        if fault is None:
            await self.app(exchange.scope, exchange.receive, exchange.send)
            return
        request.fault = str(fault.kind)
        await self._handlers.get(fault.kind, self.fail)(exchange, fault)

    def wanted_fault(self, scope: Scope) -> Fault | None:
        """Return the fault that the request asks for itself, or the one that falls on it."""
        text = Headers(scope=scope).get(FAULT_HEADER)
        planned = self.service.fault_for(scope["method"], scope["path"])
        return Fault.parse(text) if text else planned

    async def lose_before(self, exchange: Exchange, fault: Fault) -> None:
        """Close the connection and process nothing."""
        await exchange.read_request(self.service.policies.body_limit)
        await exchange.disconnect(lambda connection: connection.abort())

    async def lose_after(self, exchange: Exchange, fault: Fault) -> None:
        """Process the request and close the connection without an answer."""
        await exchange.hold()
        await exchange.disconnect(lambda connection: connection.abort())

    async def throttle(self, exchange: Exchange, fault: Fault) -> None:
        """Answer that there were too many requests. Rules: RATE-LIMIT, RATE-RETRY-AFTER."""
        seconds = round(fault.seconds)
        headers = retry_after(seconds, self.service.clock, self.service.policies)
        await self.refuse(exchange, RefusedError(throttled(seconds), headers=headers))

    async def conflict(self, exchange: Exchange, fault: Fault) -> None:
        """Answer that an earlier request is still being processed. Rule: UPSERT-CONFLICT."""
        await self.refuse(exchange, RefusedError(conflict()))

    async def conflict_by_status(self, exchange: Exchange, fault: Fault) -> None:
        """Answer the same with the status that the prose suggests. Rule: UPSERT-CONFLICT."""
        await self.refuse(exchange, RefusedError(replace(conflict(), status=409)))

    async def refuse(self, exchange: Exchange, refused: RefusedError) -> None:
        """Answer with an error and process nothing."""
        await exchange.read_request(self.service.policies.body_limit)
        await exchange.answer(refusal_answer(refused))

    async def fail(self, exchange: Exchange, fault: Fault) -> None:
        """Answer with a server error, as a gateway's page; the request is processed where the fault says `after`."""
        status, _, when = fault.kind.partition("-")
        await (exchange.hold() if when else exchange.read_request(self.service.policies.body_limit))
        await exchange.answer(HTMLResponse(HTML_PAGE, int(status)))

    async def cut_body(self, exchange: Exchange, fault: Fault) -> None:
        """Process the request, promise the whole answer, send half of it and close."""
        held = await exchange.hold()
        body = held.body or CUT_PAGE * 2
        response = held.response(body)
        await exchange.send(
            {"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers}
        )
        await exchange.send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await exchange.disconnect(lambda connection: connection.close())

    async def html(self, exchange: Exchange, fault: Fault) -> None:
        """Process the request and answer 200 with a page, as a gateway in between may."""
        await exchange.hold()
        await exchange.answer(HTMLResponse(HTML_PAGE))

    async def malformed_json(self, exchange: Exchange, fault: Fault) -> None:
        """Process the request and answer with JSON that breaks off."""
        held = await exchange.hold()
        await exchange.answer(held.response((held.body or CUT_PAGE)[:-1]))

    async def slow(self, exchange: Exchange, fault: Fault) -> None:
        """Process the request at once and answer late."""
        held = await exchange.hold()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), fault.seconds)
        await exchange.send(
            {"type": "http.response.start", "status": held.status, "headers": Headers(held.headers).raw}
        )
        await exchange.send({"type": "http.response.body", "body": held.body})
