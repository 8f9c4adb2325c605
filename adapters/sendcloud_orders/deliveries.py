"""How the blocking client takes the batches of an upsert to their outcomes, several at a time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from queue import SimpleQueue
from typing import Any

from .batching import PlannedBatch
from .departures import Departures
from .exchange import Call, Conversation, Pause
from .lingering import Linger, Reader
from .report import BatchOutcome
from .upserting import NOTHING_YET, UpsertRun
from .workers import Done, Workers, do

Step = Call[Any] | Pause
Perform = Callable[[Step], object]


def deliveries(
    orders: Iterable[object],
    run: UpsertRun,
    perform: Perform,
    concurrency: int,
    *,
    drain: bool = False,
    linger: Linger | None = None,
) -> Generator[BatchOutcome]:
    """Keep up to `concurrency` batches in flight, no key in two of them, and give outcomes as they come.

    The calling thread keeps all of the run, so that nothing of it needs a lock; other threads make single exchanges,
    and with `linger` one reads the input. A batch beside which nothing else is to be done is sent by the calling thread
    itself.
    """

    def make_step(flight: _Flight) -> object:
        return perform(flight.step)

    workers = Workers(make_step)
    departures = Departures(concurrency, linger)
    reader: Reader | None = None
    source = orders
    if linger is not None:
        reader = Reader(orders, lambda: workers.done.put(_NEWS), run.tell_late)
        source = _as_they_come(reader, linger, run)
    elif concurrency > 1:
        source = _looking_up(orders, workers.done)
    plan = run.plan(source, drain=drain)
    count = len(orders) if isinstance(orders, list | tuple) else None
    ended = False
    try:
        while departures.under_way or not ended:
            waits = ended
            while not ended and (departures.wants_more or run.is_exhausted(count)):
                planned = next(plan, None)
                if planned is NOTHING_YET:
                    waits = True
                    break
                if planned is not None:
                    departures.add(planned)
                else:
                    waits = ended = True
                    departures.add(*map(run.set_aside, reader.close() if reader else ()))
            while batch := departures.next():
                flight = _Flight(batch, run.deliver(batch))
                alone = concurrency == 1 or (ended and departures.is_last)
                while alone and flight.outcome is None:
                    flight.advance(do(make_step, flight))
                if flight.outcome is None:
                    workers.hand_over(flight)
                else:
                    departures.land(batch)
                    yield flight.outcome
            if (waits or not departures.wants_more) and (departures.in_flight or not ended):
                told = workers.wait(linger.due() if linger else None)
                if told is None:
                    departures.add(*run.flush())
                elif told is not _NEWS:
                    flight = told.job
                    flight.advance(told)
                    if flight.outcome is None:
                        workers.hand_over(flight)
                    else:
                        departures.land(flight.batch)
                        yield flight.outcome
    finally:
        workers.dismiss()
        for order in reader.close() if reader else ():
            run.set_aside(order)


_NEWS = object()
"""What wakes the driver when the reader has news."""


def _looking_up(orders: Iterable[object], done: SimpleQueue[Any]) -> Iterator[object]:
    """Look up from the input, between two orders, when an answer has come."""
    for order in orders:
        yield order
        if not done.empty():
            yield NOTHING_YET


def _as_they_come(reader: Reader, linger: Linger, run: UpsertRun) -> Iterator[object]:
    """Look up from the input whenever the next order is not there yet."""
    while not reader.ended:
        reader.ask()
        while not (came := reader.take()) and not reader.ended:
            yield NOTHING_YET
        for order in came:
            linger.came(run.planner.taken)
            yield order
    if reader.failure is not None:
        raise reader.failure


class _Flight:
    """A batch that has left, and the step that its conversation waits for; with an outcome it is over."""

    def __init__(self, batch: PlannedBatch, conversation: Conversation[BatchOutcome]) -> None:
        self.batch = batch
        self.step: Step
        self.outcome: BatchOutcome | None = None
        self._conversation = conversation
        self._go_on(lambda: next(conversation))

    def advance(self, done: Done[Any]) -> None:
        """Go on with what came of the step. Raises an interrupt that ended it."""
        error = done.error
        if error is None:
            self._go_on(lambda: self._conversation.send(done.result))
        elif isinstance(error, Exception):
            self._go_on(lambda: self._conversation.throw(error))
        else:
            raise error

    def _go_on(self, ask: Callable[[], Step]) -> None:
        try:
            self.step = ask()
        except StopIteration as end:
            self.outcome = end.value
