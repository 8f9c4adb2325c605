"""Let tests in other processes inspect and control the sandbox."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from .access import READ_SCOPE
from .answers import Endpoint, json_answer, refusal_answer
from .faults import API_PATH, Fault
from .problems import RefusedError, invalid_control, page_missing

CONTROL_PATH = "/_sandbox"
WITH_BODY = ("PATCH policies", "POST faults", "POST integrations", "POST clock")


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


class Control(Endpoint):
    """The handler of `/_sandbox/{name}`. All names but `ready` need the credentials of the API."""

    async def answer(self, request: Request) -> Response:
        """Inspect or control the sandbox, with a JSON body where one is needed."""
        action = f"{request.method} {request.path_params['name']}"
        try:
            if action != "GET ready":
                self.service.access.require(request.headers.get("authorization"), READ_SCOPE)
            return json_answer(self.act(action, await self.body(request) if action in WITH_BODY else b""))
        except (ValueError, msgspec.DecodeError, RecursionError) as error:
            return refusal_answer(RefusedError(invalid_control(str(error))))
        except RefusedError as refused:
            return refusal_answer(refused)

    def act(self, action: str, body: bytes) -> Any:
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
                return [asdict(request) for request in service.requests]
            case "GET policies":
                return msgspec.structs.asdict(service.policies)
            case "PATCH policies":
                service.use(service.policies.changed(**msgspec.json.decode(body, type=dict[str, Any])))
                return msgspec.structs.asdict(service.policies)
            case "POST faults":
                self.plan(msgspec.json.decode(body, type=FaultPlan))
            case "DELETE faults":
                service.faults.clear()
            case "GET integrations":
                return sorted(service.rules.own_integrations)
            case "POST integrations":
                service.rules.own_integrations.add(msgspec.json.decode(body, type=Integration).id)
            case "POST clock":
                service.clock.advance(msgspec.json.decode(body, type=Seconds).seconds)
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
