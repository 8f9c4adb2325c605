"""A request and its answer as values, and how an answer is read; nothing here opens a socket."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeAlias, TypeVar, Union, cast

from sendcloud_orders_api.errors import UnreadableResponse
from sendcloud_orders_api.types import FieldPath, Request, decode

from .error_bodies import read_error_body, remark_on
from .errors import ContractError, FieldError, SendcloudError, TransportError, Unshown, status_error
from .errors import TimeoutError as SendcloudTimeoutError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as the spec names it. `route` is the path's template, so that logs hold no id.

    `idempotent` tells whether carrying a request out twice leaves what once leaves. `missing_as_page` tells that the
    service words a missing order as it words a missing page.
    """

    name: str
    method: Literal["GET", "POST", "PATCH", "DELETE"]
    route: str
    kind: Literal["read", "write"]
    idempotent: bool = True
    missing_as_page: bool = False


UPSERT = Operation("upsert_orders", "POST", "/orders", "write")
LIST = Operation("list_orders", "GET", "/orders", "read")
GET = Operation("get_order", "GET", "/orders/{id}", "read")
UPDATE = Operation("update_order", "PATCH", "/orders/{id}", "write")
DELETE = Operation("delete_order", "DELETE", "/orders/{id}", "write")
CREATE_LABEL = Operation(
    "create_label", "POST", "/orders/create-label-sync", "write", idempotent=False, missing_as_page=True
)
CREATE_LABELS = Operation(
    "create_labels", "POST", "/orders/create-labels-async", "write", idempotent=False, missing_as_page=True
)
LIST_INTEGRATIONS = Operation("list_integrations", "GET", "/integrations", "read")
GET_INTEGRATION = Operation("get_integration", "GET", "/integrations/{id}", "read")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came.

    Header names are in lower case. `next_url` is the target of the link to the next page, and `link_problem` tells why
    the header with the links cannot be read. `unknown` collects the paths of the fields that no model names, as the
    body is read.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    next_url: str | None = field(default=None, repr=False)
    link_problem: ContractError | None = field(default=None, repr=False)
    unknown: set[FieldPath] = field(default_factory=set, init=False, repr=False, compare=False)

    def decode(self, body_type: type[T], part: bytes | None = None) -> T:
        """Read the body, or a part of it, as JSON of this type. Raises `UnreadableResponse`. Rule: READ-UNKNOWN."""
        return decode(
            body_type,
            self.content if part is None else part,
            status_code=self.status,
            content_type=self.headers.get("content-type", ""),
            on_unknown=self.unknown.add,
        )


@dataclass(frozen=True, slots=True)
class Call(Generic[T_co]):
    """A request, and how its success is read. `read` raises `UnreadableResponse` or `ContractError`.

    With `patience` the call is made once, and the answer may take so many seconds: nothing depends on it.
    """

    operation: Operation
    request: Request = field(repr=False)
    read: Callable[[Answer], T_co] = field(repr=False)
    patience: float | None = None


@dataclass(frozen=True, slots=True)
class Succeeded(Generic[T_co]):
    """The service answered with a success that can be read."""

    status: int
    value: T_co = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """The service answered with an error, or with a redirect, which is not followed.

    `conflict` tells that an earlier request on the same order is still being processed; `retry_after` is in seconds.
    `unknown_address` tells that the server knows no such address. The rest is as in `ErrorBody`.
    """

    status: int
    errors: tuple[FieldError, ...] = ()
    conflict: bool = False
    retry_after: float | None = None
    unknown_address: bool = False
    omitted: int = 0
    remark: str = ""
    raw: Unshown = field(default_factory=Unshown, compare=False)

    @property
    def missing(self) -> bool:
        """Tell whether the service says that what was asked for is not there. Rules: GET-MISSING, DELETE-MISSING."""
        return self.status == 404 and not self.unknown_address


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The service answered with a success that cannot be read: what it did is not known."""

    status: int
    problem: ContractError


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer came. `sent` is False when the request certainly never left."""

    sent: bool
    timed_out: bool = False
    detail: str = "no answer came"


@dataclass(frozen=True, slots=True)
class Withheld:
    """Nothing was sent, because no authorization could be made; `error` says why."""

    error: SendcloudError


Outcome = Union[Succeeded[T], Refused, Unreadable, Lost, Withheld]  # noqa: UP007 - a generic alias needs this form on 3.11


@dataclass(frozen=True, slots=True)
class Exchange(Generic[T]):
    """The last outcome of a call, after all its attempts.

    `sent_before` is True when an earlier attempt may have been carried out without our knowing. `began` and `ended` are
    seconds of the driver's clock.
    """

    outcome: Outcome[T]
    attempts: int
    sent_before: bool
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Pause:
    """A request to the driver to wait."""

    seconds: float


Conversation: TypeAlias = Generator[Call[Any] | Pause, Any, T]
"""A piece of work that yields calls, is sent their exchanges (nothing for a pause), and returns its result."""


def is_uncertain(outcome: Outcome[Any]) -> bool:
    """Tell whether a request with this outcome may have been carried out without our knowing."""
    match outcome:
        case Lost(sent=sent):
            return sent
        case Unreadable():
            return True
        case Refused(status=status):
            return status >= 500
        case _:
            return False


def error_of(operation: Operation, exchange: Exchange[Any]) -> SendcloudError | None:
    """Give the error that tells of an exchange, or None of a success."""
    match exchange.outcome:
        case Lost(sent=sent, timed_out=timed_out, detail=detail):
            kind = SendcloudTimeoutError if timed_out else TransportError
            attempts = "1 attempt" if exchange.attempts == 1 else f"{exchange.attempts} attempts"
            message = f"The call {operation.name} failed: {detail.removesuffix('.')} ({attempts})."
            return kind(message, sent=sent or exchange.sent_before)
        case Withheld(error=error):
            return error
        case Unreadable(problem=problem):
            # Raised itself, it would be part of the exchange that its traceback leads to, and keep the whole answer.
            return copy(problem)
        case Refused() as refused:
            return status_error(
                refused.status,
                operation.name,
                refused.errors,
                conflict=refused.conflict,
                unknown_address=refused.unknown_address,
                sent_before=exchange.sent_before,
                omitted=refused.omitted,
                remark=refused.remark,
                raw=refused.raw,
            )
        case _:
            return None


def value_of(operation: Operation, exchange: Exchange[T]) -> T:
    """Give the value of a success; raise the error that tells of anything else."""
    if isinstance(exchange.outcome, Succeeded):
        return exchange.outcome.value
    # Given no name: an error that its own traceback names would keep the whole answer until the collector runs.
    raise cast("SendcloudError", error_of(operation, exchange))


def read_answer(call: Call[T], answer: Answer, retry_after: float | None = None) -> Outcome[T]:
    """Read an answer.

    Any 2xx is a success: sources disagree on which one. Rules: UPSERT-STATUS, ERROR-ENVELOPE.
    """
    if not 200 <= answer.status < 300:
        missing_as_page = call.operation.missing_as_page
        body = read_error_body(answer.status, answer.content, missing_as_page=missing_as_page)
        return Refused(
            answer.status,
            body.errors,
            body.conflict,
            retry_after,
            unknown_address=body.unknown_address,
            omitted=body.omitted,
            remark=body.remark,
            raw=body.raw,
        )
    try:
        return Succeeded(answer.status, call.read(answer))
    except UnreadableResponse as error:
        return Unreadable(answer.status, _unreadable(call.operation, answer, error))
    except ContractError as error:
        return Unreadable(answer.status, without_frames(error))


def without_frames(error: ContractError) -> ContractError:
    """Part an error from the frames that it passed through: they lead to the whole answer, and to the error again."""
    error.__context__ = None
    return error.with_traceback(None)


def _unreadable(operation: Operation, answer: Answer, error: UnreadableResponse) -> ContractError:
    place = error.path or ("" if error.position is None else f"byte {error.position}")
    reason = f"{error.reason} at {place}." if place else f"{error.reason}."
    why = remark_on(answer.content) or reason
    return ContractError(
        f"The answer to {operation.name} (status {answer.status}) cannot be read. {why}",
        path=error.path,
        status=answer.status,
        raw=Unshown(answer.content),
    )
