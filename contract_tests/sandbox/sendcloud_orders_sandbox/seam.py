"""Record each request between the server and the app, and make its fault happen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .answers import JSON_TYPE, refusal_answer
from .control import CONTROL_PATH, LABELS_PATH
from .faults import Fault, FaultKind, UnknownFaultError
from .pace import retry_after
from .problems import RefusedError, conflict, foreign_host, invalid_fault, throttled
from .recording import CURRENT, Request
from .service import Service

FAULT_HEADER = "X-Sandbox-Fault"
CONNECTION = "sandbox_connection"
HTML_PAGE = "<!DOCTYPE html><title>Please wait</title><h1>The gateway could not reach the service</h1>"
CUT_PAGE = b'{"data": [{"id": '


class Connection(Protocol):
    """The server's end of a connection, as far as the seam uses it."""

    def abort(self) -> None:
        """Close at once."""

    def close(self) -> None:
        """Close when all that was written has been sent."""


@dataclass(slots=True)
class Held:
    """A response of the app that has not been sent."""

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
class Call:
    """One request and its response, between server and app."""

    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send

    async def read_request(self, limit: int) -> None:
        """Read the request and ignore it, so that the client finishes sending; stop beyond the limit."""
        more, read = True, 0
        while more and read <= limit:
            message = await self.receive()
            more, read = message.get("more_body", False), read + len(message.get("body", b""))

    async def hold(self) -> Held:
        """Let the app process the request, and hold its response back."""
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
        """Send a response."""
        await response(self.scope, self.receive, self.send)

    async def disconnect(self, close: Callable[[Connection], None]) -> None:
        """Close the connection, and wait until the server has noticed."""
        close(self.scope["state"][CONNECTION])
        while (await self.receive())["type"] != "http.disconnect":
            pass


class Seam:
    """The record of all requests but those to the window and the control paths, and the place where faults happen."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app = app
        self.service = service
        self.stopping: asyncio.Event = asyncio.Event()
        self._handlers: Mapping[FaultKind, Callable[[Call, Fault], Awaitable[None]]] = {
            FaultKind.LOST_BEFORE: self.lose_before,
            FaultKind.LOST_AFTER: self.lose_after,
            FaultKind.THROTTLED: self.throttle,
            FaultKind.CONFLICT: self.conflict,
            FaultKind.CONFLICT_BY_STATUS: self.conflict_by_status,
            FaultKind.CUT_BODY: self.cut_body,
            FaultKind.HTML: self.html,
            FaultKind.MALFORMED_JSON: self.malformed_json,
            FaultKind.SLOW: self.slow,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        # A client that gives up or is killed while it sends is not an error of the sandbox.
        with suppress(ClientDisconnect):
            if is_for_operators(scope):
                await self.serve_operators(scope, receive, send)
            else:
                await self.serve_recorded(scope, receive, send)

    async def serve_operators(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the window and the control paths to those who call them by a name of the sandbox."""
        hosts, host = self.service.hosts, Headers(scope=scope).get("host")
        # Clients of the service follow the links to labels, by whatever name they know it.
        if hosts is None or scope["path"].startswith(f"{LABELS_PATH}/") or hosts.allows(host):
            await self.app(scope, receive, send)
        else:
            await refusal_answer(RefusedError(foreign_host(host, hosts.known())))(scope, receive, send)

    async def serve_recorded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Record a request and answer it, with its fault if it has one."""
        query = scope["query_string"].decode("latin-1")
        request = self.service.record(scope["method"], scope["path"], query, Headers(scope=scope))

        async def note_body() -> Message:
            message = await receive()
            request.sent.hear(message.get("body", b""))
            return message

        async def note_answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                request.status = message["status"]
                request.answer_type = Headers(raw=message["headers"]).get("content-type", "")
            else:
                request.answered.hear(message.get("body", b""))
                # Whoever has the answer finds it recorded.
                if not message.get("more_body", False):
                    self.service.finish(request, time.perf_counter() - started)
            await send(message)

        started, current = time.perf_counter(), CURRENT.set(request)
        try:
            await self.serve(Call(self.app, scope, note_body, note_answer), request)
        finally:
            CURRENT.reset(current)
            if request.seconds is None:
                self.service.finish(request, time.perf_counter() - started)

    async def serve(self, call: Call, request: Request) -> None:
        """Let the app answer a request, or make its fault happen."""
        try:
            fault = self.wanted_fault(call.scope)
        except UnknownFaultError as error:
            await call.answer(refusal_answer(RefusedError(invalid_fault(str(error)))))
            return
        if fault is None:
            await self.app(call.scope, call.receive, call.send)
            return
        request.fault = str(fault.kind)
        await self._handlers.get(fault.kind, self.fail)(call, fault)

    def wanted_fault(self, scope: Scope) -> Fault | None:
        """Return the fault that the request asks for, or the one that is planned for it."""
        text = Headers(scope=scope).get(FAULT_HEADER)
        planned = self.service.fault_for(scope["method"], scope["path"])
        return Fault.parse(text) if text else planned

    async def lose_before(self, call: Call, fault: Fault) -> None:
        """Close the connection and process nothing."""
        await call.read_request(self.service.policies.body_limit)
        await call.disconnect(lambda connection: connection.abort())

    async def lose_after(self, call: Call, fault: Fault) -> None:
        """Process the request and close the connection without an answer."""
        await call.hold()
        await call.disconnect(lambda connection: connection.abort())

    async def throttle(self, call: Call, fault: Fault) -> None:
        """Respond that there were too many requests. Rules: RATE-LIMIT, RATE-RETRY-AFTER."""
        seconds = round(fault.seconds)
        headers = retry_after(seconds, self.service.clock, self.service.policies)
        await self.refuse(call, RefusedError(throttled(seconds), headers=headers))

    async def conflict(self, call: Call, fault: Fault) -> None:
        """Respond that an earlier request is still being processed. Rule: UPSERT-CONFLICT."""
        await self.refuse(call, RefusedError(conflict()))

    async def conflict_by_status(self, call: Call, fault: Fault) -> None:
        """Respond the same with the status that the reference suggests. Rule: UPSERT-CONFLICT."""
        await self.refuse(call, RefusedError(replace(conflict(), status=409)))

    async def refuse(self, call: Call, refused: RefusedError) -> None:
        """Answer with an error and process nothing."""
        await call.read_request(self.service.policies.body_limit)
        await call.answer(refusal_answer(refused))

    async def fail(self, call: Call, fault: Fault) -> None:
        """Respond with a server error, as a gateway's page; process the request if the fault says `after`."""
        status, _, when = fault.kind.partition("-")
        await (call.hold() if when else call.read_request(self.service.policies.body_limit))
        await call.answer(HTMLResponse(HTML_PAGE, int(status)))

    async def cut_body(self, call: Call, fault: Fault) -> None:
        """Process the request, announce the whole response, send half of it and close."""
        held = await call.hold()
        body = held.body or CUT_PAGE * 2
        response = held.response(body)
        await call.send(
            {"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers}
        )
        await call.send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await call.disconnect(lambda connection: connection.close())

    async def html(self, call: Call, fault: Fault) -> None:
        """Process the request and respond with 200 and an HTML page, as a gateway may."""
        await call.hold()
        await call.answer(HTMLResponse(HTML_PAGE))

    async def malformed_json(self, call: Call, fault: Fault) -> None:
        """Process the request and respond with truncated JSON."""
        held = await call.hold()
        await call.answer(held.response((held.body or CUT_PAGE)[:-1]))

    async def slow(self, call: Call, fault: Fault) -> None:
        """Process the request at once and respond late."""
        held = await call.hold()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), fault.seconds)
        await call.send({"type": "http.response.start", "status": held.status, "headers": Headers(held.headers).raw})
        await call.send({"type": "http.response.body", "body": held.body})


def is_for_operators(scope: Scope) -> bool:
    """Tell whether a request is for the window or the control paths, and no request of a client of the service."""
    is_window = scope["path"] == "/" and scope["method"] in ("GET", "HEAD")
    return is_window or scope["path"].startswith(CONTROL_PATH)
