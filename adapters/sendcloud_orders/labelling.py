"""A run of labels, without a socket: which orders share a request, what became of each, and when to stop.

Requests go out one after the other. Each may cost twenty labels, and of one whose answer gets lost somebody has to look
every order up: with several in flight a service that fails would leave several times as many in doubt.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import msgspec

from sendcloud_orders_api.api.labels import create_labels
from sendcloud_orders_api.models import OrderWithParcelsInput
from sendcloud_orders_api.types import UNSET

from .arguments import call_plain, check_function, check_whole_number, reading, type_name
from .batching import MAX_BODY_BYTES
from .bodies import UnwritableBody, write_body
from .errors import (
    APIStatusError,
    ConfigurationError,
    FieldError,
    IncompleteLabels,
    InvalidOrders,
    InvalidRequest,
    SendcloudError,
)
from .events import Reporter
from .exchange import CREATE_LABELS, Call, Conversation, Exchange, Refused, Succeeded, error_of
from .identity import OrderId, OrderKey, OrderNumber, integration_id
from .interrupts import left_by
from .label_matching import LabelsAnswer, explain_missing, match_labels, read_labels
from .label_report import LabelNotSent, LabelOutcome, LabelRejected, LabelReport, LabelUnknown
from .labels import ShipOptions, may_have_been_made, name_order
from .retry import may_pass
from .sources import guarded, guarded_async, refuse_single

OnLabelOutcome = Callable[[LabelOutcome], object]

MAX_LABELS = 20
"""Orders that a request may name. Rule: LABELS-LIMIT."""

# Integrations whose requests fill up side by side; of more, the one that has waited longest leaves as it is.
_MOST_OPEN = 16
# Requests in a row that nothing usable came back for: the service is down, and each leaves orders in doubt.
_MOST_UNDELIVERED = 3
# What refuses a request for what it asks for: there, other orders may fare better.
_REFUSED_FOR_DATA = (400, 404, 413, 422)

_STOPPED = "the run had stopped before"


@dataclass(frozen=True, slots=True)
class PreparedLabel:
    """An order whose label may be asked for: its place in the input, its name, and its JSON."""

    position: int
    key: OrderKey | OrderNumber
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PlannedLabels:
    """The orders of one request, all of one integration, and those that are decided already."""

    labels: tuple[PreparedLabel, ...] = ()
    rejected: tuple[LabelRejected, ...] = ()
    not_sent: tuple[LabelNotSent, ...] = ()


class LabelPlanner:
    """Requests filled order by order: at most `at_a_time` of one integration, and no order twice in a run.

    The names of a run's orders are kept, about 150 bytes each: a second label of an order costs money, and helps
    nobody. Rules: LABELS-LIMIT, LABEL-ONCE.
    """

    def __init__(self, options: ShipOptions, integration: int | None, at_a_time: int = MAX_LABELS) -> None:
        self._options = options
        self._at_a_time = at_a_time
        self._integration = integration
        self._seen: dict[OrderKey | OrderNumber, int] = {}
        self._open: dict[int, list[PreparedLabel]] = {}
        self._rejected: list[LabelRejected] = []
        self.taken: int = 0

    def add(self, order: object) -> list[PlannedLabels]:
        """Take the next order of the input; give the requests that are ready now, if any."""
        position = self.taken
        self.taken += 1
        prepared = self._prepare(order, position)
        if isinstance(prepared, LabelRejected):
            self._rejected.append(prepared)
            return [self._close()] if len(self._rejected) >= MAX_LABELS else []
        integration = prepared.key.integration_id
        ready: list[PlannedLabels] = []
        waiting = self._open.get(integration, [])
        if sum(len(one.body) + 1 for one in waiting) + len(prepared.body) > MAX_BODY_BYTES and waiting:
            ready.append(self._close(integration))
        if integration not in self._open and len(self._open) >= _MOST_OPEN:
            ready.append(self._close(next(iter(self._open))))
        waiting = self._open.setdefault(integration, [])
        waiting.append(prepared)
        return [*ready, self._close(integration)] if len(waiting) >= self._at_a_time else ready

    def finish(self) -> Iterator[PlannedLabels]:
        """Give what is left. What has not been given yet stays here, so that an interrupt finds it."""
        while self._open:
            yield self._close(next(iter(self._open)))
        if self._rejected:
            yield self._close()

    def leave(self, order: object) -> PlannedLabels:
        """Name an order of the input whose label is not asked for any more.

        One that came before in the run is rejected all the same: a label of it may have been made.
        """
        position = self.taken
        self.taken += 1
        prepared = self._prepare(order, position)
        if isinstance(prepared, LabelRejected):
            return PlannedLabels(rejected=(prepared,))
        return PlannedLabels(not_sent=(LabelNotSent(position, prepared.key, _STOPPED),))

    def _close(self, integration: int | None = None) -> PlannedLabels:
        rejected, self._rejected = tuple(self._rejected), []
        labels = () if integration is None else tuple(self._open.pop(integration))
        return PlannedLabels(labels, rejected)

    def _prepare(self, order: object, position: int) -> PreparedLabel | LabelRejected:
        try:
            with reading("Input"):
                name, fields = self._read(order)
        except UnwritableBody as error:
            return LabelRejected(position, None, error.errors)
        except InvalidRequest as error:
            return LabelRejected(position, None, (FieldError(str(error), (), "invalid"), *error.errors))
        try:
            _, body = write_body(fields, "OrderWithParcelsInput", check=True)
        except UnwritableBody as error:
            return LabelRejected(position, name, error.errors)
        first = self._seen.setdefault(name, position)
        if first == position:
            return PreparedLabel(position, name, body)
        message = f"The same order stands at position {first} and at position {position}; leave one out"
        return LabelRejected(position, name, (FieldError(message, (), "duplicate_key"),))

    def _read(self, order: object) -> tuple[OrderKey | OrderNumber, dict[str, Any]]:
        """Read by what an order is named, and what is asked for beside. Raises `InvalidRequest`."""
        if not _has_parcels(order):
            name = name_order(order)
            return name, self._options.of_order(name)
        if self._integration is None:
            raise InvalidRequest("An OrderWithParcelsInput does not tell of which integration: pass integration=41.")
        assert isinstance(order, OrderWithParcelsInput | Mapping)
        plain, _ = write_body(order, "OrderWithParcelsInput", check=True)
        by_id = "order_id" in plain
        name = OrderKey(self._integration, OrderId(plain["order_id"])) if by_id else _number(self._integration, plain)
        rules = self._options.apply_shipping_rules
        return name, ({} if rules is None else {"apply_shipping_rules": rules}) | plain


def _has_parcels(order: object) -> bool:
    """Tell an order as the label operation takes it from a whole order, which has details."""
    if isinstance(order, Mapping):
        return "order_details" not in order and ("order_id" in order or "order_number" in order)
    return isinstance(order, OrderWithParcelsInput)


def _number(integration: int, plain: dict[str, Any]) -> OrderNumber:
    return OrderNumber(integration, plain["order_number"])


def refuse_single_label(orders: object, *, awaitable: bool = False) -> None:
    """Raise `InvalidOrders` for one order where several are wanted, and for what is no iterable of orders."""
    with reading("orders", InvalidOrders):
        single = isinstance(orders, OrderKey | OrderNumber | LabelReport)
    if single:
        raise InvalidOrders(f"Pass the orders as a list or another iterable, not as a single {type_name(orders)}.")
    refuse_single(orders, awaitable=awaitable, taken_by="create_labels")


class LabelRun:
    """A run of labels from its first request to its last.

    A context manager around the whole run. On leaving, whatever ended the run early is raised with the report on it, as
    `label_report`: orders of a request under way are unknown then, orders that were read and wait are not sent.

    Raises `InvalidRequest` for options that cannot be meant.
    """

    def __init__(
        self,
        options: ShipOptions,
        *,
        integration: int | None = None,
        at_a_time: int = MAX_LABELS,
        on_outcome: OnLabelOutcome | None = None,
        reporter: Reporter,
        partner_id: UUID | None = None,
    ) -> None:
        if on_outcome is not None:
            check_function("on_outcome", on_outcome)
        check_whole_number("at_a_time", at_a_time, 1, MAX_LABELS)
        self._planner = LabelPlanner(options, None if integration is None else integration_id(integration), at_a_time)
        self._on_outcome = on_outcome
        self._reporter = reporter
        self._partner_id = partner_id
        self._fields = _checked(options)
        self._under_way: PlannedLabels | None = None
        self._undelivered = 0
        self.report: LabelReport = LabelReport()
        self.stopped: bool = False
        self.failure: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None:
            self._interrupt(error)
        ended_by = error or self.failure
        if ended_by is None:
            return
        told = self._told(ended_by)
        if isinstance(told, IncompleteLabels) and told is not ended_by:
            raise told from ended_by
        if told is not error:
            raise told

    # ------------------------------------------------------------------ handing requests out

    def plan(self, orders: Iterable[object]) -> Iterator[PlannedLabels]:
        """Read the input as long as the run goes on, and name the rest of it as not sent afterwards.

        Raises `InvalidOrders` when the input holds no order at all.
        """
        source = guarded(orders, self._fail)
        for order in source:
            yield from self._planner.add(order)
            if self.stopped:
                break
        yield from self._rest()
        for order in source:
            yield self._planner.leave(order)

    async def plan_async(self, orders: AsyncIterable[object]) -> AsyncIterator[PlannedLabels]:
        """Plan like `plan`, from an asynchronous iterable."""
        source = guarded_async(orders, self._fail)
        async for order in source:
            for planned in self._planner.add(order):
                yield planned
            if self.stopped:
                break
        for planned in self._rest():
            yield planned
        async for order in source:
            yield self._planner.leave(order)

    def _rest(self) -> Iterator[PlannedLabels]:
        if self._planner.taken == 0 and not self.stopped:
            raise InvalidOrders("There is no order to make a label of: the input is empty.")
        return self._planner.finish()

    # ------------------------------------------------------------------ one request

    def deliver(self, planned: PlannedLabels) -> Conversation[LabelOutcome]:
        """Ask for the labels of one request, once, and decide whether the run goes on. Rule: LABEL-ONCE."""
        labels = () if self.stopped else planned.labels
        left = tuple(LabelNotSent(one.position, one.key, _STOPPED) for one in planned.labels[len(labels) :])
        outcome = LabelOutcome(rejected=planned.rejected, not_sent=planned.not_sent + left)
        self._under_way = planned
        if labels:
            try:
                exchange: Exchange[LabelsAnswer] = yield self._call(labels)
                asked = outcome_of(labels, exchange)
            except Exception as error:
                self._fail(error)
                asked = _in_doubt(labels, error)
            self._decide(asked)
            outcome = replace(asked, rejected=planned.rejected + asked.rejected)
        self.report.add(outcome)
        self._under_way = None
        self._tell(outcome)
        return outcome

    def _call(self, labels: tuple[PreparedLabel, ...]) -> Call[LabelsAnswer]:
        fields = {"integration_id": labels[0].key.integration_id} | self._fields
        # The orders are JSON already, each of them checked.
        body = msgspec.json.encode(fields | {"orders": [msgspec.Raw(one.body) for one in labels]})
        request = create_labels.build_request(body=body, sendcloud_partner_id=self._partner_id or UNSET)
        return Call(CREATE_LABELS, request, read_labels)

    def _tell(self, outcome: LabelOutcome) -> None:
        self._reporter.labels(outcome)
        if self._on_outcome is not None and self.failure is None:
            try:
                call_plain("on_outcome", self._on_outcome, outcome)
            except Exception as error:
                self._fail(error)

    def _decide(self, outcome: LabelOutcome) -> None:
        problem = outcome.problem
        if problem is not None and _turns_away(problem):
            self._fail(problem)
        undelivered = problem is not None and may_pass(problem) and not outcome.accepted
        self._undelivered = self._undelivered + 1 if undelivered else 0
        self.stopped = self.stopped or self._undelivered >= _MOST_UNDELIVERED

    def _fail(self, error: Exception) -> None:
        self.failure = self.failure or error
        self.stopped = True

    # ------------------------------------------------------------------ the end

    def finish(self) -> LabelReport:
        """Give the report."""
        self.report.sort()
        return self.report

    def _interrupt(self, error: BaseException) -> None:
        """Name every order that was read and not told of."""
        self.stopped = True
        under_way, self._under_way = self._under_way, None
        outcomes = []
        if under_way is not None:
            outcome = _in_doubt(under_way.labels, error)
            outcomes.append(replace(outcome, rejected=under_way.rejected, not_sent=under_way.not_sent))
        for planned in self._planner.finish():
            left = tuple(LabelNotSent(one.position, one.key, _STOPPED) for one in planned.labels)
            outcomes.append(LabelOutcome(rejected=planned.rejected, not_sent=planned.not_sent + left))
        for outcome in outcomes:
            self.report.add(outcome)
        # A second Ctrl-C while they are told cuts the telling short, and must not take the report with it.
        with suppress(BaseException):
            for outcome in outcomes:
                self._tell(outcome)

    def _told(self, error: BaseException) -> BaseException:
        """Give the error to raise for a run that ended early, with the report so far on it."""
        self.report.sort()
        if isinstance(error, SendcloudError):
            error.label_report = error.label_report or self.report
            return error
        told = f"{type(error).__name__} ended the run"
        if isinstance(error, Exception):
            return IncompleteLabels(told, self.report)
        left = left_by(error, f"{told}: {self.report.counts}. `label_report` on this exception names each order.")
        left.label_report = self.report  # type: ignore[attr-defined]
        return left


def _checked(options: ShipOptions) -> dict[str, Any]:
    """Give what all requests of a run ask for beside the orders. Raises `InvalidRequest`."""
    fields = options.of_request()
    try:
        plain, _ = write_body(fields | {"integration_id": 1, "orders": [{"order_id": "A"}]}, "LabelsInput", check=True)
    except UnwritableBody as error:
        errors = error.errors
    else:
        return {name: value for name, value in plain.items() if name in fields}
    raise InvalidRequest("The labels cannot be asked for", errors)


def _in_doubt(labels: tuple[PreparedLabel, ...], error: BaseException) -> LabelOutcome:
    reason = f"the run was interrupted by {type(error).__name__}"
    return LabelOutcome(unknown=tuple(LabelUnknown(one.position, one.key, reason) for one in labels), requests=1)


def outcome_of(labels: tuple[PreparedLabel, ...], exchange: Exchange[LabelsAnswer]) -> LabelOutcome:
    """Read one exchange: what became of the orders of its request. Rules: LABEL-ONCE, LABELS-PARTIAL."""
    problem = error_of(CREATE_LABELS, exchange)
    match exchange.outcome:
        case Succeeded(value=answer):
            return match_labels(labels, answer)
        case outcome if may_have_been_made(outcome):
            unknown = tuple(LabelUnknown(one.position, one.key, str(problem)) for one in labels)
            return LabelOutcome(unknown=unknown, requests=1, problem=problem)
        case Refused(conflict=True):
            reason = (
                f"another request on an order was being processed, which may be one for its label: look before you ask "
                f"again ({problem})"
            )
        case Refused() if may_pass(exchange.outcome):
            reason = f"not taken in; ask again: {problem}"
        case Refused(status=status, errors=errors):
            blamed = _blame(labels, status, errors or (FieldError(str(problem), (), str(status)),))
            return LabelOutcome(rejected=blamed, requests=1, problem=problem)
        case _:
            reason = str(problem)
    left = tuple(LabelNotSent(one.position, one.key, reason) for one in labels)
    return LabelOutcome(not_sent=left, requests=1, problem=problem)


def _blame(labels: tuple[PreparedLabel, ...], status: int, errors: tuple[FieldError, ...]) -> tuple[LabelRejected, ...]:
    """Give each order of a request that was refused whole the errors that name it, or else those that name none."""
    said = explain_missing(errors, len(labels)) if status == 404 else errors
    by_place = {error.index for error in said if error.index is not None and error.index < len(labels)}
    return tuple(
        LabelRejected(
            one.position,
            one.key,
            tuple(
                replace(error, index=None)
                for error in said
                if (error.index == place if by_place else error.index is None or error.index >= len(labels))
            ),
            status,
        )
        for place, one in enumerate(labels)
    )


def _turns_away(problem: SendcloudError) -> bool:
    """Tell whether the service turned the caller away, so that no further request can fare better."""
    if isinstance(problem, ConfigurationError):
        return True
    if not isinstance(problem, APIStatusError) or may_pass(problem):
        return False
    about_request = any(error.header or error.parameter for error in problem.errors)
    return about_request or problem.status not in _REFUSED_FOR_DATA
