"""Plan which requests fail, and how."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from threading import Lock
from typing import Literal

API_PATH = "/api/v3"
LONGEST_DELAY = 60.0

Rhythm = Literal["at", "next", "every"]


class UnknownFaultError(ValueError):
    """An unknown fault; the message lists the known ones."""


class FaultKind(StrEnum):
    """The ways in which a request can fail.

    The request is not processed, except where the name ends in `-after`, and for the four broken answers at the end.
    """

    LOST_BEFORE = "lost-before"
    LOST_AFTER = "lost-after"
    THROTTLED = "429"
    CONFLICT = "conflict"
    CONFLICT_BY_STATUS = "409"
    SERVER_ERROR = "500"
    UNAVAILABLE = "503"
    UNKNOWN_ERROR = "520"
    SERVER_ERROR_AFTER = "500-after"
    UNAVAILABLE_AFTER = "503-after"
    UNKNOWN_ERROR_AFTER = "520-after"
    CUT_BODY = "cut-body"
    HTML = "html"
    MALFORMED_JSON = "malformed-json"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault, with the seconds of `slow` or of the `Retry-After` of `429`."""

    kind: FaultKind
    seconds: float = 1.0

    @property
    def has_seconds(self) -> bool:
        """Whether the seconds mean something for this kind."""
        return self.kind in (FaultKind.SLOW, FaultKind.THROTTLED)

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Read `kind` or `kind:seconds`; raise `UnknownFaultError`."""
        kind, _, seconds = text.strip().partition(":")
        try:
            fault = cls(FaultKind(kind), float(seconds or 1.0))
        except ValueError:
            raise UnknownFaultError(
                f"unknown fault {text!r}; choose one of {', '.join(FaultKind)}, slow:SECONDS"
            ) from None
        if not 0 <= fault.seconds <= LONGEST_DELAY:
            raise UnknownFaultError(f"fault {text!r} is out of range; its seconds go from 0 to {LONGEST_DELAY:g}")
        return fault


@dataclass(slots=True)
class Plan:
    """A fault for some of the requests with this method (any, when None) under this path.

    rhythm, count: it is for the request of that number, for that many next ones, or for each whose number it divides.
    counted: how many requests it has counted. met: how many of them met the fault.
    """

    fault: Fault
    rhythm: Rhythm
    count: int
    method: str | None
    path: str
    number: int = 0
    counted: int = 0
    met: int = 0

    def take(self, method: str, path: str) -> Fault | None:
        """Count one request, and return the fault if it is for this one."""
        if self.method not in (None, method) or not path.startswith(self.path):
            return None
        self.counted += 1
        return self.fault if self.is_for(self.counted) else None

    def is_for(self, counted: int) -> bool:
        """Tell whether the fault is for the request with this number."""
        match self.rhythm:
            case "at":
                return counted == self.count
            case "next":
                return counted <= self.count
        return counted % self.count == 0

    @property
    def is_over(self) -> bool:
        """Whether no request can meet the fault any more."""
        return self.rhythm != "every" and self.counted >= self.count


_COUNTS: Mapping[Rhythm, str] = {"at": "a number", "next": "a number of times", "every": "a step"}


class Faults:
    """The faults of coming requests. Each plan counts its requests from 1, from the moment it is made.

    A fault is a `Fault` or its text, such as `"503"` or `"slow:0.2"`. With `method`, or with another `path` than that
    of the API, only those requests are counted. A plan that no request could meet raises `ValueError`.
    """

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self._plans: list[Plan] = []
        self._numbers = itertools.count(1)
        self._changed = changed
        self._lock = Lock()

    def at(self, number: int, fault: Fault | str, *, method: str | None = None, path: str = API_PATH) -> None:
        """Give the request of this number a fault."""
        self._plan(fault, "at", number, method, path)

    def next(self, fault: Fault | str, times: int = 1, *, method: str | None = None, path: str = API_PATH) -> None:
        """Give the next requests a fault."""
        self._plan(fault, "next", times, method, path)

    def every(self, step: int, fault: Fault | str, *, method: str | None = None, path: str = API_PATH) -> None:
        """Give every `step`-th request a fault."""
        self._plan(fault, "every", step, method, path)

    def script(self, faults: Mapping[int, Fault | str]) -> None:
        """Plan one fault for each request number."""
        for number, fault in faults.items():
            self.at(number, fault)

    @contextmanager
    def planned(
        self, fault: Fault | str, times: int | None = None, *, method: str | None = None, path: str = API_PATH
    ) -> Iterator[Plan]:
        """Give the requests of a `with` block a fault: the next `times`, or all of them; then take the plan back.

        The plan tells in `met` how many requests met the fault.
        """
        if times is None:
            plan = self._plan(fault, "every", 1, method, path)
        else:
            plan = self._plan(fault, "next", times, method, path)
        try:
            yield plan
        finally:
            self.remove(plan.number)

    def plans(self) -> list[Plan]:
        """Return the plans whose fault can still be met, as they are now."""
        with self._lock:
            return [replace(plan) for plan in self._plans]

    def remove(self, number: int) -> bool:
        """Take back the plan with this number; tell whether there was one."""
        with self._lock:
            left = [plan for plan in self._plans if plan.number != number]
            found = len(left) < len(self._plans)
            self._plans[:] = left
        self._changed()
        return found

    def clear(self) -> None:
        """Forget all plans."""
        with self._lock:
            self._plans.clear()
        self._changed()

    def take(self, method: str, path: str) -> Fault | None:
        """Count one request in all plans, and return the first fault that is for it."""
        if not self._plans:
            return None
        with self._lock:
            due = [plan for plan in self._plans if plan.take(method, path)]
            if due:
                due[0].met += 1
            self._plans[:] = [plan for plan in self._plans if not plan.is_over]
        return due[0].fault if due else None

    def _plan(self, fault: Fault | str, rhythm: Rhythm, count: int, method: str | None, path: str) -> Plan:
        parsed = Fault.parse(fault) if isinstance(fault, str) else fault
        if count < 1:
            raise ValueError(f"expected {_COUNTS[rhythm]} of 1 or more, got {count}")
        if not path.startswith("/"):
            raise ValueError(f"expected a path that begins with a slash, such as {API_PATH}/orders, got {path!r}")
        plan = Plan(parsed, rhythm, count, method and method.upper(), path, next(self._numbers))
        with self._lock:
            self._plans.append(plan)
        self._changed()
        return plan
