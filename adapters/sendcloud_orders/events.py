"""What the clients tell of their work: log lines by allow-list, and hooks for tracing and metrics."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from sendcloud_orders_api.types import FieldPath

from .arguments import check_function, drop_coroutine
from .errors import ConfigurationError
from .exchange import Operation
from .label_report import LabelOutcome
from .report import BatchOutcome
from .unknown_fields import Sightings, tell_fields

logger: logging.Logger = logging.getLogger("sendcloud_orders")
logger.addHandler(logging.NullHandler())

E = TypeVar("E")

_logged = Sightings()


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """A request is about to leave. `call` numbers the calls of a client; attempts of one call share it."""

    call: int
    operation: str
    method: str
    route: str
    attempt: int


@dataclass(frozen=True, slots=True)
class ResponseEvent:
    """An attempt has ended after `duration` seconds; `status` is None when no answer came."""

    call: int
    operation: str
    method: str
    route: str
    attempt: int
    status: int | None
    duration: float


@dataclass(frozen=True, slots=True)
class RetryEvent:
    """An attempt will be followed by another one after `delay` seconds."""

    call: int
    operation: str
    method: str
    route: str
    attempt: int
    status: int | None
    delay: float
    reason: str


@dataclass(frozen=True, slots=True)
class UnknownFieldEvent:
    """The service has sent a field that this version does not name; the model that was read keeps it in `extra`.

    `field` is its place in an order, such as `order_details.order_items[].x`. Rule: READ-UNKNOWN.
    """

    operation: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """Functions that are called as the work goes on, in the thread or task that does it.

    The blocking client's `upsert` makes requests in several threads, each in a copy of the caller's context: all hooks
    but `batch`, which the calling thread calls, must stand to be called from any of them at the same time.
    `unknown_field` is called once for each field that a client meets.

    They hold neither bodies nor query values nor ids, except the outcome of a batch and that of a request for `labels`,
    which name keys and ids. An
    exception of a hook is logged by its type and ends there: watching must not change what is watched.

    Raises `ConfigurationError` for what is no function, and for coroutine functions, which nobody would await.
    """

    request: Callable[[RequestEvent], object] | None = None
    response: Callable[[ResponseEvent], object] | None = None
    retry: Callable[[RetryEvent], object] | None = None
    batch: Callable[[BatchOutcome], object] | None = None
    labels: Callable[[LabelOutcome], object] | None = None
    unknown_field: Callable[[UnknownFieldEvent], object] | None = None

    def __post_init__(self) -> None:
        for hook in fields(self):
            if (function := getattr(self, hook.name)) is not None:
                check_function(f"Hooks.{hook.name}", function, ConfigurationError)


class Reporter:
    """The log and the hooks of one client."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._sightings = Sightings()

    def request(self, call: int, operation: Operation, attempt: int) -> None:
        """Tell that a request is about to leave."""
        if self._hooks.request:
            event = RequestEvent(call, operation.name, operation.method, operation.route, attempt)
            _call("request", self._hooks.request, event)

    def response(self, call: int, operation: Operation, attempt: int, status: int | None, duration: float) -> None:
        """Tell that an attempt has ended."""
        logged = logger.isEnabledFor(logging.INFO)
        if not logged and not self._hooks.response:
            return
        event = ResponseEvent(call, operation.name, operation.method, operation.route, attempt, status, duration)
        if logged:
            answered = "no answer" if status is None else str(status)
            logger.info(
                "%s %s: %s, attempt %d, %.3f s",
                operation.method,
                operation.route,
                answered,
                attempt,
                duration,
                extra=_extra(event),
            )
        if self._hooks.response:
            _call("response", self._hooks.response, event)

    def retry(
        self, call: int, operation: Operation, attempt: int, status: int | None, delay: float, reason: str
    ) -> None:
        """Tell that another attempt will follow."""
        event = RetryEvent(call, operation.name, operation.method, operation.route, attempt, status, delay, reason)
        logger.warning(
            "%s %s: again in %.3f s after attempt %d (%s)",
            operation.method,
            operation.route,
            delay,
            attempt,
            reason,
            extra=_extra(event),
        )
        if self._hooks.retry:
            _call("retry", self._hooks.retry, event)

    def unknown_fields(self, operation: Operation, paths: Iterable[FieldPath]) -> None:
        """Tell of fields that no model names: in the log once a process, to the hook once a client."""
        fields = tell_fields(paths)
        for field in _logged.first(fields):
            logger.warning(
                "the answer to %s has a field that this version does not know: %s. It is kept in `extra`",
                operation.name,
                field,
                extra=_extra(UnknownFieldEvent(operation.name, field)),
            )
        if self._hooks.unknown_field:
            for field in self._sightings.first(fields):
                _call("unknown_field", self._hooks.unknown_field, UnknownFieldEvent(operation.name, field))

    def batch(self, outcome: BatchOutcome) -> None:
        """Tell what became of a batch."""
        logger.info(
            "batch: %d accepted, %d rejected, %d not sent, %d unknown",
            len(outcome.accepted),
            len(outcome.rejected),
            len(outcome.not_sent),
            len(outcome.unknown),
        )
        if self._hooks.batch:
            _call("batch", self._hooks.batch, outcome)

    def labels(self, outcome: LabelOutcome) -> None:
        """Tell what became of the orders of a request for labels."""
        logger.info(
            "labels: %d accepted, %d rejected, %d not sent, %d unknown",
            len(outcome.accepted),
            len(outcome.rejected),
            len(outcome.not_sent),
            len(outcome.unknown),
        )
        if self._hooks.labels:
            _call("labels", self._hooks.labels, outcome)


def _extra(event: Any) -> dict[str, object]:
    return {f"sendcloud_{one.name}": getattr(event, one.name) for one in fields(event)}


def _call(name: str, hook: Callable[[E], object], event: E) -> None:
    try:
        if drop_coroutine(hook(event)):
            logger.error("the %s hook gave a coroutine, and nobody awaits it: make it a plain function", name)
    except Exception as error:
        logger.error("the %s hook raised %s", name, type(error).__name__)
