"""Plan which requests fail, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

API_PATH = "/api/v3"
LONGEST_DELAY = 60.0


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
    """A fault for some of the requests with this method (any, when None) under this path."""

    fault: Fault
    applies_to: Callable[[int], bool]
    method: str | None
    path: str
    counted: int = 0

    def take(self, method: str, path: str) -> Fault | None:
        """Count one request, and return the fault if it is for this one."""
        if self.method not in (None, method) or not path.startswith(self.path):
            return None
        self.counted += 1
        return self.fault if self.applies_to(self.counted) else None


class Faults:
    """The faults of coming requests. Each plan counts its requests from 1, from the moment it is made.

    A fault is a `Fault` or its text, such as `"503"` or `"slow:0.2"`. With `method`, or with another `path` than that
    of the API, only those requests are counted.
    """

    def __init__(self) -> None:
        self._plans: list[Plan] = []
        self._lock = Lock()

    def at(self, number: int, fault: Fault | str, *, method: str | None = None, path: str = API_PATH) -> None:
        """Give the request of this number a fault."""
        self._plan(fault, lambda counted: counted == number, method, path)

    def next(self, fault: Fault | str, times: int = 1, *, method: str | None = None, path: str = API_PATH) -> None:
        """Give the next requests a fault."""
        self._plan(fault, lambda counted: counted <= times, method, path)

    def every(self, step: int, fault: Fault | str, *, method: str | None = None, path: str = API_PATH) -> None:
        """Give every `step`-th request a fault; raise `ValueError` for a step below 1."""
        if step < 1:
            raise ValueError(f"expected a step of 1 or more, got {step}")
        self._plan(fault, lambda counted: counted % step == 0, method, path)

    def script(self, faults: Mapping[int, Fault | str]) -> None:
        """Plan one fault for each request number."""
        for number, fault in faults.items():
            self.at(number, fault)

    def clear(self) -> None:
        """Forget all plans."""
        with self._lock:
            self._plans.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Count one request in all plans, and return the first fault that is for it."""
        with self._lock:
            faults = [plan.take(method, path) for plan in self._plans]
        return next((fault for fault in faults if fault), None)

    def _plan(self, fault: Fault | str, applies_to: Callable[[int], bool], method: str | None, path: str) -> None:
        parsed = Fault.parse(fault) if isinstance(fault, str) else fault
        with self._lock:
            self._plans.append(Plan(parsed, applies_to, method, path))
