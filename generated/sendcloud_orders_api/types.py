"""What all operations share: requests and responses as values, and the codec."""

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from types import NoneType
from typing import Annotated, Any, Generic, TypeAlias, TypeVar
from urllib.parse import urlencode

import msgspec

from .errors import UnreadableResponse

T = TypeVar("T")
Unset = msgspec.UnsetType
UNSET = msgspec.UNSET
FieldPath: TypeAlias = tuple[str, ...]
OnUnknown: TypeAlias = Callable[[FieldPath], object]
AwareDatetime = Annotated[datetime.datetime, msgspec.Meta(tz=True)]

EXTRA = "<extra>"
"""What the codec calls the field `extra` of a model. No name of a body, and never sent: see `encode`."""

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_EXTRA_IN_JSON = f'"{EXTRA}":'.encode()
_UNTYPED = msgspec.json.Decoder(float_hook=Decimal)
_UNKNOWN = "Object contains unknown field"
# The parts of msgspec's messages: the reason, a value of the body that must not be shown, the byte, the path.
_MESSAGE = re.compile(
    r"(?P<reason>.*?)(?: (?P<value>['\"]).*(?P=value))?"
    r"(?: \(byte (?P<byte>\d+)\))?(?: - at `(?P<path>[^`]*)`)?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request before it is sent. Its `repr` shows no parameters, headers or body."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The path and the query; the commas of a list are not escaped."""
        return f"{self.path}?{urlencode(self.params, safe=',')}" if self.params else self.path

    def as_kwargs(self) -> dict[str, Any]:
        """Return the keyword arguments for httpx's `request` and `build_request`."""
        return {"method": self.method, "url": self.url, "headers": self.headers, "content": self.content}


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Generic[T]):
    """A response and the value read from it. Its `repr` shows only the status."""

    status_code: int
    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    parsed: T = field(repr=False)


def to_text(value: object) -> str:
    """Write a parameter: a list with commas between its items, a date as YYYY-MM-DD.

    Raises `TypeError` on a datetime, because a date parameter would lose its time of day, and `ValueError` on an empty
    list, because the service would take it for no filter at all.
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
    """Write the parameters that are set, by name."""
    return {name: to_text(value) for name, value in values.items() if value is not UNSET and value is not None}


def encode(body: object) -> bytes:
    """Write a body as JSON, with decimals as numbers of the same digits, and what models hold in `extra` beside their
    fields. Bytes must be JSON and are returned unchanged.

    Raises `ValueError` on NaN or infinity, on an `extra` that is no dict, and on a field that is both in `extra`
    and in the model.
    """
    if isinstance(body, bytes):
        return body
    content = _ENCODER.encode(body)
    if _EXTRA_IN_JSON in content:
        content = _ENCODER.encode(_inline(msgspec.to_builtins(body, builtin_types=(Decimal,))))
    if b"NaN" in content or b"Infinity" in content:  # Perhaps inside a string: the decoder can tell.
        try:
            msgspec.json.decode(content)
        except msgspec.DecodeError:
            raise ValueError("an amount must be a finite number") from None
    return content


def _inline(plain: Any) -> Any:
    """Copy a body of dicts and lists, as msgspec makes it of models, with what is in `extra` beside the other fields.

    Raises `ValueError` on an `extra` that is no dict, and on a field that is both in `extra` and in the model.
    """
    if isinstance(plain, list | tuple):
        return [_inline(part) for part in plain]
    if not isinstance(plain, dict):
        return plain
    fields = {name: _inline(part) for name, part in plain.items() if name != EXTRA}
    extra = plain.get(EXTRA)
    if extra is None:
        return fields
    if not isinstance(extra, dict):
        raise ValueError(f"extra should be a dict of fields, not {type(extra).__name__}")
    if twice := sorted(extra.keys() & fields.keys()):
        raise ValueError(f"{', '.join(twice)}: given as a field and in extra as well")
    return fields | extra


def decode(
    body_type: type[T],
    content: bytes,
    *,
    status_code: int = 200,
    content_type: str = "",
    on_unknown: OnUnknown | None = None,
) -> T:
    """Read a body as a type, leniently: a number may be given as a string. Numbers without a type become `Decimal`.

    Fields that a model does not name are kept in its `extra`, and `on_unknown` is called with the path of each, such as
    `("data[]", "order_details", "x")`.

    Raises `UnreadableResponse` when the body does not have this type.
    """
    try:
        read: T = _decode(body_type, content if body_type is not NoneType else b"null", on_unknown)
        return read
    except UnicodeDecodeError:
        reason = "the body is not UTF-8"
    except RecursionError:
        reason = "the body is nested too deeply"
    except msgspec.DecodeError as error:
        reason = str(error)
    # Raised outside the `except` blocks, so that it carries no cause that holds a piece of the body.
    parts = _MESSAGE.fullmatch(reason)
    assert parts is not None
    position = int(parts["byte"]) if parts["byte"] else None
    raise UnreadableResponse(status_code, content_type, parts["reason"], parts["path"] or "", position)


def _decode(body_type: Any, content: bytes, on_unknown: OnUnknown | None) -> Any:
    """Read with models that refuse unknown fields, which costs nothing; go the long way only where one has come."""
    decoder = _decoder(body_type)
    try:
        return decoder.decode(content)
    except msgspec.ValidationError as error:
        if not str(error).startswith(_UNKNOWN):
            raise
    plain = _UNTYPED.decode(content)
    _gather(plain, _model_of(body_type), (), on_unknown)
    return decoder.decode(_ENCODER.encode(plain))


@cache
def _decoder(body_type: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(body_type, strict=False, float_hook=Decimal)


def _gather(plain: Any, model: type | None, path: FieldPath, on_unknown: OnUnknown | None) -> None:
    """Move what the models do not name to where they keep it."""
    if model is None:
        return
    if isinstance(plain, list):
        inside = (*path[:-1], f"{path[-1]}[]" if path else "[]")
        for part in plain:
            _gather(part, model, inside, on_unknown)
    elif isinstance(plain, dict):
        named, models = _fields(model)
        beyond = plain.keys() - named
        for name, inner in models:
            if name in plain:
                _gather(plain[name], inner, (*path, name), on_unknown)
        if beyond:
            plain[EXTRA] = {name: plain.pop(name) for name in [name for name in plain if name in beyond]}
            if on_unknown is not None:
                for name in plain[EXTRA]:
                    on_unknown((*path, name))


@cache
def _fields(model: type) -> tuple[frozenset[str], tuple[tuple[str, type], ...]]:
    """Name the fields of a model as JSON calls them, and the models inside."""
    info = msgspec.inspect.type_info(model)
    assert isinstance(info, msgspec.inspect.StructType)
    inside = ((one.encode_name, _model_in(one.type)) for one in info.fields)
    return (
        frozenset(one.encode_name for one in info.fields if one.encode_name != EXTRA),
        tuple((name, inner) for name, inner in inside if inner is not None),
    )


@cache
def _model_of(body_type: Any) -> type | None:
    return _model_in(msgspec.inspect.type_info(body_type))


def _model_in(kind: msgspec.inspect.Type) -> type | None:
    """Find the model that a type is, lists or is a choice of."""
    match kind:
        case msgspec.inspect.StructType(cls=model):
            return model
        case msgspec.inspect.ListType(item_type=item):
            return _model_in(item)
        case msgspec.inspect.UnionType(types=types):
            return next(filter(None, map(_model_in, types)), None)
    return None


def read(body_types: Mapping[str, type[T]], status_code: int, content: bytes, content_type: str) -> T:
    """Read a body as the type that is documented for its status: for the code, else its range, else the default.

    A success or an error that is not documented is read like the first documented one: sources disagree on the codes,
    and a gateway has codes of its own. Raises `UnreadableResponse` when the body cannot be read as that type.
    """
    body_type = (
        body_types.get(str(status_code)) or body_types.get(f"{status_code // 100}XX") or body_types.get("default")
    )
    if body_type is None and (200 <= status_code < 300 or status_code >= 400):
        same_kind = (known for status, known in body_types.items() if (status >= "4") == (status_code >= 400))
        body_type = next(same_kind, None)
    if body_type is None:
        raise UnreadableResponse(status_code, content_type, "the status is not documented")
    return decode(body_type, content, status_code=status_code, content_type=content_type)


__all__ = [
    "EXTRA",
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
