"""How the blocking client takes the batches of an upsert to their outcomes, several at a time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from queue import SimpleQueue
from typing import Any

from .batching import PlannedBatch
from .departures import Departures
from .exchange import Call, Conversation, Pause
from .report import BatchOutcome
from .upserting import NOTHING_YET, UpsertRun
from .workers import Done, Workers, do

Step = Call[Any] | Pause
Perform = Callable[[Step], object]


def deliveries(
    orders: Iterable[object], run: UpsertRun, perform: Perform, concurrency: int, *, drain: bool
) -> Generator[BatchOutcome]:
    """Keep up to `concurrency` batches in flight, no key in two of them, and give outcomes as they come.

    The calling thread keeps all of the run, so that nothing of it needs a lock; other threads make single exchanges. A
    batch beside which nothing else is to be done is sent by the calling thread itself.
    """
    departures = Departures(concurrency)

    def make_step(flight: _Flight) -> object:
        return perform(flight.step)

    workers = Workers(make_step)
    plan = run.plan(orders if concurrency == 1 else _looking_up(orders, workers.done), drain=drain)
    count = len(orders) if isinstance(orders, list | tuple) else None
    ended = False
    try:
        while departures.under_way or not ended:
            waits = ended
            while not ended and (departures.wants_more or run.exhausted or run.planner.taken == count):
                planned = next(plan, None)
                ended = planned is None
                if waits := planned is None or planned is NOTHING_YET:
                    break
                departures.add(planned)
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
            if departures.in_flight and (waits or not departures.wants_more):
                done: Done[_Flight] = workers.wait()
                flight = done.job
                flight.advance(done)
                if flight.outcome is None:
                    workers.hand_over(flight)
                else:
                    departures.land(flight.batch)
                    yield flight.outcome
    finally:
        workers.dismiss()


def _looking_up(orders: Iterable[object], done: SimpleQueue[Any]) -> Iterator[object]:
    """Look up from the input, between two orders, when an answer has come."""
    for order in orders:
        yield order
        if not done.empty():
            yield NOTHING_YET


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
