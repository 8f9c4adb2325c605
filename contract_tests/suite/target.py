"""The server under test, whichever it is: what it takes to show a rule on it, and to leave no trace.

A `Target` speaks plain HTTP, so that a fault of the adapters cannot hide a fault of the server. It lives with what a
correct server may do (saving that lags behind the 201, a conflict or a 429 now and then, another 2xx, rows in another
sequence) and checks every answer against the spec.
"""

import itertools
import json
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import httpx

from orders import factory
from runs import proxies
from suite.answer import Body, Json, Reply, data_of, next_cursor, template
from suite.conformance import check_answer
from suite.fields import filled
from suite.labels import NOBODYS, ONE, SEVERAL, require_no_label, shipments_in
from suite.patience import Patience
from suite.traces import Traces

T = TypeVar("T")

CONFLICT = re.compile("still processing", re.IGNORECASE)
HTTP_PATIENCE = 30.0
MARK = "contract-"
# The first round may find out that an id is another order's, the second looks the right one up and deletes it. A slow
# server must not have used up its time by then.
CLEANING_ROUNDS = 3


class Pacer(Protocol):
    """What the adapters' `Pace` offers: waits until another request of this kind is within the limits."""

    def acquire(self, kind: Any) -> object: ...


@dataclass
class Target:
    """A server, its credentials, and the orders that this run made on it.

    `stateful` is false for the mock, which answers examples: there only status and shape can be shown.
    `direct_url` takes requests that break the spec on purpose, past a validating proxy in front of `base_url`.
    `patience` is how long, in seconds, an accepted order may stay unreadable; `waits` grow short when one stays so.
    `conflicts` are the upserts that met an earlier request, most of which are waited out and seen by nobody else.
    `labels` is false where none may be made, because they cost money; `shipments` are the ids of those that were.
    """

    name: str
    base_url: str
    public_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    integrations: tuple[int, ...] = (41, 68)
    stateful: bool = True
    direct_url: str = ""
    patience: float = HTTP_PATIENCE
    pace: Pacer | None = None
    labels: bool = True

    def __post_init__(self) -> None:
        self.run = f"{MARK}{datetime.now(UTC):%m%d%H%M%S}-{secrets.token_hex(4)}-"
        self.exchanges: list[Reply] = []
        self.conflicts: list[Reply] = []
        self.shipments: list[str] = []
        self.requests = 0
        self.operations: set[str] = set()
        self.waits = Patience(self.patience)
        self._numbers = itertools.count(1)
        self.traces = Traces(self.run)
        self._http = proxies.client(self.base_url, timeout=HTTP_PATIENCE, follow_redirects=False)

    # ------------------------------------------------------------------ making orders

    @property
    def integration(self) -> int:
        """The first integration of the account."""
        return self.integrations[0]

    def order(self, integration: int | None = None, **fields: Json) -> Body:
        """Return a valid order with a key that nobody used before; `fields` go where they belong."""
        integration = self.integration if integration is None else integration
        return factory.order(f"{self.run}{next(self._numbers)}", integration, **fields)

    def nobodys(self) -> str:
        """Return an `order_id` that no order has, or ever gets."""
        return f"{self.run}{NOBODYS}{next(self._numbers)}"

    def full_order(self, version: int, integration: int | None = None, **fields: Json) -> Body:
        """Return such an order with every field that the spec knows, each of this version's value (see `filled`)."""
        plain, full = self.order(integration, **fields), filled("OrderInput", version)
        details = full["order_details"] | {name: plain["order_details"][name] for name in ("integration", *fields)}
        number = f"{plain['order_number']}, version {version}"
        return {**full, "order_id": plain["order_id"], "order_number": number, "order_details": details}

    # ------------------------------------------------------------------ speaking HTTP

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Json = None,
        content: bytes | None = None,
        params: Iterable[tuple[str, str]] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | str | None = "own",
        valid: bool = True,
        checked: bool = True,
        conflicts: bool = False,
    ) -> Reply:
        """Send one request and return its answer, checked against the spec.

        A 429 and a conflict are waited out and the request is sent again, as any correct client does; both are within a
        server's rights. `valid=False` marks a request that breaks the spec on purpose, or one that a validating proxy
        does not understand. Raises `SpecViolationError` for an answer that the spec does not allow, unless `checked` is
        false. With `conflicts`, a conflict is an answer and not waited out.
        """
        if not self.labels:
            require_no_label(path, body if content is None else content)
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode()
            self.traces.expect(body)
        url = (self.base_url if valid or not self.direct_url else self.direct_url) + path
        send_headers = {"Accept": "application/json"}
        if content is not None:
            send_headers["Content-Type"] = "application/json"
        send_headers.update(headers or {})
        credentials = (self.public_key, self.secret_key) if auth == "own" else auth
        deadline = time.monotonic() + 2 * self.waits.seconds
        for attempt in itertools.count():
            if self.pace:
                self.pace.acquire("read" if method == "GET" else "write")
            response = self._http.request(
                method,
                url,
                params=list(params or []),
                content=content,
                headers=send_headers,
                auth=credentials if isinstance(credentials, tuple) else None,
            )
            self.requests += 1
            self.operations.add(f"{method} {template(path)}")
            shown = path + (f"?{response.request.url.query.decode()}" if params else "")
            asked = response.request.headers
            answer = Reply(
                method, shown, response.status_code, response.headers, response.content, content or b"", asked
            )
            self.exchanges.append(answer)
            if method == "POST" and is_conflict(answer):
                self.conflicts.append(answer)
            if not _passing(answer) or (conflicts and is_conflict(answer)):
                break
            if time.monotonic() > deadline:
                self.waits.lost = True
                break
            time.sleep(_delay(answer, attempt))
        self._note_fate(answer, body)
        if checked and (self.stateful or answer.status < 300):
            check_answer(answer, valid=valid)
        return answer

    def upsert(self, *orders: Body) -> list[int]:
        """Upsert orders that are valid, and return Sendcloud's id for each, in their sequence."""
        answer = self.send("POST", "/orders", body=list(orders))
        assert answer.status in (200, 201, 202), f"expected 201 for a valid batch (UPSERT-STATUS), got {answer.status}"
        rows = answer.json["data"]
        if not self.stateful:
            return [int(row["id"]) for row in rows]
        assert len(rows) == len(orders), f"sent {len(orders)} orders, got {len(rows)} references (UPSERT-RESULT)"
        return _match(orders, rows)

    def _note_fate(self, answer: Reply, body: Json) -> None:
        """Keep account of what is stored, so that nothing of ours stays behind."""
        if not self.stateful:
            return
        if answer.method == "PATCH" or 400 <= answer.status < 500:
            self.traces.settle(body)
        if answer.status >= 300:
            return
        id_ = answer.path.rpartition("/")[2]
        match answer.method:
            case "POST":
                self.traces.accepted(data_of(answer))
            case "GET":
                self.traces.read(data_of(answer))
            case "DELETE" if id_.isdecimal():
                self.traces.deleted(int(id_))

    def label(self, order: Body, *, valid: bool = True, **more: Json) -> Reply:
        """Ask for the label of one order of the first integration, or of the one that `integration_id` names."""
        return self._ship(ONE, {"order": order, **more}, valid)

    def several_labels(self, *orders: Body, valid: bool = True, **more: Json) -> Reply:
        """Ask likewise for the labels of several."""
        return self._ship(SEVERAL, {"orders": list(orders), **more}, valid)

    def _ship(self, path: str, body: Body, valid: bool) -> Reply:
        answer = self.send("POST", path, body={"integration_id": self.integration, **body}, valid=valid)
        self.shipments += shipments_in(answer)
        return answer

    def get(self, id_: int | str) -> Reply:
        """Ask for one order once."""
        return self.send("GET", f"/orders/{id_}")

    def read(self, id_: int, until: Callable[[Body], object] = bool) -> Body:
        """Return an accepted order once it can be read and `until` holds for it: saving may lag (UPSERT-ASYNC)."""
        last: list[Reply] = []

        def look() -> Body | None:
            last[:] = [self.get(id_)]
            data: Body | None = last[0].json["data"] if last[0].status == 200 else None
            return data if data and until(data) else None

        waited = self.waits.seconds
        found = self.eventually(look)
        why = "could not be read (UPSERT-ASYNC)" if last[0].status == 404 else "did not become as expected"
        assert found, f"order {id_} {why} within {waited:.0f} s; last answer:\n{last[0]}"
        return found

    def eventually(self, look: Callable[[], T | None]) -> T | None:
        """Call `look` until it returns something true, for as long as saving may lag; return its last answer."""
        return self.waits.eventually(look)

    def settle(self) -> None:
        """Wait until everything that was accepted before this call must be readable: store a marker and wait for it."""
        self.read(self.upsert(self.order())[0])

    def gone(self, id_: int) -> bool:
        """Tell whether an order is gone, waiting out the lag of saving."""
        return bool(self.eventually(lambda: self.get(id_).status == 404))

    @contextmanager
    def lends(self, *orders: Body) -> Iterator[None]:
        """Let somebody else send these orders, and take back at the end what they leave behind."""
        self.traces.expect(list(orders))
        yield
        self.traces.settle(list(orders))

    # ------------------------------------------------------------------ listing

    def page(self, **filters: str | int) -> Reply:
        """Ask for one page."""
        return self.page_of(filters)

    def page_of(self, query: Mapping[str, str | int], *, valid: bool = True) -> Reply:
        """Ask for one page; `valid` is as of `send`."""
        params = [(name, str(value)) for name, value in query.items()]
        return self.send("GET", "/orders", params=params, valid=valid)

    def pages(self, **filters: str | int) -> Iterator[Reply]:
        """Follow the cursors from page to page. Raises `AssertionError` for a cursor that comes back."""
        return self.pages_of(filters)

    def pages_of(self, query: Mapping[str, str | int], *, valid: bool = True) -> Iterator[Reply]:
        """Follow the cursors likewise; `valid` is as of `send`."""
        seen: set[str] = set()
        while True:
            answer = self.page_of(query, valid=valid)
            assert answer.status == 200, f"expected a page, got {answer.status} {answer.content[:300]!r}"
            yield answer
            cursor = next_cursor(answer)
            if cursor is None:
                return
            assert cursor not in seen, f"the cursor {cursor!r} comes back: the pages loop (LIST-COMPLETE)"
            seen.add(cursor)
            query = {**query, "cursor": cursor}

    def listed(self, **filters: str | int) -> list[Body]:
        """Return our own rows of all pages, in the server's sequence. Rows of other people's orders are passed over."""
        return [row for answer in self.pages(**filters) for row in answer.json["data"] if self.ours(row)]

    def ours(self, row: Body) -> bool:
        """Tell whether this run made the order."""
        return self.traces.ours(row)

    # ------------------------------------------------------------------ leaving no trace

    def clean_up(self) -> list[str]:
        """Delete every order that this run may have stored; return what could not be deleted, one sentence each.

        Orders whose answer never came are looked up by `order_id`; nothing without this run's mark is touched. Answers
        are not held against the spec any more: a server that breaks it gets its orders taken back all the same.
        """
        try:
            # What was accepted may not be stored yet and answer 404: the whole round is made again for a while.
            # On a broken server too: an order of ours that comes late is not to stay.
            if self.stateful:
                self.waits.eventually(self._take_back_all, CLEANING_ROUNDS, self.patience)
        finally:
            self.close()
        left = self.traces.stored if self.stateful else {}
        return [f"order {id_} ({order_id}) could not be deleted: delete it by hand" for id_, order_id in left.items()]

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _take_back_all(self) -> bool:
        traces = self.traces
        try:
            for order_id in sorted(traces.refused | traces.unanswered):
                self._look_up(order_id)
            for id_, order_id in sorted(traces.stored.items()):
                if self._is_ours(id_, order_id):
                    self.send("DELETE", f"/orders/{id_}", valid=False, checked=False)
        except httpx.TransportError:
            return False
        return not (traces.unanswered or traces.stored)

    def _look_up(self, order_id: str) -> None:
        answer = self.send("GET", "/orders", params=[("order_id", order_id)], valid=False, checked=False)
        self.traces.refused.discard(order_id)
        if answer.status == 200:
            self.traces.found(data_of(answer))

    def _is_ours(self, id_: int, order_id: str) -> bool:
        """Tell whether an id that the server gave for an order of ours is that order's, and note it when it is not."""
        traces = self.traces
        if id_ not in traces.confirmed:
            data = data_of(self.send("GET", f"/orders/{id_}", valid=False, checked=False))
            if isinstance(data, dict):
                traces.confirmed[id_] = str(data.get("order_id"))
            else:
                self._look_up(order_id)
        if traces.confirmed.get(id_, order_id) != order_id:
            traces.misnamed(id_)
        return traces.confirmed.get(id_) == order_id


def _match(orders: tuple[Body, ...], rows: list[Body]) -> list[int]:
    by_order_id: dict[str | None, list[int]] = {}
    for row in rows:
        by_order_id.setdefault(row.get("order_id"), []).append(int(row["id"]))
    missing = [order["order_id"] for order in orders if order["order_id"] not in by_order_id]
    assert not missing, f"no reference came back for {missing} (UPSERT-RESULT)"
    return [by_order_id[order["order_id"]].pop(0) for order in orders]


def is_conflict(answer: Reply) -> bool:
    """Tell whether an earlier request on the same order is still being processed (UPSERT-CONFLICT)."""
    refused = answer.status == 400 and CONFLICT.search(answer.content.decode("utf-8", "replace"))
    return answer.status == 409 or bool(refused)


def _passing(answer: Reply) -> bool:
    """Tell whether the answer is one that passes by itself."""
    return answer.status == 429 or is_conflict(answer)


def _delay(answer: Reply, attempt: int) -> float:
    after = answer.headers.get("Retry-After", "")
    return min(float(after), 60.0) if after.isdigit() else min(0.2 * 2**attempt, 5.0)
