"""A whole upsert, without a socket: what to send, when to stop, what to write down, and the report at the end.

A client makes an `UpsertRun`, takes the batches of `plan`, and holds for each the conversation that `deliver` begins.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import islice
from types import TracebackType
from typing import Literal, Self, get_args
from uuid import UUID

from .arguments import call_plain, check_choice, check_flag, check_function, check_whole_number, type_name
from .batching import (
    MAX_BODY_BYTES,
    MAX_ORDERS,
    Duplicates,
    PlannedBatch,
    Planner,
    PreparedOrder,
    join_bodies,
)
from .bodies import read_key
from .checking import UnknownFields
from .delivery import REFUSED_FOR_DATA, Delivery
from .errors import (
    APIStatusError,
    ConfigurationError,
    IncompleteUpsert,
    InvalidOrders,
    SendcloudError,
)
from .events import Hooks, Reporter
from .exchange import Conversation
from .identity import SendcloudId
from .integrations import KnownIntegrations, is_told
from .interrupts import left_by
from .journal import Entry, Journal, digest
from .plural import counted
from .report import BatchOutcome, NotSent, Rejected, UpsertReport
from .retry import may_pass
from .sources import guarded, guarded_async

OnRejected = Literal["stop", "skip", "isolate"]
OnOutcome = Callable[[BatchOutcome], object]
# Batches in a row that nothing usable came back for: the service is down, and hammering on would only take hours.
_MOST_UNDELIVERED = 3

# Orders that are only named, not sent, are handed on in chunks of this size.
_CHUNK = 1000

NOTHING_YET = PlannedBatch(())
"""What an input may give in place of an order, and the plan in place of a batch, so that the driver can look up."""

_STOPPED = "the run had stopped before"
_REFUSED_BEFORE = "another order was refused before"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsertOptions:
    """What a caller may choose for an upsert; the clients' `upsert` describes it.

    With `gives_up` three batches in a row without a usable answer end the run.

    Raises `InvalidRequest` that names the option which is wrong.
    """

    on_rejected: OnRejected = "stop"
    duplicates: Duplicates = "error"
    check: bool = True
    unknown_fields: UnknownFields = "refuse"
    check_for_label: bool = False
    max_body_bytes: int = MAX_BODY_BYTES
    on_outcome: OnOutcome | None = None
    gives_up: bool = True

    def __post_init__(self) -> None:
        check_choice("on_rejected", self.on_rejected, get_args(OnRejected))
        check_choice("duplicates", self.duplicates, get_args(Duplicates))
        check_flag("check", self.check)
        check_choice("unknown_fields", self.unknown_fields, get_args(UnknownFields))
        check_flag("check_for_label", self.check_for_label)
        check_whole_number("max_body_bytes", self.max_body_bytes)
        if self.on_outcome is not None:
            check_function("on_outcome", self.on_outcome)


class UpsertRun:
    """An upsert from its first batch to its last.

    A context manager around the whole run. On leaving, whatever ended the run early is raised with the report on it:
    orders of a request under way are unknown then, orders that were read and wait are not sent. With `keep_report` the
    report holds every order; without, as for streams that do not end, only those that could not be told otherwise.
    """

    def __init__(
        self,
        options: UpsertOptions,
        journal: AbstractContextManager[Journal | None] | None = None,
        *,
        shares_journal: bool = True,
        reporter: Reporter | None = None,
        partner_id: UUID | None = None,
        keep_report: bool = True,
    ) -> None:
        self.options = options
        self.report: UpsertReport = UpsertReport()
        self.stopped: bool = False
        self.failure: Exception | None = None
        self._exhausted = False
        self._journal_context = journal or nullcontext()
        self._journal: Journal | None = None
        # Nobody else can have written of a key to a journal of our own, and a key comes once.
        self._may_learn = shares_journal or options.duplicates != "error"
        self._reporter = reporter or Reporter(Hooks())
        self._partner_id = partner_id
        self._checked: deque[PreparedOrder] | None = None
        self.planner: Planner = planner_of(options)
        self._keep_report = keep_report
        self._under_way: dict[int, Delivery] = {}
        self._undelivered = 0
        self._integrations = KnownIntegrations()

    def __enter__(self) -> Self:
        self._journal = self._journal_context.__enter__()
        if self._journal is not None:
            self.planner.known = self._known
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if error is not None:
                self._interrupt(error)
        finally:
            self._journal_context.__exit__(kind, error, traceback)
        ended_by = error or self.failure
        if ended_by is None or isinstance(ended_by, GeneratorExit):
            return
        told = self._told(ended_by)
        if isinstance(told, IncompleteUpsert) and told is not ended_by:
            raise told from ended_by
        if told is not error:
            raise told

    # ------------------------------------------------------------------ handing batches out

    def check_before_sending(self, orders: object) -> None:
        """Check a list whole before its first order is sent, where one bad order would stop the run anyway.

        The run then sends what was checked, and takes no second look at the list.

        Raises `InvalidOrders`, or `IncompleteUpsert` when the list cannot be read to its end.
        """
        if self.options.on_rejected == "stop" and isinstance(orders, Sequence):
            self._checked = deque(_check_all(_read_all(orders), self.planner))

    def plan(self, orders: Iterable[object], *, drain: bool) -> Iterator[PlannedBatch]:
        """Read the input as long as the run goes on; with `drain` name the rest of it as not sent afterwards.

        Raises `InvalidOrders` when the input holds no order at all.
        """
        source = guarded(orders if self._checked is None else _emptied(self._checked), self._fail)
        for order in source:
            if order is NOTHING_YET:
                yield NOTHING_YET
            elif batches := self.planner.add(order):
                yield from self._begun(batches)
            if self.stopped:
                break
        else:
            self._exhausted = True
        yield from self._rest()
        unsent = (self._leave(order) for order in source if order is not NOTHING_YET)
        while drain and self.stopped and (left := list(islice(unsent, _CHUNK))):
            yield from self._begun([PlannedBatch((), not_sent=tuple(left))])

    def is_exhausted(self, count: int | None) -> bool:
        """Tell whether nothing is left to read of an input of so many orders; None where their number is not known."""
        if self._checked is not None:
            return not self._checked
        return self._exhausted or self.planner.taken == count

    async def plan_async(self, orders: AsyncIterable[object], *, drain: bool) -> AsyncIterator[PlannedBatch]:
        """Plan like `plan`, from an asynchronous iterable."""
        source = guarded_async(orders, self._fail)
        async for order in source:
            if order is NOTHING_YET:
                yield NOTHING_YET
                continue
            for batch in self._begun(self.planner.add(order)):
                yield batch
            if self.stopped:
                break
        for batch in self._rest():
            yield batch
        if drain and self.stopped:
            async for order in source:
                yield self.set_aside(order)

    def _rest(self) -> list[PlannedBatch]:
        if self.planner.taken == 0 and not self.stopped:
            raise InvalidOrders("There is no order to send: the input is empty.")
        return self.flush()

    def flush(self) -> list[PlannedBatch]:
        """Close every batch that is open, full or not, and ask the journal about what waits for that."""
        return self._begun(self.planner.finish(look_up=not self.stopped))

    def set_aside(self, order: object) -> PlannedBatch:
        """Plan not to send an order that was read too late."""
        [batch] = self._begun([PlannedBatch((), not_sent=(self._leave(order),))])
        return batch

    def tell_late(self, order: object) -> None:
        """Tell the hook `batch`, from any thread, of an order that was read when the run had ended: it is not sent."""
        self._reporter.batch(BatchOutcome(not_sent=(self._leave(order),)))

    def _leave(self, order: object) -> NotSent:
        return self.planner.leave(order, _STOPPED)

    def _begun(self, batches: list[PlannedBatch]) -> list[PlannedBatch]:
        for batch in batches:
            self._begin(batch)
        return batches

    def _begin(self, batch: PlannedBatch) -> Delivery:
        isolate = self.options.on_rejected == "isolate"
        delivery = Delivery(batch, isolate=isolate, partner_id=self._partner_id)
        self._under_way[id(batch)] = delivery
        return delivery

    # ------------------------------------------------------------------ one batch

    def deliver(self, batch: PlannedBatch) -> Conversation[BatchOutcome]:
        """Take a batch to its outcome, failures of the driver included, and decide whether the run goes on.

        Orders that the journal has learnt of since the batch was planned are not sent again.
        """
        delivery = self._under_way.get(id(batch)) or self._begin(batch)
        try:
            if self.stopped:
                delivery.break_off(_STOPPED)
            elif batch.rejected and self.options.on_rejected == "stop":
                delivery.break_off(_REFUSED_BEFORE)
            elif self._journal is not None and batch.orders and self._may_learn:
                delivery.skip_known(self._known)
                if self.stopped:  # by a journal that cannot be read
                    delivery.break_off(_STOPPED)
            yield from delivery.converse()
            yield from self._explain(delivery)
        except Exception as error:
            self._fail(error)
            delivery.break_off(f"the run was interrupted by {type(error).__name__}")
        self._end(delivery)
        return delivery.outcome

    def _explain(self, delivery: Delivery) -> Conversation[None]:
        """Name the integrations that there are where an order was refused for one that there is not."""
        outcome = delivery.outcome
        if outcome.requests and is_told(outcome.rejected):
            # No other batch is to leave meanwhile.
            self.stopped = self.stopped or self.options.on_rejected == "stop"
            rejected = yield from self._integrations.explain(outcome.rejected)
            delivery.outcome = replace(outcome, rejected=rejected)

    def _end(self, delivery: Delivery) -> None:
        outcome = delivery.outcome
        try:
            self._record(delivery.batch, outcome)
        except SendcloudError as error:
            self._fail(error)
        for order in delivery.batch.orders:
            self.planner.forget(order.key)
        self._decide(outcome)
        del self._under_way[id(delivery.batch)]
        if self._keep_report:
            self.report.add(outcome)
        self._reporter.batch(outcome)
        if self.options.on_outcome is not None and self.failure is None:
            try:
                call_plain("on_outcome", self.options.on_outcome, outcome)
            except Exception as error:
                self._fail(error)

    def _record(self, batch: PlannedBatch, outcome: BatchOutcome) -> None:
        if self._journal is None or not (outcome.requests and outcome.accepted):
            return
        sent = {order.position: order for order in batch.orders}
        self._journal.record(
            Entry(one.key, _digest_of(sent[one.position]), one.id) for one in outcome.accepted if one.position in sent
        )

    def _decide(self, outcome: BatchOutcome) -> None:
        """Decide on the next batches by what became of this one."""
        problem = outcome.problem
        if problem is not None and _turns_away(problem):
            self._fail(problem)
        if outcome.requests:
            undelivered = problem is not None and may_pass(problem) and not outcome.accepted
            self._undelivered = self._undelivered + 1 if undelivered else 0
        down = self.options.gives_up and self._undelivered >= _MOST_UNDELIVERED
        if down or (self.options.on_rejected == "stop" and not outcome.ok):
            self.stopped = True

    def _fail(self, error: Exception) -> None:
        """Stop, because of more than orders that were not accepted."""
        self.failure = self.failure or error
        self.stopped = True

    def _known(self, orders: Sequence[PreparedOrder]) -> Sequence[SendcloudId | None]:
        """Ask the journal, order by order; one that fails ends the run, and knows nothing."""
        assert self._journal is not None
        try:
            return self._journal.acknowledged_many([(order.key, _digest_of(order)) for order in orders])
        except SendcloudError as error:
            self._fail(error)
            return [None] * len(orders)

    # ------------------------------------------------------------------ the end

    def finish(self) -> UpsertReport:
        """Give the report. Raises `InvalidOrders` when the run stopped because the check refused an order."""
        self.report.sort()
        refused = [one for one in self.report.rejected if one.status is None]
        if refused and self.options.on_rejected == "stop":
            message = f"{counted(len(refused), 'order')} cannot be sent; the run stopped: {self.report.counts}."
            raise InvalidOrders(message, refused, self.report)
        return self.report

    def _interrupt(self, error: BaseException) -> None:
        """Name every order that was read and not told of."""
        self.stopped = True
        self._keep_report = True
        self._begun(self.planner.finish(look_up=False))
        if self._checked:
            self._begin(PlannedBatch((), not_sent=tuple(map(self._leave, self._checked))))
        for delivery in list(self._under_way.values()):
            delivery.break_off(f"the run was interrupted by {type(error).__name__}")
            try:
                self._end(delivery)
            except BaseException:  # a second Ctrl-C must not take the report with it
                if self._under_way.pop(id(delivery.batch), None) is not None:
                    self.report.add(delivery.outcome)

    def _told(self, error: BaseException) -> BaseException:
        """Give the error to raise for a run that ended early, with the report so far on it."""
        self.report.sort()
        if isinstance(error, SendcloudError):
            if error.report is None:
                error.report = self.report
            return error
        told = f"{type(error).__name__} ended the run: {self.report.counts}."
        if isinstance(error, Exception):
            return IncompleteUpsert(told, self.report)
        left = left_by(error, f"{told} `report` on this exception names each order.")
        left.report = self.report  # type: ignore[attr-defined]
        return left


def _digest_of(order: PreparedOrder) -> bytes:
    order.digest = order.digest or digest(order.body)
    return order.digest


def _turns_away(problem: SendcloudError) -> bool:
    """Tell whether the service turned the caller away, so that no further batch can fare better."""
    if isinstance(problem, ConfigurationError):
        return True
    if not isinstance(problem, APIStatusError):
        return False
    if problem.status in REFUSED_FOR_DATA:
        return any(error.header or error.parameter for error in problem.errors)
    return not may_pass(problem)


# ---------------------------------------------------------------- before anything is sent


def prepare_one_batch(orders: Iterable[object], options: UpsertOptions) -> PlannedBatch:
    """Make exactly one batch of the orders.

    Raises `InvalidOrders` when that cannot be sent, `IncompleteUpsert` when the iterable raises. Rule: UPSERT-LIMIT.
    """
    listed = _read_all(orders, MAX_ORDERS + 1)
    if not listed:
        raise InvalidOrders("There is no order to send: the batch is empty.")
    if len(listed) > MAX_ORDERS:
        count = len(orders) if isinstance(orders, list | tuple) else f"more than {MAX_ORDERS}"
        raise InvalidOrders(f"A batch holds at most {MAX_ORDERS} orders, not {count}; upsert() splits them.")
    batch = PlannedBatch(tuple(_check_all(listed, planner_of(options))))
    size = len(join_bodies(batch.orders))
    if size > options.max_body_bytes:
        raise InvalidOrders(f"The batch takes {size} bytes, more than max_body_bytes={options.max_body_bytes}.")
    return batch


def _read_all(orders: Iterable[object], most: int | None = None) -> list[object]:
    """List the orders, once. Raises `IncompleteUpsert` with those that were read when the iterable raises."""
    listed: list[object] = []
    try:
        listed.extend(islice(orders, most))
    except MemoryError:
        raise
    except Exception as error:
        reason = "the orders could not be read to their end"
        left = tuple(NotSent(position, read_key(order), reason) for position, order in enumerate(listed))
        report = UpsertReport.of([BatchOutcome(not_sent=left)])
        raise IncompleteUpsert(f"Reading the orders raised {type_name(error)}; nothing was sent.", report) from error
    return listed


def planner_of(options: UpsertOptions) -> Planner:
    """Make the planner that checks orders and fills batches as these options say."""
    return Planner(
        check=options.check,
        unknown_fields=options.unknown_fields,
        check_for_label=options.check_for_label,
        duplicates=options.duplicates,
        max_body_bytes=options.max_body_bytes,
    )


def _check_all(orders: Sequence[object], planner: Planner) -> list[PreparedOrder]:
    """Prepare every order. Raises `InvalidOrders` that names all of those which cannot be sent."""
    prepared: list[PreparedOrder] = []
    rejected: list[Rejected] = []
    for order in orders:
        checked = planner.check(order)
        if isinstance(checked, Rejected):
            rejected.append(checked)
        else:
            prepared.append(checked)
    if not rejected:
        return prepared
    refused = {one.position for one in rejected}
    left = tuple(
        NotSent(position, read_key(order), "another order was refused before anything was sent")
        for position, order in enumerate(orders)
        if position not in refused
    )
    report = UpsertReport.of([BatchOutcome(rejected=tuple(rejected), not_sent=left)])
    raise InvalidOrders(
        f"{len(rejected)} of {counted(len(orders), 'order')} cannot be sent; nothing was sent.", rejected, report
    )


def _emptied(orders: deque[PreparedOrder]) -> Iterator[PreparedOrder]:
    """Hand orders out and let go of them, so that what was sent takes no memory."""
    while orders:
        yield orders.popleft()
