"""A request and its answer as values, and how an answer is read; nothing here opens a socket."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal, TypeAlias, TypeVar, Union
from urllib.parse import quote, quote_plus

import msgspec

from sendcloud_orders_api.errors import UnreadableResponse
from sendcloud_orders_api.types import Request, decode

from .errors import ContractError, FieldError, SendcloudError, TransportError, status_error
from .errors import TimeoutError as SendcloudTimeoutError
from .pointers import parse_pointer

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Operation:
    """Name an operation as the spec does. `route` is the path's template, so that logs hold no id."""

    name: str
    method: Literal["GET", "POST", "PATCH", "DELETE"]
    route: str
    kind: Literal["read", "write"]


UPSERT = Operation("upsert_orders", "POST", "/orders", "write")
LIST = Operation("list_orders", "GET", "/orders", "read")
GET = Operation("get_order", "GET", "/orders/{id}", "read")
UPDATE = Operation("update_order", "PATCH", "/orders/{id}", "write")
DELETE = Operation("delete_order", "DELETE", "/orders/{id}", "write")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came.

    Header names are in lower case. `next_url` is the target of the link to the next page, and `link_problem` tells why
    the header with the links cannot be read.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    next_url: str | None = field(default=None, repr=False)
    link_problem: ContractError | None = field(default=None, repr=False)

    def decode(self, body_type: type[T]) -> T:
        """Read the body as JSON of this type. Raises `UnreadableResponse`."""
        content_type = self.headers.get("content-type", "")
        return decode(body_type, self.content, status_code=self.status, content_type=content_type)


@dataclass(frozen=True, slots=True)
class Call(Generic[T_co]):
    """A request, and how its success is read. `read` raises `UnreadableResponse` or `ContractError`."""

    operation: Operation
    request: Request = field(repr=False)
    read: Callable[[Answer], T_co] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Succeeded(Generic[T_co]):
    """The service answered with a success that can be read."""

    status: int
    value: T_co = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """The service answered with an error, or with a redirect, which is not followed.

    `conflict` tells that an earlier request on the same order is still in work; `retry_after` is in seconds.
    """

    status: int
    errors: tuple[FieldError, ...] = ()
    conflict: bool = False
    retry_after: float | None = None


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
    """Ask the driver to wait."""

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
            return kind(f"{operation.name}: {detail} ({attempts}).", sent=sent or exchange.sent_before)
        case Withheld(error=error):
            return error
        case Unreadable(problem=problem):
            return problem
        case Refused(status=status, errors=errors, conflict=conflict):
            return status_error(status, operation.name, errors, conflict=conflict, sent_before=exchange.sent_before)
        case _:
            return None


def value_of(operation: Operation, exchange: Exchange[T]) -> T:
    """Give the value of a success; raise the error that tells of anything else."""
    if isinstance(exchange.outcome, Succeeded):
        return exchange.outcome.value
    error = error_of(operation, exchange)
    assert error is not None
    raise error


def read_answer(call: Call[T], answer: Answer, retry_after: float | None = None, authorization: str = "") -> Outcome[T]:
    """Read an answer to a request that went out with this authorization.

    Any 2xx is a success: sources disagree on which one. Rules: UPSERT-STATUS, ERROR-ENVELOPE.
    """
    if not 200 <= answer.status < 300:
        errors = read_errors(answer.content)
        shown = without_quotations(errors, call.request, authorization)
        return Refused(answer.status, shown, is_conflict(answer.status, errors), retry_after)
    try:
        return Succeeded(answer.status, call.read(answer))
    except UnreadableResponse as error:
        place = error.path or ("" if error.position is None else f"byte {error.position}")
        where = f" at {place}" if place else ""
        problem = ContractError(
            f"The answer of {call.operation.name} (status {answer.status}) cannot be read: {error.reason}{where}.",
            path=error.path,
            status=answer.status,
        )
    except ContractError as error:
        problem = error
    return Unreadable(answer.status, problem)


# ---------------------------------------------------------------- error bodies

_NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_NAME = re.compile(r"[\w.\[\]-]{1,80}", re.ASCII)
_CONFLICT = re.compile("still processing", re.IGNORECASE)
_LONGEST = 500
_SHORTEST_SECRET = 4
_BLANK = "[...]"
# Texts that a message may well hold and that say nothing of a customer.
_OPEN_FIELDS = frozenset(("id", "order_id", "integration", "code", "currency", "unit", "type", "country_code"))


def read_errors(content: bytes) -> tuple[FieldError, ...]:
    """Read the body of an error as far as it can be read; one that is no JSON gives an empty tuple.

    Read are the documented envelope with a list or with a single error, `{"error": {...}}`, `{"message"}`, `{"detail"}`
    and OAuth's `{"error", "error_description"}`. Rules: ERROR-ENVELOPE, ERROR-CODES-OPEN.
    """
    try:
        body = msgspec.json.decode(content)
    except _NO_JSON:
        return ()
    return tuple(error for error in _entries(body) if error.message)


def is_conflict(status: int, errors: Iterable[FieldError]) -> bool:
    """Tell whether an earlier request on the same order is still in work.

    That is a 409, or a 400 that says so and names neither order nor field. Rule: UPSERT-CONFLICT.
    """
    if status != 400:
        return status == 409
    return any(error.index is None and not error.path and _CONFLICT.search(error.message) for error in errors)


def without_quotations(
    errors: tuple[FieldError, ...], request: Request, authorization: str = ""
) -> tuple[FieldError, ...]:
    """Blank out what the messages quote of the request: messages end up in logs, customers and keys must not."""
    if not errors:
        return errors
    asked = [value for name, value in request.params.items() if name not in _OPEN_FIELDS]
    texts = {spelling for value in asked for spelling in (value, quote(value, safe=""), quote_plus(value))}
    texts |= set(_credential_texts(authorization))
    try:
        texts |= set(_private_texts(msgspec.json.decode(request.content or b"null")))
    except _NO_JSON:  # the check was switched off, and the body may be anything
        return tuple(replace(error, message=_BLANK) for error in errors)
    told = "\n".join(error.message for error in errors).casefold()
    quoted = (text for text in texts if len(text) >= _SHORTEST_SECRET and text.casefold() in told)
    longest_first = sorted(quoted, key=len, reverse=True)
    quotations = re.compile("|".join(map(re.escape, longest_first)) or "(?!)", re.IGNORECASE)
    # Blanked before it is cut, or half a secret could be left at the end.
    return tuple(replace(error, message=quotations.sub(_BLANK, error.message)[:_LONGEST]) for error in errors)


def _entries(body: Any) -> Iterator[FieldError]:
    if isinstance(body, list):
        for entry in body:
            yield from _entries(entry)
    elif isinstance(body, str):
        yield FieldError(body)
    elif isinstance(body, dict):
        inner = body.get("errors", body.get("error"))
        if isinstance(inner, list | dict):
            yield from _entries(inner)
        else:
            yield _entry(body)


def _entry(body: dict[str, Any]) -> FieldError:
    source = body.get("source")
    source = source if isinstance(source, dict) else {}
    pointer = parse_pointer(source.get("pointer"))
    texts = (body.get(name) for name in ("detail", "title", "message", "error_description", "error", "code"))
    return FieldError(
        message=next((text for text in texts if isinstance(text, str) and text), ""),
        path=pointer.path,
        code=_name(body.get("code", body.get("error"))),
        index=pointer.index,
        parameter=_name(source.get("parameter")),
        header=_name(source.get("header")),
    )


def _name(value: object) -> str | None:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else None


def _credential_texts(authorization: str) -> Iterator[str]:
    scheme, _, credential = authorization.partition(" ")
    yield credential
    if scheme == "Basic":
        with suppress(ValueError):
            yield from b64decode(credential).decode().split(":", 1)


def _private_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _private_texts(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if not (isinstance(item, str) and name in _OPEN_FIELDS):
                yield from _private_texts(item)
