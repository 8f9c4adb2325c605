"""The attempts of one call, as both drivers make them: what is the same with and without `await`."""

from __future__ import annotations

from itertools import count
from typing import Generic, TypeVar

from tenacity import AsyncRetrying, RetryCallState, Retrying

from .clock import Clock
from .errors import APIStatusError, ContractError, SendcloudError, TransportError
from .events import Reporter
from .exchange import Answer, Call, Exchange, Lost, Outcome, Refused, Unreadable, Withheld, is_uncertain, read_answer
from .pacing import Pace
from .retry import GiveUp, Retry, RetryPolicy, decide, read_retry_after

T = TypeVar("T")

_numbers = count(1)


class Attempts(Generic[T]):
    """Follow one call from its first attempt to its last; tenacity runs the loop and asks `goes_on` and `delay`."""

    def __init__(self, call: Call[T], *, policy: RetryPolicy, pace: Pace, reporter: Reporter, clock: Clock) -> None:
        self._call = call
        self._policy = policy
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
        self._decision: Retry | GiveUp = GiveUp("not begun")

    def start(self) -> None:
        """Note that a request leaves now."""
        self._made += 1
        self._started = self._clock.monotonic()
        self._began = self._started if self._began is None else self._began
        self._reporter.request(self._number, self._call.operation, self._made)

    def land(self, reply: Answer | Lost, authorization: str) -> None:
        """Note what came of the request that left with this authorization."""
        self._ended = self._clock.monotonic()
        status = reply.status if isinstance(reply, Answer) else None
        self._reporter.response(self._number, self._call.operation, self._made, status, self._ended - self._started)
        if isinstance(reply, Answer):
            self._note(read_answer(self._call, reply, self._retry_after(reply), authorization))
        else:
            self._note(reply)

    def withhold(self, error: SendcloudError) -> None:
        """Note that nothing could be sent, for want of an authorization; a token endpoint may recover."""
        self._made += 1
        self._ended = self._clock.monotonic()
        self._began = self._ended if self._began is None else self._began
        passing = isinstance(error, TransportError | ContractError) or (
            isinstance(error, APIStatusError) and (error.status == 429 or error.status >= 500)
        )
        self._note(Lost(sent=False, detail=str(error)) if passing else Withheld(error))

    def wants_renewal(self) -> bool:
        """Tell, once in a call, that the credentials were refused and may be renewed. Rule: AUTH-REFUSED."""
        refused = isinstance(self._outcome, Refused) and self._outcome.status == 401
        first, self._renewed = refused and not self._renewed, self._renewed or refused
        return first

    def goes_on(self, _: RetryCallState) -> bool:
        """Decide on the last outcome, and slow everyone down after a 429. Rules: RATE-LIMIT, RATE-RETRY-AFTER."""
        outcome = self._outcome
        if outcome is None:  # an exception is on its way to the caller
            return False
        elapsed = self._ended - (self._began or 0.0)
        operation = self._call.operation
        self._decision = decide(operation, self._made, elapsed, outcome, self._policy, self._clock.random)
        status = outcome.status if isinstance(outcome, Refused | Unreadable) else None
        if status == 429:
            self._pace.slow_down(operation.kind)
        if isinstance(self._decision, GiveUp):
            return False
        if self._decision.hold_all:
            self._pace.hold(self._decision.delay, operation.kind)
        self._reporter.retry(self._number, operation, self._made, status, self._decision.delay, self._decision.reason)
        self._outcome = None
        return True

    def delay(self, _: RetryCallState) -> float:
        """Say how long to wait, as decided."""
        return self._decision.delay if isinstance(self._decision, Retry) else 0.0

    def retrying(self) -> Retrying:
        """Make the loop of the blocking driver."""
        return Retrying(sleep=self._sleep, retry=self.goes_on, wait=self.delay)

    def retrying_async(self) -> AsyncRetrying:
        """Make the loop of the asynchronous driver."""
        return AsyncRetrying(sleep=self._sleep_async, retry=self.goes_on, wait=self.delay)

    def exchange(self) -> Exchange[T]:
        """Give what came of the call in the end."""
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
