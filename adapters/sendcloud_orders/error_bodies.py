"""Read the body of an error as far as it can be read, and keep of it what is known to be the service's.

What an answer says ends up in logs, tickets and reports, and an answer may quote whatever was sent: a customer, a key.
So the words of an answer pass through `wordings`, which knows what the service says, before anything else sees them;
`raw` holds all of them for whoever asks. The decoder passes over the body once a level, a bounded number of errors and
a bounded number of characters of each are looked at, and no text is searched for another: the cost is linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import msgspec

from .errors import FieldError, Unshown
from .pointers import parse_pointer
from .vocabulary import vocabulary
from .wordings import BLANK, LONGEST_WORDING, known_code, known_words

MOST_ERRORS = 1000
"""Errors of one body that are read: ten for each order of a full batch. The others are counted."""

MOST_WORDINGS = 200
"""Different messages of one body that are looked up; no service has as many, and the others are blanked."""

LONGEST_BODY = 4 * 2**20
"""Bytes of a body that is read at all; no list of errors is as long."""

_CONFLICT = re.compile("still processing", re.IGNORECASE)
_NO_SUCH_PAGE = re.compile(r"(?:\b|_)(?:page|route|url|path|endpoint)(?:\b|_)", re.IGNORECASE)
_SCALAR = re.compile(rb"\s*(?:-?[0-9][0-9.eE+-]*|true|false|null)\s*")
_STATUS = re.compile(rb'"?([1-9][0-9]{2})"?')
_NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

Form: TypeAlias = Literal["envelope", "v2", "json", "html", "xml", "text", "empty", "too long"]
"""What a body is: the service's envelope of errors, an error or answer of the v2 API, other JSON, or no JSON at all."""

_STRANGER = "a proxy or a wrong base URL may have answered"
_REMARKS: dict[Form, str] = {
    "v2": "The answer has the form of the v2 API: the base URL should end with /api/v3.",
    "html": f"The answer is HTML, not JSON: {_STRANGER}.",
    "xml": f"The answer is XML, not JSON: {_STRANGER}.",
    "text": f"The answer is plain text, not JSON: {_STRANGER}.",
    "empty": "The answer is empty.",
    "too long": f"The answer is longer than {LONGEST_BODY} bytes and was not read.",
}


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What the body of an error says.

    `omitted` counts the errors beyond `MOST_ERRORS`. `conflict` tells that an earlier request on the same order is
    still being processed, `unknown_address` that the server knows no such address, whatever became of the order.
    `remark` says what is odd about the body, in our own words. `statuses` are those that the errors themselves give.
    """

    form: Form
    errors: tuple[FieldError, ...] = ()
    omitted: int = 0
    conflict: bool = False
    unknown_address: bool = False
    remark: str = ""
    raw: Unshown = field(default_factory=Unshown, compare=False)
    statuses: tuple[int | None, ...] = ()


def read_error_body(status: int, content: bytes, *, missing_as_page: bool = False) -> ErrorBody:
    """Read the body of an error; any bytes will do.

    Read are the documented envelope with a list or with a single error, `{"error": {...}}`, `{"message"}`, `{"detail"}`
    and OAuth's `{"error", "error_description"}`.

    A conflict is a 409, or a 400 that says so and names neither order nor field. A 404 says that an order is gone only
    in the service's envelope, in whatever words; one in another form, or of a page or a route, comes from a server that
    knows no such address. With `missing_as_page` the service says of an order, too, that there is no such page.
    Rules: ERROR-ENVELOPE, ERROR-CODES-OPEN, UPSERT-CONFLICT, GET-MISSING.
    """
    form, top = _open(content)
    entries, omitted = _read_entries(top)
    words = _Words()
    errors = tuple(words.error(entry) for entry in entries)
    no_page = not missing_as_page and any(map(_tells_no_page, entries))
    return ErrorBody(
        form,
        errors,
        omitted,
        conflict=status == 409 or (status == 400 and any(map(_tells_conflict, entries))),
        unknown_address=status == 404 and (form != "envelope" or not errors or no_page),
        remark=_REMARKS.get(form, ""),
        raw=Unshown(content),
        statuses=tuple(entry.status for entry in entries),
    )


def remark_on(content: bytes) -> str:
    """Say in our own words what is odd about a success that cannot be read; "" when it is JSON, as it should be."""
    form, _ = _open(content)
    return "" if form == "too long" else _REMARKS.get(form, "")


def _open(content: bytes) -> tuple[Form, _Level]:
    """Tell what a body is by its first bytes and, if it is JSON, by the names at its top; give the top as well."""
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:64]
    if start.startswith(b"<"):
        return "xml" if start.startswith(b"<?xml") else "html", None
    if not start.startswith((b"{", b"[", b'"')):
        return "empty" if not start else "json" if _SCALAR.fullmatch(start) else "text", None
    if len(content) > LONGEST_BODY:
        return "too long", None
    top = _level(content)
    if not isinstance(top, _Entry):
        return "json", top
    if _nests(top.errors):
        return "envelope", top
    return "v2" if _is_of_v2(top) else "json", top


def _is_of_v2(top: _Entry) -> bool:
    """Tell a body of the v2 API: it wraps an error as `{"error": {"code", "message", "request"}}`, a parcel by name."""
    if top.parcel or top.parcels:
        return True
    error = _level(top.error)
    return isinstance(error, _Entry) and bool(error.message and (error.request or error.code))


# ---------------------------------------------------------------- levels of a body
# Everything below a level is left as it is, and so are the names that nobody asks for.

_ABSENT = msgspec.Raw(b"")


class _Entry(msgspec.Struct):
    """An object that says something: the top of a body, or one error of it."""

    errors: msgspec.Raw = _ABSENT
    error: msgspec.Raw = _ABSENT
    detail: msgspec.Raw = _ABSENT
    title: msgspec.Raw = _ABSENT
    message: msgspec.Raw = _ABSENT
    error_description: msgspec.Raw = _ABSENT
    code: msgspec.Raw = _ABSENT
    source: msgspec.Raw = _ABSENT
    request: msgspec.Raw = _ABSENT
    status: msgspec.Raw = _ABSENT
    parcel: msgspec.Raw = _ABSENT
    parcels: msgspec.Raw = _ABSENT


class _Source(msgspec.Struct):
    pointer: msgspec.Raw = _ABSENT
    parameter: msgspec.Raw = _ABSENT
    header: msgspec.Raw = _ABSENT


_Level: TypeAlias = _Entry | list[msgspec.Raw] | str | None
_LEVEL: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_Entry | list[msgspec.Raw] | str | None)
_SOURCE = msgspec.json.Decoder(_Source)
_TEXT = msgspec.json.Decoder(str)


def _level(raw: msgspec.Raw | bytes) -> _Level:
    try:
        level: _Level = _LEVEL.decode(raw)
    except _NO_JSON:
        return None
    return level


def _nests(raw: msgspec.Raw) -> bool:
    return bytes(memoryview(raw)[:1]) in (b"[", b"{")


def _text(raw: msgspec.Raw) -> str:
    """Give a text, cut to what is ever looked at; "" for anything else."""
    try:
        return _TEXT.decode(raw)[: LONGEST_WORDING + 1]
    except _NO_JSON:
        return ""


def _status(raw: msgspec.Raw) -> int | None:
    """Read the status of an error, which is a number in one answer and a text in the next."""
    digits = _STATUS.fullmatch(bytes(memoryview(raw)[:8]))
    return int(digits[1]) if digits else None


def _source(raw: msgspec.Raw) -> _Source:
    try:
        return _SOURCE.decode(raw)
    except _NO_JSON:
        return _Source()


@dataclass(frozen=True, slots=True)
class _Said:
    """One error as the body has it, cut: nothing of it is known to be the service's yet."""

    texts: tuple[str, ...]
    code: str = ""
    pointer: str = ""
    parameter: str = ""
    header: str = ""
    status: int | None = None


def _read_entries(top: _Level) -> tuple[list[_Said], int]:
    """List the errors of a body, and count those that are too many."""
    if isinstance(top, _Entry):
        inner = top.errors or top.error
        top = _level(inner) if _nests(inner) else top
    if not isinstance(top, list):
        return [said for said in [_said(top)] if said], 0
    read = (_said(_level(one)) for one in top[:MOST_ERRORS])
    return [said for said in read if said], max(0, len(top) - MOST_ERRORS)


def _said(entry: _Level) -> _Said | None:
    if isinstance(entry, str):
        return _Said((entry[: LONGEST_WORDING + 1],)) if entry else None
    if not isinstance(entry, _Entry):
        return None
    texts = map(_text, (entry.detail, entry.title, entry.message, entry.error_description))
    code, error = _text(entry.code), _text(entry.error)
    said = tuple(filter(None, texts)) or tuple(filter(None, (error, code)))
    if not said:
        return None
    source = _source(entry.source)
    pointer, parameter, header = map(_text, (source.pointer, source.parameter, source.header))
    return _Said(said, code or error, pointer, parameter, header, _status(entry.status))


def _tells_conflict(said: _Said) -> bool:
    pointer = parse_pointer(said.pointer)
    return pointer.index is None and not pointer.path and _CONFLICT.search(said.texts[0]) is not None


def _tells_no_page(said: _Said) -> bool:
    return any(_NO_SUCH_PAGE.search(text) for text in (*said.texts, said.code))


# ---------------------------------------------------------------- what is shown


class _Words:
    """What is shown of the words of one body; a wording that comes a thousand times is looked up once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def error(self, said: _Said) -> FieldError:
        """Give an error in words that are known to be the service's."""
        pointer = parse_pointer(said.pointer)
        known = vocabulary()
        return FieldError(
            message=self._message(said.texts),
            path=pointer.path,
            code=known_code(said.code) if said.code else None,
            index=pointer.index,
            parameter=_one_of(known.parameters, said.parameter),
            header=_one_of(known.headers, said.header),
        )

    def _message(self, texts: tuple[str, ...]) -> str:
        """Give the first text, or if that is not known, another one that is."""
        first, *others = map(self._shown, texts)
        known = next((text for text in others if text != BLANK), None)
        return first if first != BLANK or known is None else f"{known.removesuffix('.')}: {BLANK}"

    def _shown(self, text: str) -> str:
        if text not in self._known:
            if len(self._known) == MOST_WORDINGS:
                return BLANK
            code = known_code(text)
            self._known[text] = known_words(text) if code == BLANK else code
        return self._known[text]


def _one_of(known: frozenset[str], text: str) -> str | None:
    if not text:
        return None
    return text if text in known else BLANK
