"""Build HTTP responses."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from .problems import RefusedError, body_too_large
from .recording import note_problems
from .service import Service
from .store import encode_json

JSON_TYPE = "application/json"
PAGE = "<!DOCTYPE html><title>{reason}</title><h1>{reason}</h1>"


def json_answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response with a JSON body."""
    return Response(encode_json(value), status, headers, media_type=JSON_TYPE)


def refusal_answer(refused: RefusedError, extra: Mapping[str, Any] | None = None) -> Response:
    """Return a response that lists everything that is wrong. Rule: ERROR-ENVELOPE."""
    note_problems(tuple(refused.problems))
    errors = [{**problem.document(), **(extra or {})} for problem in refused.problems]
    return json_answer({"errors": errors}, refused.status, refused.headers)


def edge_answer(refused: RefusedError, form: str, extra: Mapping[str, Any] | None = None) -> Response:
    """Return a response in the form of a framework or a gateway that refuses a request. Rule: ERROR-EDGE."""
    note_problems(tuple(refused.problems))
    match form:
        case "detail":
            return json_answer({"detail": refused.problems[0].detail}, refused.status, refused.headers)
        case "html":
            return HTMLResponse(PAGE.format(reason=HTTPStatus(refused.status).phrase), refused.status, refused.headers)
        case "empty":
            return Response(None, refused.status, refused.headers)
    return refusal_answer(refused, extra)


class Endpoint:
    """The handler of every method of one path."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request as an ASGI app."""
        response = await self.answer(Request(scope, receive))
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        raise NotImplementedError

    async def body(self, request: Request) -> bytes:
        """Read the body; raise `RefusedError` as soon as it is known to be longer than the policy allows."""
        limit = self.service.policies.body_limit
        declared = request.headers.get("content-length", "0")
        if declared.isdecimal() and (len(declared) > 18 or int(declared) > limit):
            raise RefusedError(body_too_large(limit))
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise RefusedError(body_too_large(limit))
        return bytes(body)
