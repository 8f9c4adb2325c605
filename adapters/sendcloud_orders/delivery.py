"""One batch from request to outcome, without a socket: what to send, what became of it, and what to send next."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sendcloud_orders_api.api.orders import upsert_orders
from sendcloud_orders_api.models import OrderReference, UpsertResult
from sendcloud_orders_api.types import UNSET

from .batching import Known, PlannedBatch, PreparedOrder, join_bodies
from .errors import ContractError, FieldError
from .exchange import (
    UPSERT,
    Answer,
    Call,
    Conversation,
    Exchange,
    Refused,
    Succeeded,
    error_of,
    is_uncertain,
)
from .identity import LARGEST_ID, SendcloudId
from .plural import counted
from .report import Accepted, BatchOutcome, NotSent, Rejected, Unknown
from .retry import may_pass

REFUSED_FOR_DATA = (400, 413, 422)


class Delivery:
    """A planned batch on its way to its outcome.

    A batch that is refused for its data is rejected whole, unless `isolate`: then the orders that the pointers name are
    taken out and the others sent again; where the pointers name none, the batch is halved. Each request decides on an
    order or halves a batch, so a batch of n orders takes at most 2n - 1 requests.
    Rules: UPSERT-ATOMIC, ERROR-POINTER.
    """

    def __init__(self, batch: PlannedBatch, *, isolate: bool = False, partner_id: UUID | None = None) -> None:
        self.batch: PlannedBatch = batch
        self.outcome: BatchOutcome = BatchOutcome(batch.accepted, batch.rejected, batch.not_sent)
        self._isolate = isolate
        self._partner_id = partner_id
        self._waiting: deque[tuple[PreparedOrder, ...]] = deque([batch.orders] if batch.orders else [])
        self._in_flight: tuple[PreparedOrder, ...] = ()
        # What the larger batch was refused with that waiting orders went out in.
        self._refused_with: int | None = None

    def converse(self) -> Conversation[BatchOutcome]:
        """Send the batch, as often as it takes, and say what became of each of its orders."""
        while self._waiting:
            self._in_flight = self._waiting.popleft()
            exchange: Exchange[list[OrderReference]] = yield upsert_call(self._in_flight, self._partner_id)
            self._read(exchange)
        return self.outcome

    def skip_known(self, known: Known) -> None:
        """Take out the orders that the service is known to hold."""
        pairs = list(zip(self.batch.orders, known(self.batch.orders), strict=True))
        accepted = tuple(Accepted(order.position, order.key, id) for order, id in pairs if id is not None)
        if accepted:
            self._add(BatchOutcome(accepted))
            left = tuple(order for order, id in pairs if id is None)
            self._waiting = deque([left] if left else [])

    def break_off(self, reason: str) -> None:
        """End here. What a request may have carried is unknown; what waits was refused before or is not sent."""
        in_flight, self._in_flight = self._in_flight, ()
        waiting = [order for group in self._waiting for order in group]
        self._waiting.clear()
        self._add(BatchOutcome(unknown=tuple(Unknown(one.position, one.key, reason) for one in in_flight)))
        if self._refused_with is None:
            self._add(BatchOutcome(not_sent=tuple(NotSent(one.position, one.key, reason) for one in waiting)))
        else:
            status = self._refused_with
            self._add(BatchOutcome(rejected=tuple(Rejected(one.position, one.key, (), status) for one in waiting)))

    def _read(self, exchange: Exchange[list[OrderReference]]) -> None:
        group, self._in_flight = self._in_flight, ()
        outcome, again = _outcome_of(group, exchange, isolate=self._isolate)
        self._waiting.extendleft(reversed(again))
        self._add(outcome)
        if isinstance(exchange.outcome, Refused) and is_about_orders(exchange.outcome):
            self._refused_with = exchange.outcome.status
        elif not isinstance(exchange.outcome, Succeeded):
            self.break_off("an earlier request of the batch got no usable answer")

    def _add(self, more: BatchOutcome) -> None:
        self.outcome = BatchOutcome(
            self.outcome.accepted + more.accepted,
            self.outcome.rejected + more.rejected,
            self.outcome.not_sent + more.not_sent,
            self.outcome.unknown + more.unknown,
            self.outcome.requests + more.requests,
            more.problem or self.outcome.problem,
        )


def upsert_call(orders: Sequence[PreparedOrder], partner_id: UUID | None = None) -> Call[list[OrderReference]]:
    """Make the request of a batch. Rules: UPSERT-LIST, UPSERT-PARTNER."""
    request = upsert_orders.build_request(body=join_bodies(orders), sendcloud_partner_id=partner_id or UNSET)
    return Call(UPSERT, request, _read_references)


def _read_references(answer: Answer) -> list[OrderReference]:
    return answer.decode(UpsertResult).data


# ---------------------------------------------------------------- reading an exchange


def is_about_orders(refused: Refused) -> bool:
    """Tell whether a refusal is about what the orders hold, not about the request, the credentials or the moment."""
    about_request = any(error.header or error.parameter for error in refused.errors)
    return refused.status in REFUSED_FOR_DATA and not refused.conflict and not about_request


def _outcome_of(
    group: tuple[PreparedOrder, ...], exchange: Exchange[list[OrderReference]], *, isolate: bool
) -> tuple[BatchOutcome, list[tuple[PreparedOrder, ...]]]:
    """Read one exchange: what became of its orders, and which groups are to be sent next."""
    problem = error_of(UPSERT, exchange)
    uncertain = exchange.sent_before or is_uncertain(exchange.outcome)
    match exchange.outcome:
        case Succeeded(value=references):
            assigned = assign_references(group, references)
            return BatchOutcome(assigned.accepted, (), (), assigned.unknown, 1, assigned.problem), []
        case Refused(status=status, errors=errors) if is_about_orders(exchange.outcome):
            # A retry holds the same bytes, so an attempt that got lost before was refused as well.
            rejected, again = _blame(group, status, errors, isolate=isolate)
            return BatchOutcome(rejected=rejected, requests=1, problem=problem), again
        case _ if uncertain:
            unknown = tuple(Unknown(order.position, order.key, str(problem)) for order in group)
            return BatchOutcome(unknown=unknown, requests=1, problem=problem), []
        case Refused() if may_pass(exchange.outcome):
            # Turned away for the moment: nothing was taken in.
            left = tuple(NotSent(one.position, one.key, f"not taken in; send it again: {problem}") for one in group)
            return BatchOutcome(not_sent=left, requests=1, problem=problem), []
        case Refused(status=status, errors=errors):
            said = tuple(replace(error, index=None) for error in errors) or (FieldError(str(problem), (), str(status)),)
            refused = tuple(Rejected(order.position, order.key, said, status) for order in group)
            return BatchOutcome(rejected=refused, requests=1, problem=problem), []
        case _:
            left = tuple(NotSent(order.position, order.key, str(problem)) for order in group)
            return BatchOutcome(not_sent=left, requests=1, problem=problem), []


def _blame(
    group: tuple[PreparedOrder, ...], status: int, errors: Sequence[FieldError], *, isolate: bool
) -> tuple[tuple[Rejected, ...], list[tuple[PreparedOrder, ...]]]:
    """Find the orders that a refusal names: whom to reject, and whom to send again."""
    by_place: dict[int, list[FieldError]] = {}
    for error in errors:
        if error.index is not None and error.index < len(group):
            by_place.setdefault(error.index, []).append(replace(error, index=None))
    about_all = () if by_place else tuple(replace(error, index=None) for error in errors)
    if isolate and not by_place and len(group) > 1:
        middle = len(group) // 2
        return (), [group[:middle], group[middle:]]
    rejected = tuple(
        Rejected(order.position, order.key, tuple(by_place.get(place, about_all)), status)
        for place, order in enumerate(group)
        if place in by_place or not (isolate and by_place)
    )
    rest = tuple(order for place, order in enumerate(group) if place not in by_place)
    return rejected, [rest] if isolate and by_place and rest else []


# ---------------------------------------------------------------- references back to orders


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which order each reference of an answer belongs to, and what remains unclear."""

    accepted: tuple[Accepted, ...]
    unknown: tuple[Unknown, ...] = ()
    problem: ContractError | None = None


def assign_references(orders: Sequence[PreparedOrder], references: Sequence[OrderReference]) -> Assignment:
    """Match references to orders by `order_id`, for their order is not promised.

    Where two integrations share an `order_id` in one request, the references come without the integration: they are
    told apart by place, and only when the whole answer stands in the order of the request. Anything left over on
    either side is a breach of contract, as is an id that cannot be one or that two orders got: the orders without a
    clear reference are unknown. A reference without an `order_id` is nobody's, even if it is the only one left.
    Rules: UPSERT-RESULT, READ-ID, READ-REQUIRED.
    """
    sent: list[str | None] = [order.key.order_id for order in orders]
    answered = [reference.order_id for reference in references]
    ids = [reference.id for reference in references]
    in_order = sent == answered
    if in_order and len(set(ids)) == len(ids) and not any(_impossible(id, 1) for id in ids):
        return Assignment(
            tuple(Accepted(one.position, one.key, SendcloudId(id)) for one, id in zip(orders, ids, strict=True))
        )
    times_sent, times_answered = Counter(sent), Counter(answered)
    by_order_id = {reference.order_id: reference for reference in references}
    owners = Counter(ids)
    accepted: list[Accepted] = []
    unknown: list[Unknown] = []
    for place, order in enumerate(orders):
        order_id = order.key.order_id
        reference: OrderReference | None
        if in_order:
            reference, reason = references[place], None
        else:
            reference = by_order_id.get(order_id)
            reason = _unclear(times_sent[order_id], times_answered[order_id])
        if reference is not None and reason is None:
            reason = _impossible(reference.id, owners[reference.id])
        if reference is not None and reason is None:
            accepted.append(Accepted(order.position, order.key, SendcloudId(reference.id)))
        else:
            unknown.append(Unknown(order.position, order.key, f"the batch was accepted, but {reason}"))
    strangers = sum((times_answered - times_sent).values())
    if not unknown and not strangers:
        return Assignment(tuple(accepted))
    nameless = times_answered[None]
    problem = ContractError(
        f"The answer of upsert_orders names {counted(len(references) - nameless, 'order')} where {len(orders)} were "
        f"sent: {len(unknown)} without a clear reference, and {strangers} that were not sent"
        f"{f', {nameless} of them without an order_id' if nameless else ''}."
    )
    return Assignment(tuple(accepted), tuple(unknown), problem)


def _unclear(sent: int, answered: int) -> str | None:
    if sent == answered == 1:
        return None
    if answered == 0:
        return "the answer does not name this order"
    if sent > 1:
        return "the answer does not tell orders apart that share an order_id"
    return "the answer names this order more than once"


def _impossible(id: int, owners: int) -> str | None:
    if not 1 <= id <= LARGEST_ID:
        return "the id that the answer gives it is not from 1 to 2**63 - 1"
    return "the answer gives its id to another order as well" if owners > 1 else None
