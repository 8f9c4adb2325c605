"""The place where one question is decided: its own orders, its requests, and the answers as evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from orders.factory import address, item
from suite.answer import Body, Json, Reply, data_of
from suite.target import Target

T = TypeVar("T")

ACCEPTED = (200, 201, 202)
QUOTED = 300
CREATED = "2026-11-02T23:30:00-05:00"
UPDATED = "2026-11-03T12:00:00+00:00"
NOTES = "Please ring twice."
# Of the orders that are stored beforehand, no question changes the first ones.
UNCHANGED = 2


class OddAnswerError(Exception):
    """The server answered as no value of any policy says; the text tells what was seen."""


@dataclass(frozen=True)
class Stock:
    """Orders that were stored with one upsert, with their ids and the answer."""

    sent: list[Body]
    ids: list[int]
    posted: Reply


@dataclass(frozen=True)
class Sample:
    """One order as it was sent, and the answers in which it, or a reference to it, comes back."""

    sent: Body
    posted: Reply
    patched: Reply
    got: Reply
    listed: Reply

    @property
    def references(self) -> dict[str, Body]:
        """The references of the answers, by what was answered. Raises `OddAnswerError`."""
        mine = [row for row in rows_of(self.posted) if row.get("order_id") == self.sent["order_id"]]
        if len(mine) != 1:
            raise OddAnswerError(f"{len(mine)} references came for one order")
        return {"upsert": mine[0], "PATCH": object_of(self.patched)}

    @property
    def views(self) -> dict[str, Body]:
        """The order as it is read, by how. Raises `OddAnswerError`."""
        (row,) = rows_of(self.listed)
        return {"GET": object_of(self.got), "list": row}


@dataclass
class Bench:
    """What the questions of one run share: orders that are stored beforehand, and what comes of a common request.

    stock: how many orders are stored beforehand, beside those that no question changes.
    made: what was made once, or the error that it ended in, with its evidence.
    throttled: the 429s that were met.
    """

    target: Target
    stock: int = 0
    made: dict[str, tuple[Any, list[Reply]]] = field(default_factory=dict)
    throttled: list[Reply] = field(default_factory=list)
    given: int = 0


class Lab:
    """A target as one question sees it. Everything asked here is kept as evidence.

    Each request goes past a validating proxy, since it may break the spec on purpose, and no answer is held against
    the spec: an odd one is evidence. What is stored is taken back with all that the target made.
    """

    def __init__(self, target: Target, bench: Bench | None = None) -> None:
        self.target = target
        self.bench = bench or Bench(target)
        self.evidence: list[Reply] = []

    # ------------------------------------------------------------------ asking

    def order(self, **fields: Json) -> Body:
        """Return a valid order with a key that nobody used before; `fields` go where they belong."""
        return self.target.order(**fields)

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Json = None,
        content: bytes | None = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        orders: Sequence[Body] = (),
        conflicts: bool = False,
    ) -> Reply:
        """Send a request and return its answer; a 429 or a conflict is waited out.

        orders: those that `content` holds, so that they are taken back; a `body` names its own.
        conflicts: whether a conflict is an answer.
        """
        request: dict[str, Any] = {
            "body": body,
            "content": content,
            "params": [(name, str(value)) for name, value in (params or {}).items()],
            "headers": dict(headers or {}),
            "conflicts": conflicts,
        }
        with self.target.lends(*orders) if orders else nullcontext():
            try:
                return self._send(method, path, request)
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                # A server may close the connection after an answer; what it never read can be sent again.
                return self._send(method, path, request)

    def _send(self, method: str, path: str, request: dict[str, Any]) -> Reply:
        before = len(self.target.exchanges)
        try:
            return self.target.send(method, path, valid=False, checked=False, **request)
        finally:
            replies = self.target.exchanges[before:]
            self.evidence += replies
            self.bench.throttled += [reply for reply in replies if reply.status == 429]

    def once(self, method: str, path: str, **request: Any) -> Reply:
        """Do the same, but take a conflict for an answer."""
        return self.send(method, path, conflicts=True, **request)

    def upsert(self, *orders: Body, **request: Any) -> Reply:
        """Upsert orders, valid or not."""
        return self.send("POST", "/orders", body=list(orders), **request)

    def get(self, id_: int) -> Reply:
        """Ask for one order once."""
        return self.send("GET", f"/orders/{id_}")

    def patch(self, id_: int, body: Body) -> Reply:
        """Change parts of one order."""
        return self.send("PATCH", f"/orders/{id_}", body=body)

    def page(self, **filters: str | int) -> Reply:
        """Ask for one page."""
        return self.send("GET", "/orders", params=filters)

    @property
    def url(self) -> str:
        """The base URL that requests go to."""
        return self.target.direct_url or self.target.base_url

    def show(self, reply: Reply) -> None:
        """Keep an answer to another question as evidence for this one."""
        self.evidence.append(reply)

    # ------------------------------------------------------------------ waiting

    def stored(self, *orders: Body) -> list[int]:
        """Upsert valid orders, wait until they can be read, and return their ids. Raises `OddAnswerError`."""
        ids = ids_of(self.upsert(*orders), orders)
        for id_ in ids:
            self.read(id_)
        return ids

    def read(self, id_: int, until: Callable[[Body], object] = bool) -> Body:
        """Return an accepted order once it can be read and `until` holds for it.

        Raises `OddAnswerError` when that does not happen for as long as saving may lag.
        """

        def look() -> Body | None:
            answer = self.get(id_)
            data = data_of(answer) if answer.status == 200 else None
            return data if isinstance(data, dict) and data and until(data) else None

        found = self.wait(look)
        if found is None:
            last = self.evidence[-1].status
            raise OddAnswerError(f"an accepted order could not be read as it was sent; the last status is {last}")
        return found

    def wait(self, look: Callable[[], T | None]) -> T | None:
        """Call `look` until it returns something, for as long as saving may lag; keep its first and last evidence."""
        start = len(self.evidence)

        def look_again() -> T | None:
            found = look()
            if len(self.evidence) > start + 2:
                del self.evidence[start + 1 : -1]
            return found

        return self.target.eventually(look_again)

    def wait_until(self, condition: Callable[[], bool], otherwise: str) -> None:
        """Wait until a condition holds. Raises `OddAnswerError` with the text `otherwise` when it never does."""
        if self.wait(lambda: condition() or None) is None:
            raise OddAnswerError(otherwise)

    def settled(self, id_: int) -> Body:
        """Read an order once everything accepted before this call must be readable: a marker of now can be read."""
        self.stored(self.order())
        return self.read(id_)

    def listed(self, **filters: str | int) -> list[Body]:
        """Return our own rows of one page, in the server's sequence. Raises `OddAnswerError`."""
        answer = self.page(**filters)
        if answer.status != 200:
            raise OddAnswerError(f"a list was answered with {answer.status}")
        return [row for row in rows_of(answer) if self.target.ours(row)]

    # ------------------------------------------------------------------ what the questions of a run share

    def taken(self) -> tuple[int, Body]:
        """Return an order that can be read, for this question to change, and its id."""
        stock = self._stock()
        self.bench.given += 1
        place = UNCHANGED - 1 + self.bench.given
        if place < len(stock.ids):
            return stock.ids[place], stock.sent[place]
        order = self._stock_order()
        return self.stored(order)[0], order

    @property
    def stock_number(self) -> str:
        """The `order_number` that all orders stored beforehand share."""
        return f"N{self.target.run}stock"

    def sample(self) -> Sample:
        """Return an order that no question changes, with the answers that tell of it."""

        def make() -> Sample:
            stock = self._stock()
            sent, id_ = stock.sent[0], stock.ids[0]
            patched = self.patch(id_, {"order_details": {"status": sent["order_details"]["status"]}})
            if patched.status != 200:
                raise OddAnswerError(f"a PATCH was answered with {patched.status}")

            def look() -> Reply | None:
                answer = self.page(order_id=sent["order_id"])
                return answer if answer.status != 200 or rows_of(answer) else None

            listed = self.wait(look)
            if listed is None or listed.status != 200 or len(rows_of(listed)) != 1:
                raise OddAnswerError("a stored order is not listed by its order_id")
            return Sample(sent, stock.posted, patched, self.get(id_), listed)

        return self.shared("sample", make)

    def shared(self, name: str, make: Callable[[], T]) -> T:
        """Make something once a run, and show each question that asks for it the same evidence."""
        made = self.bench.made
        if name not in made:
            start = len(self.evidence)
            try:
                value: Any = make()
            except Exception as error:
                value = error
            made[name] = value, self.evidence[start:]
        self.evidence += [one for one in made[name][1] if not any(one is shown for shown in self.evidence)]
        value = made[name][0]
        if isinstance(value, Exception):
            raise value
        found: T = value
        return found

    def _stock(self) -> Stock:
        def make() -> Stock:
            orders = [self._stock_order() for _ in range(UNCHANGED + self.bench.stock)]
            posted = self.upsert(*orders)
            ids = ids_of(posted, orders)
            for id_ in ids:
                self.read(id_)
            return Stock(orders, ids, posted)

        return self.shared("stock", make)

    def _stock_order(self) -> Body:
        order = self.order(
            order_number=self.stock_number,
            order_created_at=CREATED,
            order_updated_at=UPDATED,
            notes=NOTES,
            tags=["probe"],
            order_items=[item("Tea tin", sku="FIRST", quantity=1), item("Tea tin", sku="SECOND", quantity=2)],
            customer_details={"name": "Ada Fictiva", "phone_number": "+31000000000"},
            shipping_address=address(house_number="5"),
        )
        order["payment_details"]["discount_granted"] = {"value": "1.50", "currency": "EUR"}
        return order


def rows_of(answer: Reply) -> list[Body]:
    """Return the objects of a list's or an upsert's answer. Raises `OddAnswerError`."""
    data = data_of(answer)
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise OddAnswerError(f"a {answer.method} was answered with {answer.status} and no list of objects")
    return data


def object_of(answer: Reply) -> Body:
    """Return the one object of an answer. Raises `OddAnswerError`."""
    data = data_of(answer)
    if not isinstance(data, dict):
        raise OddAnswerError(f"a {answer.method} was answered with {answer.status} and no object")
    return data


def ids_of(answer: Reply, orders: Sequence[Body]) -> list[int]:
    """Return the ids that an upsert gave to valid orders, in their sequence. Raises `OddAnswerError`."""
    if answer.status not in ACCEPTED:
        said = answer.content[:QUOTED].decode("utf-8", "replace")
        raise OddAnswerError(f"a valid upsert was answered with {answer.status} {said}")
    ids = {row.get("order_id"): int(row["id"]) for row in rows_of(answer)}
    missing = [order["order_id"] for order in orders if order["order_id"] not in ids]
    if missing:
        raise OddAnswerError(f"{len(missing)} of {len(orders)} accepted orders have no reference")
    return [ids[order["order_id"]] for order in orders]
