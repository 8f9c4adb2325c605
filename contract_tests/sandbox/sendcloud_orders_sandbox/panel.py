"""Answer what the window asks, with stored orders as the panel of the vendor lists them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse

from .answers import json_answer
from .control import CONTROL_PATH, Guarded, Whole, described_plan, outline, read_query
from .copying import as_curl, as_python
from .examples import add_examples
from .faults import FaultKind
from .history import steps
from .moments import service_form
from .policies import Policies
from .presenting import present_order
from .problems import RefusedError, order_missing, page_missing
from .recording import Message, Request
from .service import AS_STORED
from .store import Document, decode_json, encode_json
from .switches import switches

PANEL_PATH = f"{CONTROL_PATH}/window"
# Shorter than any gateway's patience.
LONGEST_WAIT = 20.0
SHOWN_BYTES = 256 * 1024
ORDERS_AT_ONCE = 500

TEXT = "CAST(document AS TEXT)"
CUSTOMER = f"json_extract({TEXT}, '$.shipping_address.name')"
TOTAL = f"CAST(json_extract({TEXT}, '$.payment_details.total_price.value') AS REAL)"
SEARCHED = ", ".join(
    f"'$.{path}'"
    for path in (
        *("shipping_address.name", "shipping_address.company_name", "shipping_address.email", "shipping_address.city"),
        *("shipping_address.postal_code", "billing_address.name", "customer_details.name", "customer_details.email"),
    )
)
SORTS = {
    "newest": "id DESC",
    "oldest": "id",
    "changed": "modified_at DESC, id DESC",
    "number": "number_folded, id",
    "customer": f"casefold(coalesce({CUSTOMER}, '')), id",
    "status": "status_folded, id DESC",
    "total": f"{TOTAL} DESC, id DESC",
}


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """Which rows of the list of orders."""

    search: str = ""
    integration: Whole | None = None
    status: str | None = None
    sort: Literal["newest", "oldest", "changed", "number", "customer", "status", "total"] = "newest"
    offset: Whole = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 50


class Known(msgspec.Struct, forbid_unknown_fields=True):
    """The number of changes that the window has seen."""

    revision: Whole
    wait: Annotated[float, msgspec.Meta(ge=0, le=LONGEST_WAIT)] = LONGEST_WAIT


class Number(msgspec.Struct, forbid_unknown_fields=True):
    """The number of an order or a request."""

    number: Whole


class Range(msgspec.Struct, forbid_unknown_fields=True):
    """The requests from a number on, at most the last `limit`."""

    since: Whole = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 200


class Examples(msgspec.Struct, forbid_unknown_fields=True):
    """How many orders to make up."""

    orders: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 12


class Shipment(msgspec.Struct, forbid_unknown_fields=True):
    """The id of a shipment."""

    id: str


class Panel(Guarded):
    """The handler of `/_sandbox/window/{name}`."""

    async def carry_out(self, action: str, request: HttpRequest) -> Response:
        """Answer one question of the window."""
        query, service = request.query_params, self.service
        match action:
            case "GET changes":
                known = read_query(query, Known)
                await service.watch.wait(known.revision, known.wait)
                return json_answer(self.overview())
            case "GET orders":
                return json_answer(self.orders(read_query(query, Wanted)))
            case "GET order":
                return json_answer(self.order(read_query(query, Number).number))
            case "GET orders.ndjson":
                return StreamingResponse(self.lines(), media_type="application/x-ndjson")
            case "POST examples":
                wanted = msgspec.json.decode(await self.body(request) or b"{}", type=Examples)
                return json_answer({"orders": add_examples(service, wanted.orders)})
            case "GET requests":
                wanted_range = read_query(query, Range)
                behind = [one for one in service.requests if one.number >= wanted_range.since]
                return json_answer([outline(one) for one in behind[-wanted_range.limit :]])
            case "GET request":
                return json_answer(self.request(read_query(query, Number).number))
            case "GET switches":
                return json_answer(switches(service.policies))
            case "DELETE switches":
                service.use(Policies())
                return json_answer({})
            case "GET faults":
                return json_answer(
                    {"kinds": list(FaultKind), "plans": list(map(described_plan, service.faults.plans()))}
                )
            case "GET label":
                return self.label(read_query(query, Shipment).id)
        raise RefusedError(page_missing())

    def overview(self) -> dict[str, Any]:
        """Return what the window shows on all its pages, and what it compares to know that something has changed."""
        service = self.service
        return {
            "revision": service.watch.revision,
            "resets": service.resets,
            "orders": service.store.rows("SELECT count(*) FROM orders WHERE status_folded IS NOT NULL")[0][0],
            "requests": service.recording.numbered,
            "changed_policies": changed_policies(service.policies),
            "faults": len(service.faults.plans()),
            "labels": service.store.rows("SELECT count(*) FROM shipments")[0][0],
            "environment": dict(service.environ),
        }

    def orders(self, wanted: Wanted) -> dict[str, Any]:
        """Return rows of the list, with the numbers of orders by integration and status."""
        service = self.service
        service.rules.save_due()
        rows = service.store.rows
        # Columns behind the document are slow to reach, and each saved order has a status: its index says enough.
        statuses = rows(
            "SELECT status_folded, count(*) FROM orders WHERE status_folded IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        total = sum(count for _, count in statuses)
        conditions, values = conditions_of(wanted)
        where = " AND ".join(["status_folded IS NOT NULL", *conditions])
        matching = rows(f"SELECT count(*) FROM orders WHERE {where}", *values)[0][0] if conditions else total
        found = rows(
            f"SELECT id, document, created_at, modified_at FROM orders WHERE {where} "
            f"ORDER BY {SORTS[wanted.sort]} LIMIT ? OFFSET ?",
            *values,
            wanted.limit,
            wanted.offset,
        )
        saving = {order for (order,) in rows("SELECT DISTINCT id FROM pending")}
        return {
            "total": total,
            "matching": matching,
            "saving": len(saving),
            "statuses": [status for status, _ in statuses if status],
            "integrations": sorted(service.rules.own_integrations | service.store.integrations()),
            "rows": [
                row_of(order, decode_json(document), modified) | {"saving": order in saving}
                for order, document, _, modified in found
            ],
        }

    async def lines(self) -> AsyncIterator[bytes]:
        """Yield all saved orders as lines of JSON, with the values that were sent; others are served in between."""
        self.service.rules.save_due()
        last = 0
        while found := self.service.store.rows(
            "SELECT id, document, created_at, modified_at FROM orders "
            "WHERE document IS NOT NULL AND id > ? ORDER BY id LIMIT ?",
            last,
            ORDERS_AT_ONCE,
        ):
            yield b"".join(line_of_order(*row) for row in found)
            last = found[-1][0]
            await asyncio.sleep(0)

    def order(self, number: int) -> dict[str, Any]:
        """Return one order as a whole with its history; of one that is gone, the history alone."""
        service = self.service
        service.rules.save_due()
        stored = service.store.read(number)
        versions = service.history.of(number)
        if stored is None and not versions:
            raise RefusedError(order_missing())
        answered = {request.number: request for request in service.requests} if versions else {}
        document = present_order(stored, AS_STORED) if stored else None
        return {
            "id": number,
            "text": pretty(encode_json(document)) if document else None,
            "history": [
                {
                    "kind": version.kind,
                    "at": version.at,
                    "request": line_of(answered.get(version.request or 0)),
                    "changes": None if changed is None else [msgspec.to_builtins(one) for one in shown(changed)],
                }
                for version, changed in steps(versions)
            ],
            "shipments": [one for one in service.shipments() if document and is_of(one, document)],
        }

    def request(self, number: int) -> dict[str, Any]:
        """Return all that is known of a request, and how to send it again."""
        found = next((one for one in self.service.requests if one.number == number), None)
        if found is None:
            raise RefusedError(page_missing())
        return outline(found) | {
            "body": shown_body(found.sent),
            "answer": shown_body(found.answered),
            "curl": again(as_curl, found),
            "python": again(as_python, found),
        }

    def label(self, shipment: str) -> Response:
        """Return the label of a shipment."""
        found = self.service.label(shipment)
        if found is None:
            raise RefusedError(page_missing())
        return Response(found.label, media_type=found.mime_type)


def changed_policies(policies: Policies) -> int:
    """Count the policies that are not at their defaults."""
    defaults = Policies()
    return sum(getattr(policies, name) != getattr(defaults, name) for name in Policies.__struct_fields__)


def conditions_of(wanted: Wanted) -> tuple[list[str], list[Any]]:
    """Return the conditions of SQL for the rows that are wanted, and their values."""
    conditions: list[str] = []
    values: list[Any] = []
    if wanted.integration is not None:
        conditions.append("integration = ?")
        values.append(wanted.integration)
    if wanted.status is not None:
        conditions.append("status_folded = ?")
        values.append(wanted.status.casefold())
    search = wanted.search.strip().casefold()
    if search:
        conditions.append(
            "(instr(number_folded, ?) OR instr(order_id_folded, ?) OR CAST(id AS TEXT) = ?"
            f" OR instr(casefold(json_extract({TEXT}, {SEARCHED})), ?))"
        )
        # What is extracted is JSON again.
        values += [search, search, search, json.dumps(search, ensure_ascii=False)[1:-1]]
    return conditions, values


def line_of_order(order: int, document: bytes, created: float, modified: float) -> bytes:
    """Return an order as a line of JSON; a document names neither its id nor its times."""
    times = f'"created_at":"{stored_moment(created)}","modified_at":"{stored_moment(modified)}"'
    return b'{"id":"%d",%b,%b}\n' % (order, document[1:-1], times.encode())


def stored_moment(seconds: float) -> str:
    """Print a moment of the sandbox's time as the service does."""
    return service_form(datetime.fromtimestamp(seconds, UTC))


def row_of(order: int, document: Document, modified: float) -> dict[str, Any]:
    """Return what the list shows of an order."""
    details, payment = document["order_details"], document.get("payment_details") or {}
    address, customer = document.get("shipping_address") or {}, document.get("customer_details") or {}
    return {
        "id": order,
        "integration": details["integration"]["id"],
        "order_id": document["order_id"],
        "order_number": document["order_number"],
        "status": named(details.get("status")),
        "payment": named(payment.get("status")),
        "customer": address.get("name") or customer.get("name"),
        "place": ", ".join(str(part) for part in (address.get("city"), address.get("country_code")) if part),
        "items": len(details["order_items"]),
        "total": amount(payment.get("total_price")),
        "created": details["order_created_at"],
        "modified": modified,
    }


def named(status: Any) -> str | None:
    """Return what people call a status."""
    return (status.get("message") or status.get("code")) if isinstance(status, dict) else None


def amount(price: Any) -> str | None:
    """Return what people call an amount, with the digits that were sent."""
    return f"{compact(price.get('value'))} {price.get('currency') or ''}".strip() if isinstance(price, dict) else None


def line_of(request: Request | None) -> dict[str, Any] | None:
    """Return what the history shows of a request."""
    if request is None:
        return None
    return {"number": request.number, "method": request.method, "path": request.path, "status": request.status}


def shown(changed: Sequence[Any]) -> list[Any]:
    """Return changes in a form that JSON can say."""
    return [{"path": one.path, "before": compact(one.before), "after": compact(one.after)} for one in changed]


def compact(value: Any) -> str | None:
    """Return a value of a document as people write it, with the digits that were sent; None for an absent one."""
    if value is None:
        return None
    return value if isinstance(value, str) else encode_json(value).decode()


def pretty(text: bytes) -> str:
    """Return JSON with line breaks."""
    return msgspec.json.format(text, indent=2).decode()


def shown_body(message: Message) -> dict[str, Any]:
    """Return as much of a body as people read, with line breaks where it is JSON."""
    content = message.content
    try:
        text = pretty(content) if content and message.state == "whole" else content.decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = content.decode(errors="replace")
    return {
        "state": message.state,
        "length": message.length,
        "text": text[:SHOWN_BYTES],
        "all": len(text) <= SHOWN_BYTES,
    }


def again(form: Callable[[Request], str], request: Request) -> dict[str, str]:
    """Return the text that sends a request again, or why there is none."""
    try:
        return {"text": form(request)}
    except ValueError as error:
        return {"missing": str(error)}


def is_of(shipment: Any, document: Document) -> bool:
    """Tell whether a shipment is one of an order."""
    key = document["order_details"]["integration"]["id"], document["order_id"]
    return (shipment.get("integration"), shipment.get("order_id")) == key
