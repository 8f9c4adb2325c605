"""Everything that this package raises.

    SendcloudError
    ├── ConfigurationError        a setting is missing or wrong (a ValueError as well); nothing was sent
    ├── InvalidRequest            what the caller passed cannot be sent (a ValueError as well); nothing was sent
    │   └── InvalidOrders         ... because of some orders, each named by position, key and field
    ├── TransportError            no answer came; `sent` says whether the request may have arrived
    │   └── TimeoutError          ... in time
    ├── APIStatusError            the service answered with an error
    │   ├── BadRequestError           400 and 422
    │   ├── AuthenticationError       401
    │   ├── PermissionDeniedError     403
    │   ├── NotFoundError             404
    │   ├── ConflictError             409, and the conflict that hides in a 400
    │   ├── RateLimitError            429
    │   └── ServerError               5xx, also codes that no standard lists
    ├── ContractError             an answer that breaks the contract: unreadable, or not what was asked
    ├── NotYetAvailable           wait_until_available ran out of time
    ├── UpdateNotApplied          the read-back of an update shows other values
    └── IncompleteUpsert          an upsert that did not end with every order accepted; has a report
        └── BatchRejected         ... because the service or the check refused some orders

All of them pickle. None holds a credential or a customer's data: where the service quotes what was sent, the quotation
is blanked out.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .pointers import FieldPath, spell_path

if TYPE_CHECKING:
    from .identity import OrderKey, SendcloudId
    from .report import Rejected, UpsertReport

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class FieldError:
    """Say what is wrong with one field, or with the whole when the path is empty.

    `index` counts from 0 within the request that was refused; in a report the position stands beside the errors
    instead. Rule: ERROR-POINTER.
    """

    message: str
    path: FieldPath = ()
    code: str | None = None
    index: int | None = None
    parameter: str | None = None
    header: str | None = None

    @property
    def field(self) -> str:
        """Spell the path as a person does: `order_details.order_items[0].quantity`."""
        return spell_path(self.path)

    def __str__(self) -> str:
        where = self.field
        if self.parameter or self.header:
            where = f"filter {self.parameter}" if self.parameter else f"header {self.header}"
        return f"{where}: {self.message}" if where else self.message


class SendcloudError(Exception):
    """Be caught where any trouble of this package is to be handled alike.

    `report` is set when an upsert was under way: what had become of each order by then.
    """

    report: UpsertReport | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[SendcloudError], args: tuple[Any, ...], state: dict[str, Any]) -> SendcloudError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigurationError(SendcloudError, ValueError):
    """Tell that a setting is missing or wrong. Nothing was sent."""


class InvalidRequest(SendcloudError, ValueError):
    """Tell that what the caller passed cannot be sent; `errors` names the fields, where fields are at fault."""

    def __init__(self, message: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.errors: tuple[FieldError, ...] = tuple(errors)

    def __str__(self) -> str:
        return "; ".join([str(self.args[0]), *map(str, self.errors[:_SHOWN])])


class InvalidOrders(InvalidRequest):
    """Tell which orders cannot be sent, and why.

    `failures` holds one `Rejected` an order; `report` says what became of the others.
    """

    def __init__(self, message: str, failures: Sequence[Rejected] = (), report: UpsertReport | None = None) -> None:
        super().__init__(message)
        self.failures: tuple[Rejected, ...] = tuple(failures)
        self.report = report

    def __str__(self) -> str:
        return _listed(str(self.args[0]), self.failures)


class TransportError(SendcloudError):
    """Tell that no answer came.

    `sent` is False when the request certainly never left, True when it may have arrived and been carried out.
    """

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class TimeoutError(TransportError, builtins.TimeoutError):
    """Tell that no answer came in time."""


class APIStatusError(SendcloudError):
    """Tell that the service answered with an error.

    `status` is the HTTP status, `errors` what the body says, `operation` the operation's name in the spec.
    `sent_before` is True when an earlier attempt of the same request may have been carried out. Rule: ERROR-ENVELOPE.
    """

    def __init__(
        self, status: int, operation: str, errors: Sequence[FieldError] = (), *, sent_before: bool = False
    ) -> None:
        super().__init__(status, operation)
        self.status = status
        self.operation = operation
        self.errors: tuple[FieldError, ...] = tuple(errors)
        self.sent_before = sent_before

    def __str__(self) -> str:
        said = "; ".join(str(error) for error in self.errors[:_SHOWN]) or "no readable error body"
        more = f"; and {len(self.errors) - _SHOWN} more" if len(self.errors) > _SHOWN else ""
        hint = f" {self._hint}" if self._hint else ""
        return f"{self.operation} was answered with {self.status}: {said}{more}.{hint}".replace("..", ".")

    @property
    def _hint(self) -> str:
        if 300 <= self.status < 400:
            return "Redirects are not followed: check the base URL."
        return _HINTS.get(self.status, "")


_HINTS = {
    401: "Check the public and the secret key, and whether the integration wants OAuth2.",
    403: "The credentials lack a permission or scope.",
    429: "The rate limit was still exceeded after the last attempt.",
}


class BadRequestError(APIStatusError):
    """Tell that the service refused what was sent (400, 422)."""


class AuthenticationError(APIStatusError):
    """Tell that the service refused the credentials (401). Rule: AUTH-REFUSED."""


class PermissionDeniedError(APIStatusError):
    """Tell that the credentials do not allow this (403)."""


class NotFoundError(APIStatusError):
    """Tell that there is no such order, or no such cursor (404). Rule: GET-MISSING."""


class ConflictError(APIStatusError):
    """Tell that an earlier request on the same order was still in work after the last attempt.

    Rule: UPSERT-CONFLICT.
    """


class RateLimitError(APIStatusError):
    """Tell that the limit was still exceeded after the last attempt (429). Rule: RATE-LIMIT."""


class ServerError(APIStatusError):
    """Tell that the service failed (5xx); whether it carried the request out is not known."""


class ContractError(SendcloudError):
    """Tell that an answer breaks the contract: it cannot be read, or is not what was asked for.

    `path` names the place of the trouble in the body, `positions` the rows of a list that could not be read,
    `next_cursor` where a listing can go on. Rule: READ-TOLERANT.
    """

    def __init__(
        self,
        message: str,
        *,
        path: str = "",
        status: int | None = None,
        positions: Sequence[int] = (),
        next_cursor: str | None = None,
    ) -> None:
        super().__init__(message)
        self.path = path
        self.status = status
        self.positions: tuple[int, ...] = tuple(positions)
        self.next_cursor = next_cursor


class NotYetAvailable(SendcloudError, builtins.TimeoutError):
    """Tell which orders could not be read back in time; they were accepted and may still appear. Rule: UPSERT-ASYNC."""

    def __init__(self, missing: Sequence[SendcloudId], waited: float) -> None:
        super().__init__(missing, waited)
        self.missing: tuple[SendcloudId, ...] = tuple(missing)
        self.waited = waited

    def __str__(self) -> str:
        shown = ", ".join(str(one) for one in self.missing[:_SHOWN])
        more = " ..." if len(self.missing) > _SHOWN else ""
        return f"{len(self.missing)} orders could not be read back within {self.waited:.1f} s: {shown}{more}"


class UpdateNotApplied(SendcloudError):
    """Tell which fields an accepted update did not change, as far as the read-back shows. Rule: PATCH-RESULT."""

    def __init__(self, id: SendcloudId, paths: Sequence[FieldPath]) -> None:
        super().__init__(id, paths)
        self.id = id
        self.paths: tuple[FieldPath, ...] = tuple(paths)

    def __str__(self) -> str:
        fields = ", ".join(spell_path(path) for path in self.paths[:_SHOWN])
        return f"Order {self.id}: the update was accepted, but reading it back shows other values in {fields}."


class IncompleteUpsert(SendcloudError):
    """Tell that an upsert did not end with every order accepted; `report` says what became of each."""

    report: UpsertReport

    def __init__(self, message: str, report: UpsertReport) -> None:
        super().__init__(message)
        self.report = report


class BatchRejected(IncompleteUpsert):
    """Tell which orders the service or the check refused. Rule: UPSERT-ATOMIC."""

    @property
    def failures(self) -> Sequence[Rejected]:
        """Name each refused order with its position, key and errors."""
        return self.report.rejected

    def __str__(self) -> str:
        return _listed(str(self.args[0]), self.failures)


def status_error(
    status: int, operation: str, errors: Sequence[FieldError], *, conflict: bool = False, sent_before: bool = False
) -> APIStatusError:
    """Pick the class that a status belongs to. Rule: ERROR-CODES-OPEN."""
    if conflict:
        kind: type[APIStatusError] = ConflictError
    elif status >= 500:
        kind = ServerError
    else:
        kind = _FAMILIES.get(status, APIStatusError)
    return kind(status, operation, errors, sent_before=sent_before)


_FAMILIES: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: BadRequestError,
    429: RateLimitError,
}


def _listed(headline: str, failures: Sequence[Rejected]) -> str:
    guilty = [failure for failure in failures if failure.errors] or list(failures)
    lines = [headline, *(f"  {failure}" for failure in guilty[:_SHOWN])]
    if len(guilty) > _SHOWN:
        lines.append(f"  and {len(guilty) - _SHOWN} more")
    innocent = len(failures) - len(guilty)
    if innocent:
        lines.append(
            f'  {innocent} more shared a batch with these: send them again, or upsert(…, on_rejected="isolate")'
        )
    return "\n".join(lines)


def named(position: int, key: OrderKey | None) -> str:
    """Name an order in a message: where it stood in the input, and its key when that could be read."""
    return f"position {position} ({key})" if key else f"position {position}"
