"""An upsert from plan to report, without a socket: the clients send what this asks for and bring back what came."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal
from uuid import UUID

import msgspec

from sendcloud_orders_api.api.orders import upsert_orders
from sendcloud_orders_api.models import OrderReference, UpsertResult
from sendcloud_orders_api.types import UNSET, decode

from .batching import (
    MAX_BODY_BYTES,
    MAX_ORDERS,
    Duplicates,
    PlannedBatch,
    Planner,
    PreparedOrder,
    assign_references,
    join_bodies,
    prepare,
    read_key,
)
from .errors import (
    APIStatusError,
    ConfigurationError,
    ContractError,
    FieldError,
    IncompleteUpsert,
    InvalidOrders,
    InvalidRequest,
    RateLimitError,
    SendcloudError,
    ServerError,
    TransportError,
)
from .exchange import (
    UPSERT,
    Answer,
    Call,
    Conversation,
    Exchange,
    Lost,
    Refused,
    Succeeded,
    Withheld,
    error_of,
    is_uncertain,
)
from .identity import SendcloudId
from .journal import Entry, Journal, digest
from .report import Accepted, BatchOutcome, NotSent, Rejected, Unknown, UpsertReport

OnRejected = Literal["stop", "skip", "isolate"]
# Batches in a row that nothing usable came back for: the service is down, and hammering on would only take hours.
_MOST_UNDELIVERED = 3
_UNDELIVERED = (TransportError, ServerError, RateLimitError, ContractError)

# Orders that are only named, not sent, are handed on in chunks of this size.
_CHUNK = 1000

_REFUSED_FOR_DATA = (400, 413, 422)
_STOPPED = "the run had stopped before"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsertOptions:
    """Hold what a caller may choose for an upsert; the clients' `upsert` describes it."""

    on_rejected: OnRejected = "stop"
    duplicates: Duplicates = "error"
    check: bool = True
    max_body_bytes: int = MAX_BODY_BYTES
    partner_id: UUID | None = None

    def __post_init__(self) -> None:
        _one_of("on_rejected", self.on_rejected, ("stop", "skip", "isolate"))
        _one_of("duplicates", self.duplicates, ("error", "last", "sequence"))
        if self.max_body_bytes < 1:
            raise InvalidRequest(f"max_body_bytes must be 1 or more, not {self.max_body_bytes}.")


def _one_of(name: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise InvalidRequest(f"{name} must be one of {', '.join(known)}; not {value!r}.")


def refuse_single(orders: object) -> None:
    """Raise `InvalidOrders` when one order was passed where several are wanted, or something that holds none."""
    single = isinstance(orders, Mapping | msgspec.Struct | str | bytes)
    if single or not isinstance(orders, Iterable | AsyncIterable):
        raise InvalidOrders(f"Pass the orders as a list or another iterable, not as a single {type(orders).__name__}.")


# ---------------------------------------------------------------- one batch


def deliver(batch: PlannedBatch, options: UpsertOptions) -> Conversation[BatchOutcome]:
    """Send a planned batch and say what became of each of its orders.

    A batch that is refused for its data is treated as `on_rejected` says. With "isolate" the orders that the pointers
    name are taken out and the others sent again; where the pointers name none, the batch is halved. Each request
    settles an order or halves a batch, so a batch of n orders takes at most 2n - 1 requests. Rules: UPSERT-ATOMIC,
    ERROR-POINTER.
    """
    outcome = BatchOutcome(batch.accepted, batch.rejected, batch.not_sent)
    if not batch.orders:
        return outcome
    if batch.rejected and options.on_rejected == "stop":
        return replace(outcome, not_sent=(*outcome.not_sent, *_leave(batch.orders, "another order was refused before")))
    groups = deque([batch.orders])
    status = 400
    while groups:
        group = groups.popleft()
        exchange = yield upsert_call(group, options.partner_id)
        settled, again = _settle(group, exchange, isolate=options.on_rejected == "isolate")
        groups.extendleft(reversed(again))
        outcome = _joined(outcome, settled)
        if isinstance(exchange.outcome, Refused) and is_about_orders(exchange.outcome):
            status = exchange.outcome.status
        elif groups and not isinstance(exchange.outcome, Succeeded):
            # They went out before, in the larger batch that was refused.
            left = (Rejected(order.position, order.key, (), status) for group in groups for order in group)
            return _joined(outcome, BatchOutcome(rejected=tuple(left)))
    return outcome


def upsert_call(orders: Sequence[PreparedOrder], partner_id: UUID | None = None) -> Call[list[OrderReference]]:
    """Make the request of a batch. Rules: UPSERT-LIST, UPSERT-PARTNER."""
    request = upsert_orders.build_request(body=join_bodies(orders), sendcloud_partner_id=partner_id or UNSET)
    return Call(UPSERT, request, _read_references)


def _read_references(answer: Answer) -> list[OrderReference]:
    content_type = answer.headers.get("content-type", "")
    return decode(UpsertResult, answer.content, status_code=answer.status, content_type=content_type).data


def _settle(
    group: tuple[PreparedOrder, ...], exchange: Exchange[list[OrderReference]], *, isolate: bool
) -> tuple[BatchOutcome, list[tuple[PreparedOrder, ...]]]:
    """Read one exchange: what is settled now, and which groups are to be sent next."""
    problem = error_of(UPSERT, exchange)
    uncertain = exchange.sent_before or is_uncertain(exchange.outcome)
    match exchange.outcome:
        case Succeeded(value=references):
            assigned = assign_references(group, references)
            return BatchOutcome(assigned.accepted, (), (), assigned.unknown, 1, assigned.problem), []
        case Refused(status=status, errors=errors) if is_about_orders(exchange.outcome):
            # A repetition holds the same bytes, so an attempt that got lost before was refused as well.
            rejected, again = _blame(group, status, errors, isolate=isolate)
            return BatchOutcome(rejected=rejected, requests=1, problem=problem), again
        case Refused(status=status, errors=errors) if not uncertain:
            said = tuple(replace(error, index=None) for error in errors) or (FieldError(str(problem), (), str(status)),)
            refused = tuple(Rejected(order.position, order.key, said, status) for order in group)
            return BatchOutcome(rejected=refused, requests=1, problem=problem), []
        case Lost() | Withheld() if not uncertain:
            return BatchOutcome(not_sent=tuple(_leave(group, str(problem))), requests=1, problem=problem), []
        case _:
            unknown = tuple(Unknown(order.position, order.key, str(problem)) for order in group)
            return BatchOutcome(unknown=unknown, requests=1, problem=problem), []


def is_about_orders(refused: Refused) -> bool:
    """Tell whether a refusal is about what the orders hold, not about the request, the credentials or the moment."""
    about_request = any(error.header or error.parameter for error in refused.errors)
    return refused.status in _REFUSED_FOR_DATA and not refused.conflict and not about_request


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


def _leave(orders: Iterable[PreparedOrder], reason: str) -> Iterable[NotSent]:
    return (NotSent(order.position, order.key, reason) for order in orders)


def _joined(one: BatchOutcome, other: BatchOutcome) -> BatchOutcome:
    return BatchOutcome(
        one.accepted + other.accepted,
        one.rejected + other.rejected,
        one.not_sent + other.not_sent,
        one.unknown + other.unknown,
        one.requests + other.requests,
        other.problem or one.problem,
    )


# ---------------------------------------------------------------- the whole run


class UpsertRun:
    """Follow an upsert batch by batch: what to send next, when to stop, what to write down."""

    def __init__(self, options: UpsertOptions, journal: Journal | None = None, *, checked: bool = False) -> None:
        self.options = options
        self._journal = journal
        self.planner: Planner = Planner(
            check=options.check and not checked,
            duplicates=options.duplicates,
            max_body_bytes=options.max_body_bytes,
            known=self._known if journal else None,
        )
        self._undelivered = 0
        self.stopped: bool = False
        self.failure: Exception | None = None

    def conversation(self, batch: PlannedBatch) -> Conversation[BatchOutcome]:
        """Begin to send a batch; what the journal has learnt since it was planned is taken out."""
        if self.stopped:
            left = tuple(_leave(batch.orders, _STOPPED))
            return _nothing(BatchOutcome(batch.accepted, batch.rejected, (*batch.not_sent, *left)))
        if self._journal is None or not batch.orders:
            return deliver(batch, self.options)
        known = self._known(batch.orders)
        pairs = list(zip(batch.orders, known, strict=True))
        accepted = tuple(Accepted(order.position, order.key, id) for order, id in pairs if id is not None)
        remaining = tuple(order for order, id in pairs if id is None)
        return deliver(replace(batch, orders=remaining, accepted=batch.accepted + accepted), self.options)

    def settle(self, batch: PlannedBatch, outcome: BatchOutcome) -> BatchOutcome:
        """Take note of an outcome: write it down, and decide whether the run goes on."""
        if self._journal is not None and outcome.requests and outcome.accepted:
            bodies = {order.position: order.body for order in batch.orders}
            self._journal.record(
                Entry(one.key, digest(bodies[one.position]), one.id)
                for one in outcome.accepted
                if one.position in bodies
            )
        for order in batch.orders:
            self.planner.forget(order.key)
        problem = outcome.problem
        if problem is not None and _turns_away(problem):
            self.failure = self.failure or problem
            self.stopped = True
        if outcome.requests:
            undelivered = isinstance(problem, _UNDELIVERED) and not outcome.accepted
            self._undelivered = self._undelivered + 1 if undelivered else 0
        if self._undelivered >= _MOST_UNDELIVERED or (self.options.on_rejected == "stop" and not outcome.ok):
            self.stopped = True
        return outcome

    def fail(self, error: Exception, batch: PlannedBatch | None = None) -> BatchOutcome:
        """Stop because something outside the service failed; what it did to the batch is not known."""
        self.failure = self.failure or error
        self.stopped = True
        if batch is None:
            return BatchOutcome()
        reason = f"the run was interrupted by {type(error).__name__}"
        unknown = tuple(Unknown(order.position, order.key, reason) for order in batch.orders)
        return BatchOutcome(batch.accepted, batch.rejected, batch.not_sent, unknown)

    def plan(self, orders: Iterable[object], *, drain: bool) -> Iterator[PlannedBatch]:
        """Read the input as long as the run goes on; with `drain` name the rest of it as not sent afterwards.

        Raises `InvalidOrders` when the input holds no order at all.
        """
        source = iter(orders)
        while not self.stopped:
            try:
                batches = self.planner.add(next(source))
            except StopIteration:
                break
            except Exception as error:
                self.fail(error)
                drain = False
            else:
                yield from batches
        yield from self.rest()
        if drain and self.stopped:
            while left := tuple(map(self.leave, islice(source, _CHUNK))):
                yield PlannedBatch((), not_sent=left)

    def rest(self) -> list[PlannedBatch]:
        """Give the last batches. Raise `InvalidOrders` when the input held no order at all."""
        if self.planner.taken == 0 and not self.stopped:
            raise InvalidOrders("There is no order to send: the input is empty.")
        return self.planner.finish(look_up=not self.stopped)

    def leave(self, order: object) -> NotSent:
        """Name an order that was read after the run had stopped."""
        return self.planner.leave(order, _STOPPED)

    def raise_failure(self) -> None:
        """Raise what ended the run, if it was more than orders that were not accepted."""
        if self.failure is not None:
            raise self.failure

    def _known(self, orders: Sequence[PreparedOrder]) -> Sequence[SendcloudId | None]:
        assert self._journal is not None
        return self._journal.acknowledged_many([(order.key, digest(order.body)) for order in orders])


def _nothing(outcome: BatchOutcome) -> Conversation[BatchOutcome]:
    yield from ()
    return outcome


def _turns_away(problem: SendcloudError) -> bool:
    """Tell whether the service turned the caller away, so that no further batch can fare better."""
    if isinstance(problem, ConfigurationError):
        return True
    if not isinstance(problem, APIStatusError):
        return False
    if problem.status in _REFUSED_FOR_DATA:
        return any(error.header or error.parameter for error in problem.errors)
    return problem.status not in (409, 429) and problem.status < 500


def finish_report(report: UpsertReport, options: UpsertOptions) -> UpsertReport:
    """Close a report; with on_rejected="stop" raise `InvalidOrders` when the check refused an order of a stream."""
    report.sort()
    refused = [one for one in report.rejected if one.status is None]
    if refused and options.on_rejected == "stop":
        raise InvalidOrders(f"{len(refused)} orders cannot be sent; the run stopped: {report.counts}.", refused, report)
    return report


def interrupted(error: Exception, report: UpsertReport) -> SendcloudError:
    """Give the error to raise for a run that ended early, with the report so far on it."""
    report.sort()
    if isinstance(error, SendcloudError):
        if error.report is None:
            error.report = report
        return error
    return IncompleteUpsert(f"{type(error).__name__} ended the run: {report.counts}", report)


def check_before_sending(orders: object, options: UpsertOptions) -> bool:
    """Check a list whole before its first order is sent, where one bad order would stop the run anyway.

    True means that this was done. Raises `InvalidOrders`.
    """
    refuse_single(orders)
    if options.on_rejected != "stop" or not isinstance(orders, Sequence):
        return False
    _refuse(_check_all(orders, options), orders)
    return True


def prepare_one_batch(orders: Iterable[object], options: UpsertOptions) -> PlannedBatch:
    """Make exactly one batch of the orders; raise `InvalidOrders` when that cannot be sent. Rule: UPSERT-LIMIT."""
    listed = list(orders)
    if not listed:
        raise InvalidOrders("There is no order to send: the batch is empty.")
    if len(listed) > MAX_ORDERS:
        raise InvalidOrders(f"A batch holds at most {MAX_ORDERS} orders, not {len(listed)}; upsert() splits them.")
    _refuse(_check_all(listed, options), listed)
    prepared = (prepare(order, position, check=False) for position, order in enumerate(listed))
    batch = PlannedBatch(tuple(order for order in prepared if isinstance(order, PreparedOrder)))
    size = len(join_bodies(batch.orders))
    if size > options.max_body_bytes:
        raise InvalidOrders(f"The batch takes {size} bytes, more than max_body_bytes={options.max_body_bytes}.")
    return batch


def _check_all(orders: Iterable[object], options: UpsertOptions) -> list[Rejected]:
    planner = Planner(check=options.check, duplicates=options.duplicates, max_body_bytes=options.max_body_bytes)
    refused = [rejected for order in orders for batch in planner.add(order) for rejected in batch.rejected]
    return refused + [rejected for batch in planner.finish() for rejected in batch.rejected]


def _refuse(rejected: Sequence[Rejected], orders: Sequence[object]) -> None:
    if not rejected:
        return
    refused = {one.position for one in rejected}
    left = tuple(
        NotSent(position, read_key(order), "another order was refused before anything was sent")
        for position, order in enumerate(orders)
        if position not in refused
    )
    report = UpsertReport.of([BatchOutcome(rejected=tuple(rejected), not_sent=left)])
    raise InvalidOrders(f"{len(rejected)} of {len(orders)} orders cannot be sent; nothing was sent.", rejected, report)
