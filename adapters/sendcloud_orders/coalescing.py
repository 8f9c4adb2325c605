"""Make batches of single upserts that come at once, as they do to a webhook: each caller is told of its own order."""

from __future__ import annotations

import asyncio
import copy
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import replace
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Generic, Self, TypeAlias, TypeVar

from sendcloud_orders_api.models import OrderInput

from .bodies import read_key
from .checking import UnknownFields
from .delivery import REFUSED_FOR_DATA
from .errors import ConfigurationError, IncompleteUpsert, SendcloudError
from .forking import renew_after_fork
from .report import Accepted, BatchOutcome, NotSent, Rejected, Unknown, UpsertReport
from .upserting import UpsertOptions, UpsertRun

LINGER = 0.05
"""Seconds that an order waits for others by default.

A caller hardly feels it beside the answer of the service, and it is a small part of the 0.6 s that each write costs at
the rate limit, where orders wait for a place and batches fill by themselves.
"""

Told: TypeAlias = Future[UpsertReport] | asyncio.Future[UpsertReport]
Landed: TypeAlias = Accepted | Rejected | NotSent | Unknown
F = TypeVar("F", bound=Told)

_END = object()
_CLOSED = "This coalescing has ended: make a new one, or upsert inside its with block."


def options_of_coalescing(
    *, check: bool, unknown_fields: UnknownFields, check_for_label: bool, max_body_bytes: int
) -> UpsertOptions:
    """Give the options under which no caller's order stands in the way of another's."""
    return UpsertOptions(
        on_rejected="isolate",
        duplicates="sequence",
        check=check,
        unknown_fields=unknown_fields,
        check_for_label=check_for_label,
        max_body_bytes=max_body_bytes,
        gives_up=False,
    )


class _Round(Generic[F]):
    """One run, and who waits for what became of which of its orders."""

    def __init__(self, put: Callable[[object], object]) -> None:
        self.put = put
        self._waiting: dict[int, tuple[object, F]] = {}
        self._count = 0

    def take(self, order: object, told: F) -> F:
        """Let an order take part."""
        self._waiting[self._count] = order, told
        self._count += 1
        self.put(order)
        return told

    def tell(self, outcome: BatchOutcome, failure: Exception | None) -> None:
        """Tell those whose orders were in a batch."""
        for one in _orders_of(outcome):
            _, told = self._waiting.pop(one.position)
            report = _report_of(one, outcome.requests)
            if failure is None or _is_settled(one):
                _settle(told, report)
            else:
                _settle(told, _raised(failure, report))

    def end(self, error: BaseException | None) -> None:
        """Raise to everyone who still waits what ended the run."""
        error = error or IncompleteUpsert("The run ended early.", UpsertReport())
        report = getattr(error, "report", None) or UpsertReport()
        known = {one.position: one for one in _orders_of(report)}
        while self._waiting:
            position, (order, told) = self._waiting.popitem()
            one = known.get(position) or NotSent(position, read_key(order), "the run had stopped before")
            _settle(told, _raised(error, _report_of(one)))


def _orders_of(told: BatchOutcome | UpsertReport) -> list[Landed]:
    return [*told.accepted, *told.rejected, *told.not_sent, *told.unknown]


def _is_settled(one: Landed) -> bool:
    """Tell whether this is what became of an order whatever else went wrong."""
    refused = isinstance(one, Rejected) and (one.status is None or one.status in REFUSED_FOR_DATA)
    return refused or isinstance(one, Accepted)


def _report_of(one: Landed, requests: int = 0) -> UpsertReport:
    alone: Any = (replace(one, position=0),)
    match one:
        case Accepted():
            outcome = BatchOutcome(accepted=alone, requests=requests)
        case Rejected():
            outcome = BatchOutcome(rejected=alone, requests=requests)
        case NotSent():
            outcome = BatchOutcome(not_sent=alone, requests=requests)
        case Unknown():
            outcome = BatchOutcome(unknown=alone, requests=requests)
    return UpsertReport.of([outcome])


def _raised(error: BaseException, report: UpsertReport) -> SendcloudError:
    """Give each caller an error of its own: what is raised twice collects the traces of both."""
    if not isinstance(error, SendcloudError):
        return IncompleteUpsert(f"{type(error).__name__} ended the run: {report.counts}.", report)
    own = copy.copy(error)
    own.__cause__ = error.__cause__
    own.report = report
    return own


def _settle(told: Told, what: UpsertReport | SendcloudError) -> None:
    if told.done():  # its caller was cancelled
        return
    if isinstance(what, SendcloudError):
        told.set_exception(what)
    else:
        told.set_result(what)


class Coalescing:
    """Single upserts that go out together; `OrdersClient.coalescing` makes it. Safe to share between threads.

    No thread is begun before the first upsert. A child after a fork begins anew.
    """

    def __init__(self, begin: Callable[[Iterator[object]], tuple[UpsertRun, Iterator[BatchOutcome]]]) -> None:
        self._begin = begin
        self._context = copy_context()
        self._closed = False
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Leave what is under way to the parent, whose threads and callers are there."""
        self._lock = threading.Lock()
        self._round: _Round[Future[UpsertReport]] | None = None
        self._thread: threading.Thread | None = None

    def upsert(self, order: OrderInput | Mapping[str, Any]) -> UpsertReport:
        """Create or update one order, and wait for what became of it.

        The report is of this order alone, at position 0, as that of `OrdersClient.upsert` of a list of one; whether
        another order of the same request was refused makes no difference. Writes of a key keep the order of the calls.
        A caller that is interrupted leaves its order on its way. Not to be called by a hook, which the run waits for.

        Safe to retry, as `OrdersClient.upsert`. Raises what that raises when the service turns the caller away or a
        journal fails: to everyone who waits then, and the next upsert begins a new run. Raises `ConfigurationError`
        once this or the client is closed. Rules: UPSERT-KEY, UPSERT-KEY-TWICE, UPSERT-ATOMIC.
        """
        with self._lock:
            if self._closed:
                raise ConfigurationError(_CLOSED)
            if self._round is None:
                self._round = self._begun()
            told = self._round.take(order, Future())
        return told.result()

    def close(self) -> None:
        """Take no more orders, and wait for what is under way."""
        with self._lock:
            self._closed = True
            if self._round is not None:
                self._round.put(_END)
            thread = self._thread
        if thread is not None:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _begun(self) -> _Round[Future[UpsertReport]]:
        orders: SimpleQueue[object] = SimpleQueue()
        begun: _Round[Future[UpsertReport]] = _Round(orders.put)
        work = self._context.copy().run
        thread = threading.Thread(target=work, args=(self._run, begun, orders), name="sendcloud-orders", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            raise ConfigurationError("No thread can be begun, so nothing was sent: the system refuses it.") from error
        self._thread = thread
        return begun

    def _run(self, begun: _Round[Future[UpsertReport]], orders: SimpleQueue[object]) -> None:
        ended_by: BaseException | None = None
        try:
            run, outcomes = self._begin(_each(orders))
            for outcome in outcomes:
                begun.tell(outcome, run.failure)
        except BaseException as error:
            ended_by = error
        with self._lock:
            self._round = None
        # Whoever still reads reads no order of the next run.
        begun.put(_END)
        begun.end(ended_by)


class AsyncCoalescing:
    """Single upserts that go out together; `AsyncOrdersClient.coalescing` makes it. It belongs to one event loop."""

    def __init__(self, begin: Callable[[AsyncIterator[object]], tuple[UpsertRun, AsyncIterator[BatchOutcome]]]) -> None:
        self._begin = begin
        self._context = copy_context()
        self._closed = False
        self._round: _Round[asyncio.Future[UpsertReport]] | None = None
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def upsert(self, order: OrderInput | Mapping[str, Any]) -> UpsertReport:
        """Create or update one order like `Coalescing.upsert`; a caller that is cancelled leaves its order on its way.

        Safe to retry, as `OrdersClient.upsert`. Rules: UPSERT-KEY, UPSERT-KEY-TWICE, UPSERT-ATOMIC.
        """
        loop = asyncio.get_running_loop()
        if self._closed:
            raise ConfigurationError(_CLOSED)
        if self._loop not in (None, loop):
            raise ConfigurationError("This coalescing belongs to another event loop: make one in each loop.")
        self._loop = loop
        if self._round is None:
            orders: asyncio.Queue[object] = asyncio.Queue()
            self._round = _Round(orders.put_nowait)
            self._task = loop.create_task(self._run(self._round, orders), context=self._context.copy())
        return await self._round.take(order, loop.create_future())

    async def close(self) -> None:
        """Take no more orders, and wait for what is under way; cancelled, give it up."""
        self._closed = True
        if self._round is not None:
            self._round.put(_END)
        if self._task is None:
            return
        try:
            await asyncio.wait([self._task])
        except asyncio.CancelledError:
            self._task.cancel()
            await asyncio.wait([self._task])
            raise

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def _run(self, begun: _Round[asyncio.Future[UpsertReport]], orders: asyncio.Queue[object]) -> None:
        ended_by: BaseException | None = None
        try:
            run, outcomes = self._begin(_each_async(orders))
            async for outcome in outcomes:
                begun.tell(outcome, run.failure)
        except BaseException as error:
            ended_by = error
        self._round = None
        begun.end(ended_by)


def _each(orders: SimpleQueue[object]) -> Iterator[object]:
    while (order := orders.get()) is not _END:
        yield order


async def _each_async(orders: asyncio.Queue[object]) -> AsyncIterator[object]:
    while (order := await orders.get()) is not _END:
        yield order
