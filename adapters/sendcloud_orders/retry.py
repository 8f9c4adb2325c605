"""Decide whether a request is sent again, and when: facts in, a decision out, no clock and no sleep."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from math import inf
from typing import Any

from .arguments import check_whole_number, described, reading
from .errors import (
    APIStatusError,
    ConfigurationError,
    ConflictError,
    ContractError,
    SendcloudError,
    TransportError,
)
from .exchange import Lost, Outcome, Refused, Unreadable, Withheld

# A hundred years; what is longer is meant as no limit, and that is spelled infinity.
_LONGEST = 100 * 365 * 86_400
_ATTEMPTS_TO_REACH = 3
_SECONDS = re.compile(r"[ \t]*([0-9]{1,9}(?:\.[0-9]*)?)[ \t]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often, how long and how fast a request is sent again. A value: change it with `dataclasses.replace`.

    `attempts` counts the first one too. `deadline` is in seconds, for the whole call: its waiting for credentials and
    answers, whatever the server does, and the delays between attempts. The first wait for the pace comes before it;
    no later attempt starts after it. Delays grow from `base_delay` twofold up to `max_delay` (seconds), with full
    jitter; a `Retry-After` of the service is obeyed up to `max_retry_after`.

    Raises `ConfigurationError` for a value that cannot be kept. Rules: RATE-RETRY-AFTER, UPSERT-CONFLICT.
    """

    attempts: int = 8
    deadline: float = 180.0
    base_delay: float = 0.5
    max_delay: float = 30.0
    max_retry_after: float = 60.0

    def __post_init__(self) -> None:
        check_whole_number("RetryPolicy.attempts", self.attempts, refusal=ConfigurationError)
        for name in ("deadline", "base_delay", "max_delay", "max_retry_after"):
            seconds = getattr(self, name)
            with reading(f"RetryPolicy.{name}", ConfigurationError):
                if not _is_seconds(seconds) or (name == "deadline" and seconds == 0):
                    least = "above 0" if name == "deadline" else "from 0 up"
                    raise ConfigurationError(
                        f"RetryPolicy.{name} should be a number of seconds {least}, not {described(seconds)}."
                    )

    @classmethod
    def none(cls) -> RetryPolicy:
        """Send everything once."""
        return cls(attempts=1)


def hurried(policy: RetryPolicy, patience: float | None) -> RetryPolicy:
    """Give the policy of a call that is made once and may take `patience` seconds; without, the policy as it is."""
    return policy if patience is None else replace(policy, attempts=1, deadline=min(patience, policy.deadline))


def _is_seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and (0 <= value <= _LONGEST or value == inf)


@dataclass(frozen=True, slots=True)
class Retry:
    """Another attempt after `delay` seconds. With `hold_all` every request of this key waits as long."""

    delay: float
    reason: str
    hold_all: bool = False


def is_passing(status: int) -> bool:
    """Tell whether a request that was answered with this status may fare better later, unchanged.

    That is 408, 409, 429 and any 5xx. Rules: RATE-LIMIT, UPSERT-CONFLICT.
    """
    return status in (408, 409, 429) or status >= 500


def may_pass(problem: Outcome[Any] | SendcloudError) -> bool:
    """Tell whether the same request may fare better later: the one place where this is decided.

    What may pass is a passing status, a conflict that hides in a 400, an answer that did not come or could not be
    read, and credentials that were held up by one of these.
    """
    match problem:
        case Refused(status=status, conflict=conflict):
            return conflict or is_passing(status)
        case APIStatusError(status=status):
            return isinstance(problem, ConflictError) or is_passing(status)
        case Withheld(error=error):
            return may_pass(error)
        case Lost() | Unreadable() | TransportError() | ContractError():
            return True
        case _:
            return False


def is_harmless(outcome: Outcome[Any]) -> bool:
    """Tell whether nothing can have been carried out, so that even what must not be done twice may be sent again.

    A label costs money, and two for one order are no use to anyone. It is sent again only when the request certainly
    never left: no connection, no authorization; or when the service turned it away before looking at it, which is what
    a 429 says. Not after a lost or unreadable answer, a 5xx or a 408, behind any of which a label may have been made.
    Nor after a conflict: that says that an earlier request on the order is being processed, and this may be one for
    its label, of another process. Whoever can tell should decide. Rule: LABEL-ONCE.
    """
    match outcome:
        case Lost(sent=sent):
            return not sent
        case Withheld():
            return True
        case Refused(status=status):
            return status == 429
        case _:
            return False


def decide(
    attempt: int,
    elapsed: float,
    outcome: Outcome[Any],
    policy: RetryPolicy,
    random: Callable[[], float],
    *,
    reached: bool = True,
    idempotent: bool = True,
) -> Retry | None:
    """Decide on one outcome; None means to take it as it is.

    `attempt` counts from 1, `elapsed` is in seconds since the first attempt began, `random` gives a number from 0 to
    1. What may pass is sent again where the operation is `idempotent`, and each docstring of the clients says why it
    is; of one that is not, only what `is_harmless`. Where no connection can be made and none ever was (not `reached`),
    the address is more likely wrong than the service down: three attempts have to do.

    Rules: RATE-LIMIT, RATE-RETRY-AFTER, UPSERT-CONFLICT, LABEL-ONCE.
    """
    reason = _reason_to_retry(outcome)
    attempts = policy.attempts if reached or not _never_left(outcome) else min(policy.attempts, _ATTEMPTS_TO_REACH)
    if reason is None or attempt >= attempts or not (idempotent or is_harmless(outcome)):
        return None
    asked = outcome.retry_after if isinstance(outcome, Refused) else None
    if asked is None:
        delay = random() * min(policy.max_delay, policy.base_delay * 2.0 ** min(attempt - 1, 60))
    else:
        delay = min(asked, policy.max_retry_after)
    if elapsed + delay >= policy.deadline:
        return None
    return Retry(delay, reason, hold_all=isinstance(outcome, Refused) and outcome.status == 429)


def _never_left(outcome: Outcome[Any]) -> bool:
    return isinstance(outcome, Lost) and not outcome.sent


def _reason_to_retry(outcome: Outcome[Any]) -> str | None:
    if not may_pass(outcome):
        return None
    match outcome:
        case Lost():
            return "no answer"
        case Unreadable():
            return "unreadable answer"
        case Withheld():
            return "no authorization"
        case Refused(conflict=True):
            return "conflict"
        case Refused(status=429):
            return "rate limit"
        case Refused(status=status):
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
        return float(seconds[1])
    until = read_http_date(value)
    if until is None:
        return None
    since = read_http_date(date) if date else None
    return max(0.0, until - (now if since is None else since))


def read_http_date(value: str) -> float | None:
    """Read the date of a header as seconds since 1970, or None where it is none."""
    try:
        moment = parsedate_to_datetime(value)
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
