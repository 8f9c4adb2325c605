"""Let tests in other processes inspect and control the sandbox."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeVar

import msgspec
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from .answers import Endpoint, json_answer, refusal_answer
from .faults import API_PATH, Fault, Plan
from .problems import RefusedError, foreign_origin, invalid_control, page_missing
from .recording import Message, Request

CONTROL_PATH = "/_sandbox"
LABELS_PATH = f"{CONTROL_PATH}/labels"

Read = TypeVar("Read")
Whole = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class FaultPlan(msgspec.Struct, forbid_unknown_fields=True):
    """A fault with exactly one of `at`, `next` and `every`, as in `Faults`."""

    fault: str
    at: int | None = None
    next: int | None = None
    every: int | None = None
    method: str | None = None
    path: str = API_PATH


class Seconds(msgspec.Struct, forbid_unknown_fields=True):
    """A span of the sandbox's time."""

    seconds: Annotated[float, msgspec.Meta(ge=0, le=1_000_000_000)]


class Integration(msgspec.Struct, forbid_unknown_fields=True):
    """The id of an integration."""

    id: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]


class RequestRange(msgspec.Struct, forbid_unknown_fields=True):
    """Which requests: those behind the number `after`, at most `limit`; or the `last` ones. All of them by default."""

    after: Whole = 0
    limit: Whole | None = None
    last: Whole | None = None


class PlanNumber(msgspec.Struct, forbid_unknown_fields=True):
    """Which plan of a fault; none means all."""

    number: Whole | None = None


class Guarded(Endpoint):
    """The handler of `/_sandbox/…/{name}`, which the sandbox's keys open, and which no other site's page can call."""

    open_to_all: tuple[str, ...] = ()

    async def answer(self, request: HttpRequest) -> Response:
        """Inspect or control the sandbox, with a JSON body where one is needed."""
        action = f"{request.method} {request.path_params['name']}"
        try:
            require_own_page(request)
            if action not in self.open_to_all:
                self.service.access.require_operator(request.headers.get("authorization"))
            return await self.carry_out(action, request)
        except (ValueError, msgspec.DecodeError, RecursionError) as error:
            return refusal_answer(RefusedError(invalid_control(str(error))))
        except RefusedError as refused:
            return refusal_answer(refused)

    async def carry_out(self, action: str, request: HttpRequest) -> Response:
        """Carry out one action; raise `ValueError` for what it cannot make sense of."""
        raise NotImplementedError


class Control(Guarded):
    """The handler of `/_sandbox/{name}`. All names but `ready` need the credentials of the API."""

    open_to_all = ("GET ready",)
    with_body = ("PATCH policies", "POST faults", "POST integrations", "POST clock")

    async def carry_out(self, action: str, request: HttpRequest) -> Response:
        """Carry out one action."""
        body = await self.body(request) if action in self.with_body else b""
        return json_answer(self.act(action, request.query_params, body))

    def act(self, action: str, query: Mapping[str, str], body: bytes) -> Any:
        """Carry out one action and return its result."""
        service = self.service
        match action:
            case "GET ready":
                return {"ready": True}
            case "GET orders":
                return service.orders()
            case "DELETE orders":
                service.reset()
            case "GET shipments":
                return service.shipments()
            case "GET requests":
                return [described(request) for request in chosen(service.requests, read_query(query, RequestRange))]
            case "GET policies":
                return msgspec.structs.asdict(service.policies)
            case "PATCH policies":
                service.use(service.policies.changed(**msgspec.json.decode(body, type=dict[str, Any])))
                return msgspec.structs.asdict(service.policies)
            case "GET faults":
                return [described_plan(plan) for plan in service.faults.plans()]
            case "POST faults":
                self.plan(msgspec.json.decode(body, type=FaultPlan))
            case "DELETE faults":
                self.take_back(read_query(query, PlanNumber).number)
            case "GET integrations":
                return sorted(service.rules.own_integrations)
            case "POST integrations":
                service.add_integration(msgspec.json.decode(body, type=Integration).id)
            case "POST clock":
                service.advance(msgspec.json.decode(body, type=Seconds).seconds)
            case _:
                raise RefusedError(page_missing())
        return {}

    def plan(self, plan: FaultPlan) -> None:
        """Plan a fault."""
        faults, fault = self.service.faults, Fault.parse(plan.fault)
        match plan:
            case FaultPlan(at=int(number), next=None, every=None):
                faults.at(number, fault, method=plan.method, path=plan.path)
            case FaultPlan(at=None, next=int(times), every=None):
                faults.next(fault, times, method=plan.method, path=plan.path)
            case FaultPlan(at=None, next=None, every=int(step)):
                faults.every(step, fault, method=plan.method, path=plan.path)
            case _:
                raise ValueError("expected exactly one of at, next and every")

    def take_back(self, number: int | None) -> None:
        """Take one planned fault back, or all; raise `ValueError` when there is none of this number."""
        if number is None:
            self.service.faults.clear()
        elif not self.service.faults.remove(number):
            raise ValueError(f"no fault is planned under number {number}")


def require_own_page(request: HttpRequest) -> None:
    """Refuse what a page of another site sends; only browsers say where a request comes from."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        raise RefusedError(foreign_origin(origin))
    if site not in (None, "same-origin", "none"):
        raise RefusedError(foreign_origin(site))


def read_query(query: Mapping[str, str], kind: type[Read]) -> Read:
    """Read the parameters of a query; raise `ValueError`."""
    return msgspec.convert(dict(query), kind, strict=False)


def chosen(requests: list[Request], wanted: RequestRange) -> Iterable[Request]:
    """Return the requests of a range."""
    behind = [request for request in requests if request.number > wanted.after]
    if wanted.last is not None:
        behind = behind[-wanted.last :] if wanted.last else []
    return behind[: wanted.limit]


def outline(request: Request) -> dict[str, Any]:
    """Return what is known of a request without its bodies."""
    return {
        "number": request.number,
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "status": request.status,
        "fault": request.fault,
        "received_at": request.received_at,
        "seconds": request.seconds,
        "headers": dict(request.headers),
        "answer_type": request.answer_type,
        "problems": [{**problem.document(), "rule": problem.rule or None} for problem in request.problems],
    }


def described(request: Request) -> dict[str, Any]:
    """Return all that is known of a request."""
    return outline(request) | {"body": described_body(request.sent), "answer": described_body(request.answered)}


def described_body(message: Message) -> dict[str, Any]:
    """Return a body as text, or in Base64 where it is no text, with what is not kept of it."""
    content = message.content
    told: dict[str, Any] = {"state": message.state, "length": message.length}
    try:
        return told | {"text": content.decode()}
    except UnicodeDecodeError as error:
        # The cut may go through a letter.
        if message.state == "cut" and error.start >= len(content) - 3:
            return told | {"text": content[: error.start].decode()}
        return told | {"base64": b64encode(content).decode()}


def described_plan(plan: Plan) -> dict[str, Any]:
    """Return what is known of a planned fault."""
    return {
        "number": plan.number,
        "fault": f"{plan.fault.kind}:{plan.fault.seconds:g}" if plan.fault.has_seconds else str(plan.fault.kind),
        "rhythm": plan.rhythm,
        "count": plan.count,
        "method": plan.method,
        "path": plan.path,
        "counted": plan.counted,
        "met": plan.met,
    }
