"""Everything that this package raises.

    SendcloudError
    ├── ConfigurationError        a setting is missing or wrong (a ValueError as well); no order was touched
    ├── InvalidRequest            what the caller passed cannot be sent (a ValueError as well); nothing was sent
    │   └── InvalidOrders         ... because of some orders, each named by position, key and field
    ├── TransportError            no answer came; `sent` says whether the request may have arrived
    │   └── TimeoutError          ... in time
    ├── APIStatusError            the service answered with an error
    │   ├── BadRequestError           400 and 422
    │   ├── AuthenticationError       401
    │   ├── PermissionDeniedError     403
    │   ├── NotFoundError             404 of the service: no such order or cursor
    │   ├── UnknownAddressError       404 of anything else: a wrong base URL (a ConfigurationError as well)
    │   ├── ConflictError             409, and the conflict that hides in a 400
    │   ├── RateLimitError            429
    │   └── ServerError               5xx, also codes that no standard lists
    ├── ContractError             an answer that breaks the contract: unreadable, or not what was asked
    ├── NotYetAvailable           wait_until_available ran out of time
    ├── UpdateNotApplied          the read-back of an update shows other values
    ├── LabelError                a label that may have been paid for is not in your hands as it should be
    │   ├── LabelMayExist             no usable answer came: whether there is a label is not known
    │   ├── LabelUnreadable           there is a shipment, and its label cannot be read from the answer
    │   └── LabelNotSaved             the label is here, on the error, and could not be written to its file
    ├── IncompleteLabels          a run of labels that did not end with a shipment for every order; has a label_report
    └── IncompleteUpsert          an upsert that did not end with every order accepted; has a report
        └── BatchRejected         ... because the service or the check refused some orders

All of them pickle and can be copied. Of an answer's words they show those that are known to be the service's, and
`[...]` in place of the rest, in `str`, `repr`, `vars` and pickles; so none tells a credential or a customer's data that
came back in an answer. `raw` gives the answer's own words to those who ask for them.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeVar

from .plural import counted
from .pointers import FieldPath, spell_path
from .wordings import BLANK

if TYPE_CHECKING:
    from .identity import OrderKey, OrderNumber, SendcloudId
    from .label_report import LabelReport
    from .labels import Label
    from .report import Rejected, UpsertReport

_SHOWN = 10
_LONGEST_MESSAGE = 2000
_LONGEST_PART = 500
_LONGEST_RAW = 2**16


def cut(text: str, longest: int = _LONGEST_MESSAGE) -> str:
    """Cut a text that is too long for a message."""
    return text if len(text) <= longest else f"{text[:longest]}…"


T = TypeVar("T")


class Unshown:
    """Bytes that are given on request only: `repr` hides them and a pickle leaves them out.

    Of an answer 64 KiB are kept.
    """

    __slots__ = ("_content",)

    def __init__(self, content: bytes = b"") -> None:
        self._content = content[:_LONGEST_RAW]

    @property
    def text(self) -> str:
        """Give the bytes as text."""
        return self._content.decode(errors="replace")

    def __repr__(self) -> str:
        return "<not shown>"

    def __copy__(self) -> Unshown:
        return self

    def __deepcopy__(self, memo: object) -> Unshown:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _nothing, ()


_NOTHING = Unshown()


def _nothing() -> Unshown:
    return _NOTHING


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field, or with the whole when `path` is empty.

    `index` counts from 0 within the request that was refused; in a report the position stands beside the errors
    instead. What is not known to be the service's own word is `[...]`, in `message`, `path`, `code`, `parameter` and
    `header` alike. `hint` says in our own words what would do. Rules: ERROR-POINTER, ERROR-CODES-OPEN.
    """

    message: str
    path: FieldPath = ()
    code: str | None = None
    index: int | None = None
    parameter: str | None = None
    header: str | None = None
    hint: str = ""

    @property
    def field(self) -> str:
        """Spell the path as a person does: `order_details.order_items[0].quantity`."""
        return spell_path(self.path)

    def __str__(self) -> str:
        where = self.field
        if self.parameter or self.header:
            where = f"filter {self.parameter}" if self.parameter else f"header {self.header}"
        said = cut(self.message, _LONGEST_PART)
        if said == BLANK and self.code not in (None, BLANK):
            said = f"{BLANK} (code {self.code})"
        if self.hint:
            said = f"{said.removesuffix('.')} ({cut(self.hint, _LONGEST_PART)})"
        return f"{cut(where, _LONGEST_PART)}: {said}" if where else said


class SendcloudError(Exception):
    """Any error of this package.

    `report` is set when an upsert was under way, and `label_report` when labels were being made: what had become of
    each order by then.
    """

    report: UpsertReport | None = None
    label_report: LabelReport | None = None

    def __init__(self, *args: object, raw: Unshown = _NOTHING) -> None:
        super().__init__(*map(_showable, args))
        if not issubclass(type(raw), Unshown):
            raise InvalidRequest("raw should be the content of an answer: leave it out.")
        self._raw = raw

    @property
    def raw(self) -> str:
        """Give the body of the answer behind the error, as far as 64 KiB; "" where there is none.

        It may quote what was sent, credentials and customers included, so it stands in no `str`, `repr`, log or pickle.
        Show it to yourself, and think before you write it down.
        """
        return self._raw.text

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.args, self.__dict__)


def _showable(arg: object) -> object:
    """Keep what a message can show; of other objects nobody knows what their `repr` does or tells."""
    kind = type(arg)
    if issubclass(kind, str):
        return cut(str.__str__(arg))
    return arg if issubclass(kind, int | float | tuple | list | NoneType) else f"<{kind.__name__}>"


def _number(name: str, value: object) -> None:
    if not issubclass(type(value), int | float):
        raise InvalidRequest(f"{name} should be a number.")


def _tuple_of(name: str, values: Iterable[T], kind: type) -> tuple[T, ...]:
    """Keep what an error is made with. Raises `InvalidRequest` for another kind, which no message could tell of."""
    problem: Exception | None = None
    try:
        kept = tuple(values)
        if all(isinstance(value, kind) for value in kept):
            return kept
    except Exception as error:
        problem = error
    raise InvalidRequest(f"{name} should be a sequence whose items are of type {kind.__name__}.") from problem


def _restored(kind: type[SendcloudError], args: tuple[Any, ...], state: dict[str, Any]) -> SendcloudError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigurationError(SendcloudError, ValueError):
    """A setting is missing or wrong. No order was touched."""


class InvalidRequest(SendcloudError, ValueError):
    """What the caller passed cannot be sent; `errors` names the fields, where fields are at fault."""

    errors: tuple[FieldError, ...]

    def __init__(self, message: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.errors = _tuple_of("errors", errors, FieldError)

    def __str__(self) -> str:
        headline = str(self.args[0])
        return f"{headline.removesuffix('.')}: {sentence(joined(self.errors))}" if self.errors else headline


class InvalidOrders(InvalidRequest):
    """Orders that cannot be sent, and why.

    `failures` holds one `Rejected` an order; `report` says what became of the others.
    """

    failures: tuple[Rejected, ...]

    def __init__(self, message: str, failures: Sequence[Rejected] = (), report: UpsertReport | None = None) -> None:
        super().__init__(message)
        self.failures = _tuple_of("failures", failures, object)
        self.report = report

    def __str__(self) -> str:
        return _listed(str(self.args[0]), self.failures)


class TransportError(SendcloudError):
    """No answer came.

    `sent` is False when the request certainly never left, True when it may have arrived and been carried out.
    """

    sent: bool

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class TimeoutError(TransportError, builtins.TimeoutError):
    """No answer came in time."""


class APIStatusError(SendcloudError):
    """The service answered with an error.

    `status` is the HTTP status, `operation` the operation's name in the spec, `errors` what the body says, and
    `omitted` counts the errors that were too many to be kept. `remark` says what is odd about the body. `sent_before`
    is True when an earlier attempt of the same request may have been carried out. Rule: ERROR-ENVELOPE.
    """

    status: int
    operation: str
    errors: tuple[FieldError, ...]
    sent_before: bool
    omitted: int
    remark: str

    def __init__(
        self,
        status: int,
        operation: str,
        errors: Sequence[FieldError] = (),
        *,
        sent_before: bool = False,
        omitted: int = 0,
        remark: str = "",
        raw: Unshown = _NOTHING,
    ) -> None:
        super().__init__(status, operation, raw=raw)
        _number("status", status)
        self.status = status
        self.operation = operation
        self.errors = _tuple_of("errors", errors, FieldError)
        self.sent_before = sent_before
        self.omitted = omitted
        self.remark = remark
        # Kept apart from the words themselves, so that an error says the same after a pickle, which drops them.
        self._is_whole = not raw.text or (bool(self.errors) and BLANK not in repr(self.errors))

    def __str__(self) -> str:
        who = "The token endpoint answered" if self.operation == "token" else f"The service answered {self.operation}"
        said = f": {joined(self.errors, self.omitted)}" if self.errors else ""
        in_full = "" if self._is_whole else "The answer's own words are in `raw` (which no pickle holds)."
        sentences = (sentence(f"{who} with {self.status}{said}"), self.remark, self._hint, in_full)
        return " ".join(filter(None, sentences))

    @property
    def _hint(self) -> str:
        if 300 <= self.status < 400:
            return "Redirects are not followed: check the base URL."
        if self.operation == "token":
            return _TOKEN_HINTS.get(self.status, "")
        return _OPERATION_HINTS.get((self.operation, self.status)) or _HINTS.get(self.status, "")


_HINTS = {
    401: "Check the public and the secret key, and whether the integration wants OAuth2.",
    403: "The credentials lack a permission or scope.",
    429: "The rate limit was still exceeded after the last attempt.",
}
_NOTHING_TO_SHIP = (
    "By the page that is not found the service means the order: its integration has none of this id or number, or not "
    "yet. A fresh order may take seconds to be stored: wait_until_available waits for that."
)

_LABELS_FORBIDDEN = "The credentials lack a permission or scope: labels need write:parcel."
_INTEGRATIONS_FORBIDDEN = "The credentials lack a permission or scope: integrations need read:integration."
_OPERATION_HINTS = {
    ("create_label", 404): _NOTHING_TO_SHIP,
    ("create_labels", 404): _NOTHING_TO_SHIP,
    ("create_label", 403): _LABELS_FORBIDDEN,
    ("create_labels", 403): _LABELS_FORBIDDEN,
    ("list_integrations", 403): _INTEGRATIONS_FORBIDDEN,
    ("get_integration", 403): _INTEGRATIONS_FORBIDDEN,
    ("get_integration", 404): "integrations() lists those of the account.",
}
_TOKEN_HINTS = {
    400: "Check SENDCLOUD_CLIENT_ID and SENDCLOUD_CLIENT_SECRET.",
    401: "Check SENDCLOUD_CLIENT_ID and SENDCLOUD_CLIENT_SECRET.",
    403: "Check SENDCLOUD_CLIENT_ID and SENDCLOUD_CLIENT_SECRET.",
    404: "Check the token URL.",
    405: "Check the token URL.",
}


class BadRequestError(APIStatusError):
    """The service refused what was sent (400, 422)."""


class AuthenticationError(APIStatusError):
    """The service refused the credentials (401). Rule: AUTH-REFUSED."""


class PermissionDeniedError(APIStatusError):
    """The credentials do not allow this (403)."""


class NotFoundError(APIStatusError):
    """There is no such order, integration or cursor: a 404 of the service's own form. Rule: GET-MISSING."""


class UnknownAddressError(APIStatusError, ConfigurationError):
    """The server knows no such address (404), which tells nothing of any order: the base URL is wrong.

    Rule: GET-MISSING.
    """

    @property
    def _hint(self) -> str:
        return "The server knows no such address: does the base URL end with /api/v3?"


class ConflictError(APIStatusError):
    """An earlier request on the same order was still being processed after the last attempt.

    Rule: UPSERT-CONFLICT.
    """


class RateLimitError(APIStatusError):
    """The rate limit was still exceeded after the last attempt (429). Rule: RATE-LIMIT."""


class ServerError(APIStatusError):
    """The service failed (5xx); whether it carried the request out is not known."""


class ContractError(SendcloudError):
    """An answer that breaks the contract: it cannot be read, or is not what was asked for.

    `path` names the place of the trouble in the body, `positions` the rows of a list that could not be read,
    `next_cursor` where a listing can go on. Rule: READ-TOLERANT.
    """

    path: str
    status: int | None
    positions: tuple[int, ...]
    next_cursor: str | None

    def __init__(
        self,
        message: str,
        *,
        path: str = "",
        status: int | None = None,
        positions: Sequence[int] = (),
        next_cursor: str | None = None,
        raw: Unshown = _NOTHING,
    ) -> None:
        super().__init__(message, raw=raw)
        self.path = path
        self.status = status
        self.positions = _tuple_of("positions", positions, int)
        self.next_cursor = next_cursor


class NotYetAvailable(SendcloudError, builtins.TimeoutError):
    """Orders that could not be read back in time; they were accepted and may still appear. Rule: UPSERT-ASYNC."""

    missing: tuple[SendcloudId, ...]
    waited: float

    def __init__(self, missing: Sequence[SendcloudId], waited: float) -> None:
        super().__init__(missing, waited)
        _number("waited", waited)
        self.missing = _tuple_of("missing", missing, int)
        self.waited = waited

    def __str__(self) -> str:
        shown = ", ".join(str(one) for one in self.missing[:_SHOWN])
        more = " ..." if len(self.missing) > _SHOWN else ""
        return (
            f"{counted(len(self.missing), 'order')} could not be read back within {self.waited:.1f} s: {shown}{more}."
        )


class UpdateNotApplied(SendcloudError):
    """Fields that an accepted update did not change, as far as the read-back shows. Rule: PATCH-RESULT."""

    id: SendcloudId
    paths: tuple[FieldPath, ...]

    def __init__(self, id: SendcloudId, paths: Sequence[FieldPath]) -> None:
        super().__init__(id)  # the paths may hold keys of the caller's own, which a repr should not show
        self.id = id
        self.paths = _tuple_of("paths", paths, tuple)

    def __str__(self) -> str:
        fields = ", ".join(cut(spell_path(path), _LONGEST_PART) for path in self.paths[:_SHOWN])
        fields += " ..." if len(self.paths) > _SHOWN else ""
        return f"Order {self.id}: the update was accepted, but reading it back shows other values in {fields}."


class LabelError(SendcloudError):
    """A label that may have been paid for is not in your hands as it should be.

    `key` names the order. `shipment_id` and `parcel_id` are those that the answer told of, where it did; a shipment
    can be looked at in the panel, and its label be read again from there or by GET /shipments/{id}, which this package
    does not cover. `label` is the label, where it could be read. To ask for it again may cost a second one.
    Rule: LABEL-ONCE.
    """

    key: OrderKey | OrderNumber
    shipment_id: str | None
    parcel_id: int | None
    label: Label | None

    def __init__(
        self,
        message: str,
        key: OrderKey | OrderNumber,
        *,
        shipment_id: str | None = None,
        parcel_id: int | None = None,
        label: Label | None = None,
    ) -> None:
        super().__init__(message)
        self.key = key
        self.shipment_id = shipment_id
        self.parcel_id = parcel_id
        self.label = label


class LabelMayExist(LabelError):
    """No usable answer came to the request for a label: it may have been made, and was not asked for again."""


class LabelUnreadable(LabelError):
    """The shipment was made, but the answer holds no label, or a damaged one; it can be read from the shipment."""


class LabelNotSaved(LabelError):
    """The label was made, and could not be written to its file; `label` is the label."""


class IncompleteLabels(SendcloudError):
    """A run of labels that did not end with a shipment for every order; `label_report` says what became of each."""

    label_report: LabelReport
    """What became of each order."""

    def __init__(self, message: str, label_report: LabelReport) -> None:
        super().__init__(message)
        self.label_report = label_report

    def __str__(self) -> str:
        return f"{self.args[0]}\n{self.label_report}"


class IncompleteUpsert(SendcloudError):
    """An upsert that did not end with every order accepted; `report` says what became of each."""

    report: UpsertReport
    """What became of each order."""

    def __init__(self, message: str, report: UpsertReport) -> None:
        super().__init__(message)
        self.report = report


class BatchRejected(IncompleteUpsert):
    """Orders that the service or the check refused. Rule: UPSERT-ATOMIC."""

    @property
    def failures(self) -> Sequence[Rejected]:
        """Name each refused order with its position, key and errors."""
        return self.report.rejected

    def __str__(self) -> str:
        return _listed(str(self.args[0]), self.failures)


def status_error(
    status: int,
    operation: str,
    errors: Sequence[FieldError],
    *,
    conflict: bool = False,
    unknown_address: bool = False,
    sent_before: bool = False,
    omitted: int = 0,
    remark: str = "",
    raw: Unshown = _NOTHING,
) -> APIStatusError:
    """Pick the class that a status belongs to. Rules: ERROR-CODES-OPEN, GET-MISSING."""
    if conflict:
        kind: type[APIStatusError] = ConflictError
    elif unknown_address:
        kind = UnknownAddressError
    elif status >= 500:
        kind = ServerError
    else:
        kind = _FAMILIES.get(status, APIStatusError)
    return kind(status, operation, errors, sent_before=sent_before, omitted=omitted, remark=remark, raw=raw)


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
    lines = [headline, *(cut(f"  {failure}") for failure in guilty[:_SHOWN])]
    if len(guilty) > _SHOWN:
        lines.append(f"  and {len(guilty) - _SHOWN} more")
    innocent = len(failures) - len(guilty)
    if innocent:
        lines.append(
            f'  {innocent} more shared a batch with these: send them again, or upsert(…, on_rejected="isolate")'
        )
    return "\n".join(lines)


def joined(errors: Sequence[FieldError], omitted: int = 0) -> str:
    """Name the first few errors in one line, and count the rest."""
    shown = [str(error) for error in errors[:_SHOWN]]
    more = len(errors) - len(shown) + omitted
    return "; ".join([*shown, *([f"and {more} more"] if more else [])])


def sentence(text: str) -> str:
    """End a text with a full stop; words that end a sentence themselves stay as they are."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def named(position: int, key: OrderKey | OrderNumber | None) -> str:
    """Name an order in a message: where it stood in the input, and its key when that could be read."""
    return f"position {position} ({cut(str(key), _LONGEST_PART)})" if key else f"position {position}"
