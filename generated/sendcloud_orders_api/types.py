"""What every operation shares: the request and the response as values, and the one codec."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import NoneType
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

import msgspec

from .errors import UnreadableResponse

T = TypeVar("T")
Unset = msgspec.UnsetType
UNSET = msgspec.UNSET
AwareDatetime = Annotated[datetime.datetime, msgspec.Meta(tz=True)]

_ENCODER = msgspec.json.Encoder(decimal_format="number")
# What msgspec says: the reason, a value of the body that nobody else may see, the byte, the path.
_MESSAGE = re.compile(
    r"(?P<reason>.*?)(?: (?P<value>['\"]).*(?P=value))?"
    r"(?: \(byte (?P<byte>\d+)\))?(?: - at `(?P<path>[^`]*)`)?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Hold a request that is not sent yet. Its `repr` shows neither parameters nor headers nor body."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Join path and query; the commas of a list stay commas."""
        return f"{self.path}?{urlencode(self.params, safe=',')}" if self.params else self.path

    def as_kwargs(self) -> dict[str, Any]:
        """Give the keyword arguments of httpx's `request` and `build_request`."""
        return {"method": self.method, "url": self.url, "headers": self.headers, "content": self.content}


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Generic[T]):
    """Hold an answer and what it was read as. Its `repr` shows the status alone."""

    status_code: int
    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    parsed: T = field(repr=False)


def to_text(value: object) -> str:
    """Write a parameter: a list as a comma list, a date as YYYY-MM-DD.

    Raises: TypeError on a datetime, whose time of day a date parameter would lose; ValueError on an empty list, which
    would read as no filter at all.
    """
    if isinstance(value, datetime.datetime):
        raise TypeError("a parameter takes a date, not a datetime: choose the day with .date()")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        if not value:
            raise ValueError("an empty list is no filter: leave the parameter out instead")
        return ",".join(to_text(item) for item in value)
    return str(value)


def to_params(values: Mapping[str, object]) -> dict[str, str]:
    """Write the parameters that are set."""
    return {name: to_text(value) for name, value in values.items() if value is not UNSET and value is not None}


def encode(body: object) -> bytes:
    """Write a body as JSON; decimals as numbers, digit for digit. Bytes are taken for JSON and pass as they are.

    Raises: ValueError on NaN or infinity.
    """
    if isinstance(body, bytes):
        return body
    content = _ENCODER.encode(body)
    if b"NaN" in content or b"Infinity" in content:  # in a text perhaps; the decoder knows
        try:
            msgspec.json.decode(content)
        except msgspec.DecodeError:
            raise ValueError("an amount must be a finite number") from None
    return content


def decode(body: type[T], content: bytes, *, status_code: int = 200, content_type: str = "") -> T:
    """Read a body, leniently: numbers may come as strings, and unknown fields are passed over.

    Raises: UnreadableResponse.
    """
    try:
        return msgspec.json.decode(content if body is not NoneType else b"null", type=body, strict=False)
    except UnicodeDecodeError:
        reason = "the body is not UTF-8"
    except RecursionError:
        reason = "the body is nested too deeply"
    except msgspec.DecodeError as error:
        reason = str(error)
    # Raised out here so that no cause hangs on it that holds a piece of the body.
    found = _MESSAGE.fullmatch(reason)
    assert found is not None
    position = int(found["byte"]) if found["byte"] else None
    raise UnreadableResponse(status_code, content_type, found["reason"], found["path"] or "", position)


def read(bodies: Mapping[str, type[T]], status_code: int, content: bytes, content_type: str) -> T:
    """Read a body as what the specification says of its status: the code, then its range, then the default.

    A success or an error that is not documented is read like the documented ones: sources disagree on the codes, and a
    gateway has its own. Raises: UnreadableResponse.
    """
    body = bodies.get(str(status_code)) or bodies.get(f"{status_code // 100}XX") or bodies.get("default")
    if body is None and (200 <= status_code < 300 or status_code >= 400):
        body = next((known for status, known in bodies.items() if (status >= "4") == (status_code >= 400)), None)
    if body is None:
        raise UnreadableResponse(status_code, content_type, "the status is not documented")
    return decode(body, content, status_code=status_code, content_type=content_type)


__all__ = [
    "UNSET",
    "AwareDatetime",
    "Request",
    "Response",
    "Unset",
    "decode",
    "encode",
    "read",
    "to_params",
    "to_text",
]
