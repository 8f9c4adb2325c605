"""Decide whether a request is sent again, and when: facts in, a decision out, no clock and no sleep."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from .errors import ConfigurationError
from .exchange import Lost, Operation, Outcome, Refused, Succeeded, Unreadable

_SECONDS = re.compile(r"\s*\d{1,9}(?:\.\d*)?\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Say how often, how long and how fast a request is sent again. A value: change it with `dataclasses.replace`.

    `attempts` counts the first one too. No attempt starts later than `deadline` seconds after the first one began.
    Delays grow from `base_delay` twofold up to `max_delay` (seconds), with full jitter; a `Retry-After` of the
    service is obeyed up to `max_retry_after`.

    Rules: RATE-RETRY-AFTER, UPSERT-CONFLICT.
    """

    attempts: int = 8
    deadline: float = 180.0
    base_delay: float = 0.5
    max_delay: float = 30.0
    max_retry_after: float = 60.0

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ConfigurationError(f"RetryPolicy.attempts must be 1 or more, not {self.attempts!r}.")
        for name in ("deadline", "base_delay", "max_delay", "max_retry_after"):
            if not getattr(self, name) >= 0:
                raise ConfigurationError(f"RetryPolicy.{name} must be 0 seconds or more, not {getattr(self, name)!r}.")

    @classmethod
    def none(cls) -> RetryPolicy:
        """Send everything once."""
        return cls(attempts=1)


@dataclass(frozen=True, slots=True)
class Retry:
    """Send the request again after `delay` seconds. With `hold_all` every request of this key waits as long."""

    delay: float
    reason: str
    hold_all: bool = False


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Take the outcome as it is."""

    reason: str


def decide(
    operation: Operation,
    attempt: int,
    elapsed: float,
    outcome: Outcome[Any],
    policy: RetryPolicy,
    random: Callable[[], float],
) -> Retry | GiveUp:
    """Decide on one outcome.

    `attempt` counts from 1, `elapsed` is in seconds since the first attempt began, `random` gives a number from 0 to
    1. Retried are 429, 409, the conflict that hides in a 400, any 5xx, lost connections, time-outs and a success that
    cannot be read: all five operations may be repeated, each docstring of the clients says why. No other answer is
    retried.

    Rules: RATE-LIMIT, RATE-RETRY-AFTER, UPSERT-CONFLICT.
    """
    reason = _reason_to_retry(outcome)
    if reason is None:
        return GiveUp("done" if isinstance(outcome, Succeeded) else "a repetition would fare no better")
    if not operation.repeatable:
        return GiveUp("a repetition could do harm")
    if attempt >= policy.attempts:
        return GiveUp(f"{attempt} attempts made")
    asked = outcome.retry_after if isinstance(outcome, Refused) else None
    if asked is None:
        delay = random() * min(policy.max_delay, policy.base_delay * 2.0 ** min(attempt - 1, 60))
    else:
        delay = min(asked, policy.max_retry_after)
    if elapsed + delay > policy.deadline:
        return GiveUp(f"the deadline of {policy.deadline:g} s would pass")
    return Retry(delay, reason, hold_all=isinstance(outcome, Refused) and outcome.status == 429)


def _reason_to_retry(outcome: Outcome[Any]) -> str | None:
    match outcome:
        case Lost():
            return "no answer"
        case Unreadable():
            return "unreadable answer"
        case Refused(conflict=True):
            return "conflict"
        case Refused(status=429):
            return "rate limit"
        case Refused(status=status) if status >= 500:
            return f"status {status}"
        case _:
            return None


def read_retry_after(value: str | None, date: str | None, now: float) -> float | None:
    """Read a `Retry-After` header: seconds, or a date; give seconds from now, or None when it says nothing usable.

    A date is measured against the answer's own `Date` header where there is one, for the caller's clock may be wrong;
    otherwise against `now`, in seconds since 1970. A moment that has passed gives 0. Rule: RATE-RETRY-AFTER.
    """
    if value is None:
        return None
    if seconds := _SECONDS.fullmatch(value):
        return float(seconds[0])
    until = _timestamp(value)
    if until is None:
        return None
    since = _timestamp(date) if date else None
    return max(0.0, until - (now if since is None else since))


def _timestamp(value: str) -> float | None:
    try:
        moment = parsedate_to_datetime(value)
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
