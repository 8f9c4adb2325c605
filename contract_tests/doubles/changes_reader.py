"""Read changes by the rules alone, without a wire and without waiting."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal

from doubles.changing_service import BEGINNING, ChangingService
from sendcloud_orders import Changes
from sendcloud_orders.changes import ChangeFeed, read_scope
from sendcloud_orders.exchange import Answer, Call, Conversation, Exchange, Pause, read_answer
from sendcloud_orders_api.models import Order

NEW = timedelta(0)
SETTLE = 300.0
LOOKBACK = timedelta(days=2)


def reader(
    service: ChangingService,
    since: datetime | str = BEGINNING,
    *,
    poll: float | None = None,
    lookback: timedelta | Literal["all"] = LOOKBACK,
    settle: float = SETTLE,
    account: str = "account",
    integration: Any = None,
) -> Changes:
    """Read changes with the rules alone; with `poll` until nothing is left of the script."""

    def converse(conversation: Conversation[bool]) -> bool:
        try:
            step = next(conversation)
            while True:
                step = conversation.send(perform(step))
        except StopIteration as done:
            return bool(done.value)

    def perform(step: Call[Any] | Pause) -> Exchange[Any] | None:
        if isinstance(step, Pause):
            service.advance(step.seconds)
            if not service.script:
                changes.close()
            return None
        status, headers, body = service.list(step.request.params)
        links = headers.get("link", "").partition("<")[2].partition(">")[0]
        answer = Answer(status, headers, body, links or None)
        return Exchange(read_answer(step, answer), 1, False, 0, 0)

    scope = read_scope(account, integration=integration, lookback=lookback, settle=settle, poll=poll)
    changes = Changes(ChangeFeed(since, scope), converse)
    return changes


def version(order: Order) -> int:
    return int((order.order_details.notes or "").removeprefix("version "))


def stored(*ids: int, age: float = 2 * SETTLE, **settings: Any) -> ChangingService:
    """Give a service that accepted these orders so many seconds ago."""
    service = ChangingService(**settings)
    for id in ids:
        service.write(id, created=NEW, updated=None)
        service.advance(0.001)
    service.advance(age)
    return service


def ids_of(orders: Iterable[Order]) -> list[int]:
    return [order.id for order in orders]
