"""Count requests against the documented rate limits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime

from .clock import SandboxClock
from .policies import Policies
from .problems import RefusedError, throttled

READS_A_MINUTE = 1000
WRITES_A_MINUTE = 100
WRITE_BURST = 15


@dataclass
class Bucket:
    """Tokens that come back with time; each request takes one."""

    capacity: float
    per_second: float
    tokens: float
    counted_at: float

    @classmethod
    def full(cls, capacity: float, per_minute: float, now: float) -> Bucket:
        """Return a full bucket."""
        return cls(capacity, per_minute / 60, capacity, now)

    def wait(self, now: float) -> float:
        """Take a token and return 0, or return the seconds until there is one."""
        self.tokens = min(self.capacity, self.tokens + (now - self.counted_at) * self.per_second)
        self.counted_at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        return (1 - self.tokens) / self.per_second


class RateLimits:
    """The documented limits: 100 writes a minute (15 at once) and 1000 reads a minute. Rule: RATE-LIMIT."""

    def __init__(self, clock: SandboxClock) -> None:
        self.clock = clock
        self.refill()

    def refill(self) -> None:
        """Forget all requests so far."""
        now = self.clock.now()
        self.reads: Bucket = Bucket.full(READS_A_MINUTE, READS_A_MINUTE, now)
        self.writes: Bucket = Bucket.full(WRITE_BURST, WRITES_A_MINUTE, now)

    def require(self, method: str, policies: Policies) -> None:
        """Refuse a request that is over its limit."""
        bucket = self.reads if method in ("GET", "HEAD", "OPTIONS") else self.writes
        seconds = bucket.wait(self.clock.now())
        if seconds:
            raise too_soon(self.clock.real_seconds(seconds), self.clock, policies)


def too_soon(seconds: float, clock: SandboxClock, policies: Policies) -> RefusedError:
    """Return the 429 that asks to wait for some real seconds. Rule: RATE-RETRY-AFTER."""
    whole = max(1, math.ceil(seconds))
    return RefusedError(throttled(whole), headers=retry_after(whole, clock, policies))


def retry_after(seconds: int, clock: SandboxClock, policies: Policies) -> dict[str, str]:
    """Return the header that says when to try again, in the form that the policy sets. Rule: RATE-RETRY-AFTER."""
    match policies.retry_after:
        case "seconds":
            return {"Retry-After": str(seconds)}
        case "date":
            return {"Retry-After": format_datetime(clock.real_moment() + timedelta(seconds=seconds), usegmt=True)}
    return {}
