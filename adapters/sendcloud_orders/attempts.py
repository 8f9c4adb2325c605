"""The attempts of one call, as both drivers make them: what is the same with and without `await`."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Generic, TypeVar

from tenacity import AsyncRetrying, RetryCallState, Retrying

from .clock import Clock
from .deadline import allowing
from .errors import SendcloudError
from .events import Reporter
from .exchange import Answer, Call, Exchange, Lost, Outcome, Refused, Unreadable, Withheld, is_uncertain, read_answer
from .pacing import Pace
from .retry import Retry, RetryPolicy, decide, hurried, read_retry_after

T = TypeVar("T")

_numbers = count(1)


@dataclass(slots=True)
class Contact:
    """Whether a client has ever had an answer from the service."""

    made: bool = False


class Attempts(Generic[T]):
    """One call from its first attempt to its last; tenacity runs the loop and asks `goes_on` and `delay`."""

    def __init__(
        self, call: Call[T], *, policy: RetryPolicy, pace: Pace, reporter: Reporter, clock: Clock, contact: Contact
    ) -> None:
        self._call = call
        self._contact = contact
        self._policy = hurried(policy, call.patience)
        self._pace = pace
        self._reporter = reporter
        self._clock = clock
        self._number = next(_numbers)
        self._made = 0
        self._began: float | None = None
        self._started = self._ended = 0.0
        self._outcome: Outcome[T] | None = None
        self._uncertain: list[bool] = []
        self._renewed = False
        self._decision: Retry | None = None
        self._out_of_time = False

    def seconds_left(self) -> float:
        """Give the seconds until the deadline; infinity before the first attempt, for which the pace may take long."""
        if self._began is None:
            return math.inf
        return max(0.0, self._began + self._policy.deadline - self._clock.monotonic())

    def allowed(self, timeout: Any) -> AbstractContextManager[None]:
        """Allow one attempt, from its authorization to its answer, what is left of the call."""
        if self._began is None:
            self._began = self._clock.monotonic()
        return allowing(self.seconds_left(), timeout)

    def start(self) -> None:
        """Note that a request leaves now."""
        self._made += 1
        self._started = self._clock.monotonic()
        self._reporter.request(self._number, self._call.operation, self._made)

    def land(self, reply: Answer | Lost | Unreadable) -> None:
        """Note what came of the request that left."""
        self._ended = self._clock.monotonic()
        status = None if isinstance(reply, Lost) else reply.status
        self._contact.made = self._contact.made or status is not None
        self._reporter.response(self._number, self._call.operation, self._made, status, self._ended - self._started)
        if isinstance(reply, Answer):
            self._note(read_answer(self._call, reply, self._retry_after(reply)))
            if reply.unknown:
                self._reporter.unknown_fields(self._call.operation, reply.unknown)
        else:
            self._note(reply)

    def withhold(self, error: SendcloudError) -> None:
        """Note that nothing could be sent, for want of an authorization; a token endpoint may recover."""
        self._made += 1
        self._ended = self._clock.monotonic()
        self._note(Withheld(error))

    def run_out(self) -> None:
        """Note that the deadline leaves no time for another attempt: what came of the last one stands."""
        self._out_of_time = True

    def wants_renewal(self) -> bool:
        """Tell, once in a call, that the credentials were refused and may be renewed. Rule: AUTH-REFUSED."""
        refused = isinstance(self._outcome, Refused) and self._outcome.status == 401
        first, self._renewed = refused and not self._renewed, self._renewed or refused
        return first

    def goes_on(self, state: RetryCallState) -> bool:
        """Decide on the last outcome, and slow everyone down after a 429. Rules: RATE-LIMIT, RATE-RETRY-AFTER."""
        outcome = self._outcome
        raised = state.outcome is not None and state.outcome.failed
        if raised or outcome is None or self._out_of_time:
            return False
        elapsed = self._ended - (self._began or 0.0)
        operation = self._call.operation
        reached = self._contact.made
        self._decision = decide(
            self._made,
            elapsed,
            outcome,
            self._policy,
            self._clock.random,
            reached=reached,
            idempotent=operation.idempotent,
        )
        status = outcome.status if isinstance(outcome, Refused | Unreadable) else None
        if status == 429:
            self._pace.slow_down(operation.kind)
        if self._decision is None:
            if not reached and isinstance(outcome, Lost) and not outcome.sent:
                hint = "nothing has answered there yet: check base URL and network"
                self._outcome = replace(outcome, detail=f"{outcome.detail}, and {hint}")
            return False
        if self._decision.hold_all:
            self._pace.hold(self._decision.delay, operation.kind)
        self._reporter.retry(self._number, operation, self._made, status, self._decision.delay, self._decision.reason)
        return True

    def delay(self, _: RetryCallState) -> float:
        """Say how long to wait, as decided."""
        return self._decision.delay if self._decision else 0.0

    def run(self, attempt: Callable[[], None]) -> Exchange[T]:
        """Make attempts until one settles the call."""
        loop = Retrying(sleep=self._sleep, retry=self.goes_on, wait=self.delay)
        try:
            loop(attempt)
        finally:
            # Part of a reference cycle, which would keep the call and its answer until the collector runs.
            loop.iter_state.reset()
        return self._exchange()

    async def run_async(self, attempt: Callable[[], Awaitable[None]]) -> Exchange[T]:
        """Make attempts like `run`, without blocking the event loop."""
        loop = AsyncRetrying(sleep=self._sleep_async, retry=self.goes_on, wait=self.delay)
        try:
            await loop(attempt)
        finally:
            loop.iter_state.reset()
        return self._exchange()

    def _exchange(self) -> Exchange[T]:
        assert self._outcome is not None
        return Exchange(self._outcome, self._made, any(self._uncertain[:-1]), self._began or 0.0, self._ended)

    def _note(self, outcome: Outcome[T]) -> None:
        self._outcome = outcome
        self._uncertain.append(is_uncertain(outcome))

    def _retry_after(self, answer: Answer) -> float | None:
        return read_retry_after(answer.headers.get("retry-after"), answer.headers.get("date"), self._clock.wall())

    def _sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)

    async def _sleep_async(self, seconds: float) -> None:
        await self._clock.sleep_async(seconds)
