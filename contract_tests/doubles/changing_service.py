"""A service whose orders change while they are listed, as far as a reader of changes sees it; its time is a number.

It keeps every state of every order, so that a test can tell what was missed and what came twice.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any, Literal

import httpx

from orders.factory import order

DateZone = Literal["utc", "as_sent"]
Precision = Literal["microseconds", "seconds", "none"]
Step = Callable[["ChangingService"], object]

BEGINNING = datetime(2026, 11, 2, 9, 30, 0, 250_000, tzinfo=UTC)


@dataclass(frozen=True)
class State:
    """An order from one change to the next; `version` counts the changes of all orders."""

    id: int
    version: int
    modified: datetime
    visible: datetime
    created: datetime
    updated: datetime | None


@dataclass
class ChangingService:
    """Answer lists of orders, and take the next steps of a script before each answer, up to the next `None`.

    `date_ahead` is how many seconds the `Date` of an answer is ahead of `modified_at`; None leaves it out.
    """

    script: deque[Step | None] = field(default_factory=deque)
    date_zone: DateZone = "utc"
    precision: Precision = "microseconds"
    ids: Literal["number", "string"] = "number"
    date_ahead: float | None = 0
    page_size: int = 2
    now: datetime = BEGINNING
    states: list[State] = field(default_factory=list)
    deleted: set[int] = field(default_factory=set)
    requests: list[dict[str, str]] = field(default_factory=list)
    losing: int = 0

    # ------------------------------------------------------------ what happens to it

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def write(
        self, id: int, *, created: timedelta, updated: timedelta | None, offset: int = 0, lag: float = 0
    ) -> State | None:
        """Accept a change of an order; `created` and `updated` are how long ago, `offset` the hours of the shop."""
        if id in self.deleted:
            return None
        zone = timezone(timedelta(hours=offset))
        before = [state.visible for state in self.states if state.id == id]
        state = State(
            id,
            len(self.states) + 1,
            self.now,
            max([self.now + timedelta(seconds=lag), *before]),
            (self.now - created).astimezone(zone),
            None if updated is None else (self.now - updated).astimezone(zone),
        )
        self.states.append(state)
        return state

    def delete(self, id: int) -> None:
        self.deleted.add(id)

    def play(self) -> None:
        """Take the steps that come before the next answer."""
        while self.script and (step := self.script.popleft()):
            step(self)

    # ------------------------------------------------------------ what it answers

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        status, headers, body = self.list(dict(request.url.params))
        return httpx.Response(status, headers=headers, content=body)

    def list(self, query: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
        self.requests.append(dict(query))
        self.play()
        headers = {"content-type": "application/json"}
        if self.losing:
            self.losing -= 1
            return 503, headers, b""
        if self.date_ahead is not None:
            headers["date"] = format_datetime(self.now + timedelta(seconds=self.date_ahead))
        assert query["sort"] == "pk"
        after = int(query.get("cursor", "0"))
        found = [state for state in self.visible() if state.id > after and self.matches(state, query)]
        page = found[: self.page_size]
        if len(found) > len(page):
            headers["link"] = f'<https://other.example/orders?cursor={page[-1].id}>; rel="next"'
        return 200, headers, json.dumps({"data": [self.row(state) for state in page]}).encode()

    def visible(self) -> Iterable[State]:
        """Give the orders as they are listed now, by id."""
        latest = {state.id: state for state in self.states if state.visible <= self.now}
        return [latest[id] for id in sorted(latest.keys() - self.deleted)]

    def matches(self, state: State, query: Mapping[str, str]) -> bool:
        wanted = {"order_created_at_min": state.created, "order_updated_at_min": state.updated}
        return all(
            moment is not None and self.day(moment) >= date.fromisoformat(query[name])
            for name, moment in wanted.items()
            if name in query
        )

    def day(self, moment: datetime) -> date:
        return (moment.astimezone(UTC) if self.date_zone == "utc" else moment).date()

    def row(self, state: State) -> dict[str, Any]:
        shop: dict[str, Any] = {
            "order_created_at": state.created.astimezone(UTC).isoformat(),
            "notes": f"version {state.version}",
        }
        if state.updated is not None:
            shop["order_updated_at"] = state.updated.astimezone(UTC).isoformat()
        row = {"id": str(state.id) if self.ids == "string" else state.id, **order(f"A-{state.id}", **shop)}
        modified = self.printed(state)
        return row if modified is None else {**row, "modified_at": modified.isoformat()}

    def printed(self, state: State) -> datetime | None:
        """Give a state's `modified_at` as it is printed."""
        if self.precision == "none":
            return None
        return state.modified.replace(microsecond=0) if self.precision == "seconds" else state.modified
