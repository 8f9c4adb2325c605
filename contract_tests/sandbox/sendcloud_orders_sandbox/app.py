"""Serve the nine operations, the token endpoint, the control paths and the window."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from .access import INTEGRATION_SCOPE, PARCEL_SCOPE, READ_SCOPE, WRITE_SCOPE, TokenRefusedError
from .answers import JSON_TYPE, Endpoint, edge_answer, json_answer, refusal_answer
from .bodies import read_json
from .control import CONTROL_PATH, LABELS_PATH, Control
from .faults import API_PATH
from .hosts import is_host
from .listing import link_header
from .panel import PANEL_PATH, Panel
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
from .window import FILES_PATH, Window


class Operations(Endpoint):
    """A handler of operations: the steps that all methods share, then the method's own."""

    methods: ClassVar[tuple[str, ...]]

    async def answer(self, request: Request) -> Response:
        """Answer a request, or refuse it with everything that is wrong."""
        try:
            self.admit(request)
            return Response(headers=self.allow()) if request.method == "OPTIONS" else await self.operate(request)
        except RefusedError as refused:
            return self.refuse(refused)

    def refuse(self, refused: RefusedError) -> Response:
        """Answer with everything that is wrong, in the form that the policies give a status. Rule: ERROR-EDGE."""
        policies = self.service.policies
        forms = {405: policies.wrong_method, 413: policies.long_body, 415: policies.wrong_media_type}
        extra = EXTRA_FIELD if policies.extra_fields else None
        if refused.status in forms:
            return edge_answer(refused, forms[refused.status], extra)
        return refusal_answer(refused, extra)

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
        if media_type != JSON_TYPE and self.service.policies.wrong_media_type != "accept":
            raise RefusedError(unsupported_media_type(media_type))
        try:
            return read_json(await self.body(request))
        except ValueError:
            raise RefusedError(malformed_json()) from None

    def origin(self, request: Request) -> str:
        """Return scheme and host that the client knows this server by; the server's own where the Host names none."""
        host = request.headers.get("host")
        return f"{request.scope['scheme']}://{host}" if is_host(host) else self.service.base_url.removesuffix(API_PATH)

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
        return base if "://" in base else f"{self.origin(request)}{base}"

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


class OneLabel(Operations):
    """The handler of `/orders/create-label-sync`."""

    methods: ClassVar[tuple[str, ...]] = ("POST",)

    def scope_of(self, method: str) -> str:
        """Return the scope that a token needs. Rule: AUTH-OAUTH."""
        return PARCEL_SCOPE

    async def operate(self, request: Request) -> Response:
        """Make labels."""
        self.rules.check_partner(request.headers.get("sendcloud-partner-id"))
        return self.ship(await self.read_body(request), f"{self.origin(request)}{LABELS_PATH}")

    def ship(self, body: Any, labels_url: str) -> Response:
        """Answer with the label. Rule: LABEL-CREATE."""
        return json_answer(self.data(self.service.shipping.create_label(body, labels_url)), 201)


class SeveralLabels(OneLabel):
    """The handler of `/orders/create-labels-async`."""

    def ship(self, body: Any, labels_url: str) -> Response:
        """Answer with the shipments. Rule: LABELS-CREATE."""
        return json_answer(self.service.shipping.create_labels(body), 202)


class AllIntegrations(Operations):
    """The handler of `/integrations`."""

    methods: ClassVar[tuple[str, ...]] = ("GET",)

    def scope_of(self, method: str) -> str:
        """Return the scope that a token needs. Rule: AUTH-OAUTH."""
        return INTEGRATION_SCOPE

    async def operate(self, request: Request) -> Response:
        """List the integrations."""
        return json_answer(self.data(self.service.account.list(request.query_params)))


class OneIntegration(AllIntegrations):
    """The handler of `/integrations/{id}`."""

    async def operate(self, request: Request) -> Response:
        """Read an integration."""
        return json_answer(self.data(self.service.account.get(request.path_params["id"])))


class Documents(Endpoint):
    """The handler of the links to labels, which need the credentials of the API."""

    async def answer(self, request: Request) -> Response:
        """Answer with a label."""
        try:
            self.service.access.require(request.headers.get("authorization"), PARCEL_SCOPE)
            shipment = self.service.label(request.path_params["id"])
            if shipment is None:
                raise RefusedError(page_missing())
        except RefusedError as refused:
            return refusal_answer(refused)
        return Response(shipment.label, media_type=shipment.mime_type)


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


class Nothing(Endpoint):
    """The handler of every path that is not served. Rule: ERROR-EDGE."""

    async def answer(self, request: Request) -> Response:
        """Answer that there is no such page."""
        return edge_answer(RefusedError(page_missing()), self.service.policies.missing_page)


class Slashed(Endpoint):
    """The handler of a path of operations that ends in a slash. Rule: ERROR-SLASH."""

    def __init__(self, service: Service, plain: Operations) -> None:
        super().__init__(service)
        self.plain = plain

    async def answer(self, request: Request) -> Response:
        """Answer as the path without the slash does, send the client there, or tell that there is no such page."""
        match self.service.policies.trailing_slash:
            case "redirect":
                path, query = quote(request.scope["path"].removesuffix("/")), request.scope["query_string"].decode()
                return RedirectResponse(f"{path}?{query}" if query else path, 308)
            case "missing":
                return await Nothing(self.service).answer(request)
        return await self.plain.answer(request)


def make_app(service: Service) -> Starlette:
    """Make the app."""
    operations = {
        f"{API_PATH}/orders": Orders(service),
        f"{API_PATH}/orders/create-label-sync": OneLabel(service),
        f"{API_PATH}/orders/create-labels-async": SeveralLabels(service),
        f"{API_PATH}/orders/{{id}}": Order(service),
        f"{API_PATH}/integrations": AllIntegrations(service),
        f"{API_PATH}/integrations/{{id}}": OneIntegration(service),
    }
    others = {
        "/oauth2/token": Tokens(service),
        f"{LABELS_PATH}/{{id}}": Documents(service),
        f"{CONTROL_PATH}/{{name}}": Control(service),
    }
    window = Window(service)
    return Starlette(
        routes=[
            Route("/", window, methods=["GET"]),
            Route(f"{FILES_PATH}/{{name}}", window, methods=["GET"]),
            Route(f"{PANEL_PATH}/{{name}}", Panel(service)),
            *(Route(path, plain) for path, plain in operations.items()),
            *(Route(f"{path}/", Slashed(service, plain)) for path, plain in operations.items()),
            *(Route(path + slash, other) for path, other in others.items() for slash in ("", "/")),
            Route("/{path:path}", Nothing(service)),
        ]
    )
