"""A service of a few lines for the adapters' own tests: it answers in memory, and fails on command.

The sandbox is the real thing; this one is there where a test wants to say, request by request, what the wire does.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

Json = Any
ScriptedFault = Callable[[httpx.Request, Callable[[], httpx.Response]], httpx.Response]


@dataclass
class Sent:
    """One request as the wire saw it."""

    method: str
    target: str
    body: bytes
    headers: httpx.Headers = field(repr=False)

    @property
    def json(self) -> Json:
        return json.loads(self.body)

    @property
    def line(self) -> tuple[str, str, bytes]:
        """What two clients must have in common."""
        return self.method, self.target, self.body


class FakeService:
    """Store orders by key, and pass each request through the next fault of the script, if one is left."""

    def __init__(self, faults: Iterable[ScriptedFault | None] = ()) -> None:
        self.faults: Iterator[ScriptedFault | None] = iter(faults)
        self.stored: dict[tuple[int, str], dict[str, Json]] = {}
        self.sent: list[Sent] = []
        self.page_size = 100
        self.labels: list[dict[str, Json]] = []
        self.integrations: list[dict[str, Json]] = [
            {"id": 41, "shop_name": "Invented Teas", "type": "api"},
            {"id": 68, "shop_name": "Invented Lamps", "type": "shopify"},
        ]

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode()
        self.sent.append(Sent(request.method, target, request.content, request.headers))
        fault = next(self.faults, None)
        return fault(request, lambda: self.carry_out(request)) if fault else self.carry_out(request)

    def carry_out(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/v3")
        if path == "/orders":
            return self.upsert(request) if request.method == "POST" else self.list(request)
        if path == "/orders/create-label-sync":
            return self.label(json.loads(request.content))
        if path == "/orders/create-labels-async":
            return self.label_many(json.loads(request.content))
        if path.startswith("/integrations"):
            return self.read_integrations(path.removeprefix("/integrations").removeprefix("/"))
        found = [one for one in self.stored.values() if str(one["id"]) == path.rsplit("/", 1)[1]]
        if not found:
            return error(404, "The order could not be found with the search criteria given", code="not_found")
        if request.method == "DELETE":
            del self.stored[key_of(found[0])]
            return httpx.Response(204)
        if request.method == "PATCH":
            merge(found[0], json.loads(request.content))
            return httpx.Response(200, json={"data": reference(found[0])})
        return httpx.Response(200, json={"data": found[0]})

    def upsert(self, request: httpx.Request) -> httpx.Response:
        batch = json.loads(request.content)
        bad = [index for index, one in enumerate(batch) if "bad" in one["order_number"]]
        if bad:
            return httpx.Response(400, json={"errors": [entry(f"/data/attributes/[{i}]/order_number") for i in bad]})
        for one in batch:
            known = self.stored.get(key_of(one), {"id": 1000 + len(self.stored)})
            self.stored[key_of(one)] = {**known, **one, "id": known["id"]}
        return httpx.Response(201, json={"data": [reference(self.stored[key_of(one)]) for one in batch]})

    def list(self, request: httpx.Request) -> httpx.Response:
        rows = sorted(self.stored.values(), key=lambda one: int(one["id"]))
        wanted = request.url.params.get("integration")
        if wanted:
            rows = [one for one in rows if str(key_of(one)[0]) in wanted.split(",")]
        if (order_id := request.url.params.get("order_id")) is not None:
            rows = [one for one in rows if one["order_id"].lower() == order_id.lower()]
        size = min(int(request.url.params["page_size"]), self.page_size)
        cursor = request.url.params.get("cursor", "0")
        if not cursor.isdecimal():
            return error(404, "Invalid cursor", code="not_found")
        start = int(cursor)
        headers = {}
        if start + size < len(rows):
            headers["Link"] = f'<https://other.example/v3/orders?cursor={start + size}>; rel="next"'
        return httpx.Response(200, json={"data": rows[start : start + size]}, headers=headers)

    def label(self, body: Json) -> httpx.Response:
        found = self.named(body["integration_id"], body["order"])
        if found is None:
            return error(404, NOTHING_TO_SHIP, code="not_found")
        form = {"mime_type": "application/pdf"} | body["label_details"]
        label = {**form, "file": b64encode(CONTENTS[form["mime_type"]]).decode()}
        shipment = self.ship(found)
        tracking = {"tracking_number": "INVENTED1", "tracking_url": "https://tracking.example.com/INVENTED1"}
        documents = [{"type": "label", "document_type": "label", "size": "a6", "link": "https://panel.example.com/1"}]
        return httpx.Response(
            201, json={"data": {**shipment, "label_details": label, "documents": documents, **tracking}}
        )

    def label_many(self, body: Json) -> httpx.Response:
        data, errors = [], []
        for place, one in enumerate(body["orders"]):
            found = self.named(body["integration_id"], one)
            if found is None or "unshippable" in found["order_number"]:
                detail = NOTHING_TO_SHIP if found is None else "The order has no valid shipping address."
                status = "404" if found is None else "400"
                errors.append(entry(f"/data/attributes/orders/[{place}]", detail) | {"status": status})
            else:
                shipment = self.ship(found)
                data.append({**shipment, "parcels_ids": [shipment["parcel_id"], shipment["parcel_id"] + 1]})
        return httpx.Response(202, json={"data": data} | ({"errors": errors} if errors else {}))

    def named(self, integration: int, name: dict[str, Json]) -> dict[str, Json] | None:
        return next(
            (
                one
                for (shop, order_id), one in self.stored.items()
                if shop == integration and name.get("order_id", order_id) == order_id
                if name.get("order_number", one["order_number"]) == one["order_number"]
            ),
            None,
        )

    def ship(self, found: dict[str, Json]) -> dict[str, Json]:
        number = len(self.labels) + 1
        self.labels.append(found)
        ids = {"shipment_id": str(7000 + number), "parcel_id": 8000 + 10 * number}
        return ids | {"order_id": found["order_id"], "order_number": found["order_number"]}

    def read_integrations(self, id: str) -> httpx.Response:
        if not id:
            return httpx.Response(200, json={"data": self.integrations})
        found = [one for one in self.integrations if str(one["id"]) == id]
        if not found:
            return error(404, "The Integration could not be found with the search criteria given", code="not_found")
        return httpx.Response(200, json={"data": found[0]})


NOTHING_TO_SHIP = "The page you have requested could not be found."
CONTENTS = {
    "application/pdf": b"%PDF-1.4 invented",
    "image/png": b"\x89PNG invented",
    "application/zpl": b"^XA^FDinvented^FS^XZ",
}


def key_of(one: dict[str, Json]) -> tuple[int, str]:
    return one["order_details"]["integration"]["id"], one["order_id"]


def reference(one: dict[str, Json]) -> dict[str, Json]:
    return {"id": one["id"], "order_id": one["order_id"], "order_number": one["order_number"]}


def merge(into: dict[str, Json], changes: dict[str, Json]) -> None:
    for name, value in changes.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            merge(into[name], value)
        else:
            into[name] = value


def entry(pointer: str | None, detail: str = "Field required", code: str = "invalid") -> dict[str, Json]:
    return {"status": "400", "code": code, "detail": detail} | ({"source": {"pointer": pointer}} if pointer else {})


def error(
    status: int, detail: str, *, pointer: str | None = None, code: str = "invalid", **headers: str
) -> httpx.Response:
    body = {"errors": [{**entry(pointer, detail, code), "status": str(status)}]}
    return httpx.Response(status, json=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


# ---------------------------------------------------------------- faults


def answer_with(response: Callable[[], httpx.Response]) -> ScriptedFault:
    """Answer without carrying the request out."""
    return lambda request, carry_out: response()


def carry_out_then(response: Callable[[], httpx.Response]) -> ScriptedFault:
    """Carry the request out, and answer something else."""

    def fault(request: httpx.Request, carry_out: Callable[[], httpx.Response]) -> httpx.Response:
        carry_out()
        return response()

    return fault


def _raise(error: type[httpx.TransportError]) -> httpx.Response:
    raise error("secret-in-the-library's-words")


CONFLICT = "We are still processing a previous request. Please try again in a moment."
unreachable = answer_with(lambda: _raise(httpx.ConnectError))
lost_before = answer_with(lambda: _raise(httpx.WriteError))
lost_after = carry_out_then(lambda: _raise(httpx.RemoteProtocolError))
slow = carry_out_then(lambda: _raise(httpx.ReadTimeout))
throttled = answer_with(lambda: error(429, "Request was throttled.", code="throttled", retry_after="3"))
conflict = answer_with(lambda: error(400, CONFLICT, pointer="/data"))
failing = answer_with(lambda: httpx.Response(500, text="<html>oops</html>"))
unavailable = answer_with(lambda: httpx.Response(503, text=""))
odd_status = carry_out_then(lambda: httpx.Response(520, text="<html>origin error</html>"))
html_success = carry_out_then(
    lambda: httpx.Response(200, text="<html>hello</html>", headers={"content-type": "text/html"})
)
cut_json = carry_out_then(lambda: httpx.Response(201, content=b'{"data": [{"id": 1'))
PASSING: dict[str, ScriptedFault] = {
    "unreachable": unreachable,
    "lost before": lost_before,
    "lost after": lost_after,
    "slow": slow,
    "429": throttled,
    "conflict": conflict,
    "500": failing,
    "503": unavailable,
    "520": odd_status,
    "HTML with 200": html_success,
    "malformed JSON": cut_json,
}
COSTLY = {name: fault for name, fault in PASSING.items() if name not in ("unreachable", "429", "conflict")}
"""Those of them behind which a label may have been made."""
