"""Serve the five operations and the token endpoint."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .access import READ_SCOPE, WRITE_SCOPE, TokenRefusedError
from .answers import JSON_TYPE, Endpoint, json_answer, refusal_answer
from .bodies import read_json
from .control import CONTROL_PATH, Control
from .faults import API_PATH
from .listing import link_header
from .presenting import EXTRA_FIELD
from .problems import (
    RefusedError,
    body_on_get,
    malformed_json,
    method_not_allowed,
    page_missing,
    unsupported_media_type,
)
from .rules import Rules
from .service import Service


class Operations(Endpoint):
    """A handler of operations: the steps that all methods share, then the method's own."""

    methods: ClassVar[tuple[str, ...]]

    async def answer(self, request: Request) -> Response:
        """Answer a request, or refuse it with everything that is wrong."""
        try:
            self.admit(request)
            return Response(headers=self.allow()) if request.method == "OPTIONS" else await self.operate(request)
        except RefusedError as refused:
            return refusal_answer(refused, EXTRA_FIELD if self.service.policies.extra_fields else None)

    @property
    def rules(self) -> Rules:
        """Return the rules of orders."""
        return self.service.rules

    def admit(self, request: Request) -> None:
        """Check the credentials, the rate, the method and that a GET has no body, in this order."""
        method, headers = request.method, request.headers
        self.service.access.require(headers.get("authorization"), self.scope_of(method))
        if self.service.limits:
            self.service.limits.require(method, self.service.policies)
        if method not in (*self.methods, "OPTIONS"):
            raise RefusedError(method_not_allowed(method), headers=self.allow())
        if method == "GET" and (headers.get("content-length", "0") != "0" or "transfer-encoding" in headers):
            raise RefusedError(body_on_get())

    def scope_of(self, method: str) -> str:
        """Return the scope that a token needs. Rule: AUTH-OAUTH."""
        return READ_SCOPE if method in ("GET", "HEAD", "OPTIONS") else WRITE_SCOPE

    def allow(self) -> dict[str, str]:
        """Return the header that names the methods of the path."""
        return {"Allow": ", ".join(self.methods)}

    async def operate(self, request: Request) -> Response:
        """Carry out the method."""
        raise NotImplementedError

    async def read_body(self, request: Request) -> Any:
        """Read the JSON body."""
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != JSON_TYPE:
            raise RefusedError(unsupported_media_type(media_type))
        try:
            return read_json(await self.body(request))
        except ValueError:
            raise RefusedError(malformed_json()) from None

    def data(self, value: Any) -> dict[str, Any]:
        """Wrap the data of a response."""
        return {"data": value} | (EXTRA_FIELD if self.service.policies.extra_fields else {})


class Orders(Operations):
    """The handler of `/orders`."""

    methods: ClassVar[tuple[str, ...]] = ("GET", "POST")

    async def operate(self, request: Request) -> Response:
        """List or upsert."""
        if request.method == "GET":
            return self.page(request)
        self.rules.check_partner(request.headers.get("sendcloud-partner-id"))
        return self.upsert(await self.read_body(request))

    def page(self, request: Request) -> Response:
        """Answer with one page, and with links to the next and previous one. Rule: LIST-CURSOR."""
        query = dict(request.query_params)
        page = self.rules.page(query)
        links = link_header(self.link_base(request), query, page.next_page, page.previous_page)
        return json_answer(self.data(page.orders), headers={"Link": links} if links else None)

    def link_base(self, request: Request) -> str:
        """Return the base of the URLs in the Link header."""
        base = self.service.policies.link_base.rstrip("/")
        return base if "://" in base else f"{request.url.scheme}://{request.url.netloc}{base}"

    def upsert(self, body: Any) -> Response:
        """Answer with one reference per order. Rule: UPSERT-STATUS."""
        return json_answer(self.data(self.rules.upsert(body)), self.service.policies.success_status)


class Order(Operations):
    """The handler of `/orders/{id}`."""

    methods: ClassVar[tuple[str, ...]] = ("GET", "PATCH", "DELETE")

    async def operate(self, request: Request) -> Response:
        """Read, change or delete."""
        order = request.path_params["id"]
        if request.method == "GET":
            return json_answer(self.data(self.rules.get(order)))
        if request.method == "PATCH":
            return json_answer(self.data(self.rules.update(order, await self.read_body(request))))
        self.rules.delete(order)
        return Response(status_code=204)


class Tokens(Endpoint):
    """The handler of the token endpoint. Rule: AUTH-OAUTH."""

    async def answer(self, request: Request) -> Response:
        """Answer with a token, or with an OAuth error."""
        try:
            if request.method != "POST":
                raise TokenRefusedError(405, "invalid_request", "Send the request as POST.")
            self.service.access.require_client(request.headers.get("authorization"))
            form = dict(parse_qsl((await self.body(request)).decode(errors="replace")))
            document = self.service.access.issue(form)
        except RefusedError as refused:
            return refusal_answer(refused)
        except TokenRefusedError as refused:
            headers = {"Allow": "POST"} if refused.status == 405 else None
            return json_answer(refused.document, refused.status, headers)
        return json_answer(document, headers={"Cache-Control": "no-store"})


async def answer_unknown_path(request: Request, error: Exception) -> Response:
    """Answer a request for a path that is not served."""
    return refusal_answer(RefusedError(page_missing()))


def make_app(service: Service) -> Starlette:
    """Make the app; each path is served with and without a trailing slash."""
    endpoints = {
        f"{API_PATH}/orders": Orders(service),
        f"{API_PATH}/orders/{{id}}": Order(service),
        "/oauth2/token": Tokens(service),
        f"{CONTROL_PATH}/{{name}}": Control(service),
    }
    routes = [Route(path + slash, endpoint) for path, endpoint in endpoints.items() for slash in ("", "/")]
    app = Starlette(routes=routes, exception_handlers={404: answer_unknown_path})
    app.router.redirect_slashes = False
    return app
