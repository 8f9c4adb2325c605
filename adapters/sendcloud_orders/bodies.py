"""Write an order or an update as JSON, and refuse by field what JSON cannot say or the schema does not take.

What a caller passes is read once, into a plain copy of dicts, lists, texts and numbers, unless it is that already; the
copy is checked, and the copy is written. Nothing that a caller passed is changed. Values are taken for what they are:

| given                                                          | written as                                    |
|----------------------------------------------------------------|-----------------------------------------------|
| str, int, float, Decimal, bool, None, and their subclasses     | the value itself                              |
| any `numbers.Integral`, such as numpy's                        | an integer                                    |
| datetime, date, and their subclasses                           | text, as RFC 3339 has it                      |
| enum members                                                   | their value                                   |
| dict, any other Mapping, dataclasses, attrs classes, Structs   | an object                                     |
| list, tuple, set, frozenset, deque, UserList                   | a list                                        |
| what a model holds in `extra`                                  | fields beside the others of the model         |

Then amounts are brought into the form that the spec names, and what a whole order has as None is left out; `forms`
says how. A body that fits the schema as it is needs none of this, which is found out first.

All else is refused: bytes, bytearray, memoryview, time, timedelta and UUID, which the codec alone would turn into text;
NaN and infinity, which it would turn into null; integers beyond 64 bits, and amounts beyond the range of a double.
"""

from __future__ import annotations

import builtins
import operator
import re
from collections import UserList, deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite, nan
from numbers import Integral
from typing import Any
from uuid import UUID

import msgspec
import orjson

from sendcloud_orders_api.models import OrderInput
from sendcloud_orders_api.types import EXTRA, UNSET

from .amounts import find_excess
from .checking import DEEPEST, UnknownFields, find_errors, fits, is_v2
from .errors import FieldError
from .fitting import write_fitting
from .forms import Form, SchemaName, form_of
from .identity import OrderId, OrderKey
from .pointers import FieldPath

_ENCODER = msgspec.json.Encoder(decimal_format="number")

_INTEGERS = range(-(2**63), 2**63)
_EXTRA_IN_JSON = f'"{EXTRA}":'.encode()


class UnwritableBody(Exception):
    """The fields that keep a body from being sent."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__(errors)
        self.errors = errors


def write_body(
    body: msgspec.Struct | Mapping[Any, Any],
    schema: SchemaName,
    *,
    check: bool,
    unknown_fields: UnknownFields = "refuse",
) -> tuple[dict[str, Any], bytes]:
    """Write an order or an update as JSON; give what was written, too, in dicts and lists.

    An `id` that is a number becomes a string of digits, an amount takes the form that the spec names, and None in an
    optional field of an order that is never null is left out. With `check` the body must be what the schema wants, but
    for fields that it does not name with `unknown_fields="send"`. Without it the same is written, and only what JSON
    cannot say is refused.

    Raises `UnwritableBody`, also where the caller's own objects fail while they are read.
    Rules: UPSERT-ID, UPSERT-AMOUNT, UPSERT-NONE, UPSERT-UNKNOWN-FIELD.
    """
    if not check:
        unknown_fields = "send"
    # A dict of nothing but JSON needs no copy.
    if type(body) is dict and type(body.get("id")) is not int and (content := _dumped(body, schema, unknown_fields)):
        return body, content
    try:
        plain = _copy(body)
    except MemoryError:
        raise
    except Exception:
        # Found outside of the handler, so that no cause hangs on the error that may quote the order.
        plain = None
    if not isinstance(plain, dict):
        raise UnwritableBody((_find_unreadable(body, ()),))
    identifier = plain.get("id")
    if type(identifier) is int and identifier in _INTEGERS:
        plain["id"] = str(identifier)
    content = _written(plain, schema, unknown_fields)
    return (plain, content) if content else _examine(plain, schema, check=check, unknown_fields=unknown_fields)


def _dumped(body: dict[str, Any], schema: SchemaName, unknown_fields: UnknownFields) -> bytes | None:
    """Write a dict of texts, numbers, lists and dicts that is of this form already; give None where it is not certain.

    This codec takes half the time on dicts, and refuses a Decimal, which may say more than a double can hold.
    """
    if not fits(schema, body, unknown_fields):
        return None
    try:
        content = orjson.dumps(body)
    except TypeError:
        return None
    return None if _may_hold_more(content) else content


def _written(plain: object, schema: SchemaName, unknown_fields: UnknownFields) -> bytes | None:
    """Write a value that is JSON of this form already; give None where that takes a closer look."""
    if not fits(schema, plain, unknown_fields):
        return None
    try:
        content = _ENCODER.encode(plain)
    except ValueError:  # a text that is not Unicode, an integer of thousands of digits
        return None
    return None if _may_hold_more(content) or _LONG_EXPONENT.search(content) else content


def read_key(order: object) -> OrderKey | None:
    """Read the key of a model or dict, or None when it has no readable one. Rule: UPSERT-KEY."""
    try:
        integration = _member(_member(_member(order, "order_details"), "integration"), "id")
        return _key(_member(order, "order_id"), integration)
    except MemoryError:
        raise
    except Exception:
        return None


def write_order(
    order: msgspec.Struct | Mapping[Any, Any], *, check: bool, unknown_fields: UnknownFields = "refuse"
) -> tuple[OrderKey, bytes]:
    """Write an order as JSON, as `write_body` does; give its key, which is needed even without the check.

    Raises `UnwritableBody`. Rules: UPSERT-KEY, UPSERT-ID.
    """
    if type(order) is OrderInput and (content := write_fitting(order)) and not _may_hold_more(content):
        order_id, integration = order.order_id, order.order_details.integration.id
        if type(order_id) is str and type(integration) is int:
            return OrderKey(integration, OrderId(order_id)), content
    plain, body = write_body(order, "OrderInput", check=check, unknown_fields=unknown_fields)
    key = _key_of(plain)
    if key is None:
        raise UnwritableBody(_key_errors(plain))
    return key, body


def _key_of(plain: dict[str, Any]) -> OrderKey | None:
    """Read the key of a plain order, or None when it has no readable one. Rule: UPSERT-KEY."""
    try:
        return _key(plain["order_id"], plain["order_details"]["integration"]["id"])
    except (LookupError, TypeError):
        return None


def _key_errors(plain: dict[str, Any]) -> tuple[FieldError, ...]:
    """Say what keeps the key of a plain order from being read: the field that is missing, or is of another type."""
    try:
        write_body(plain, "OrderInput", check=True)
        found: tuple[FieldError, ...] = ()
    except UnwritableBody as error:
        found = tuple(one for one in error.errors if one.path in _KEY_PATHS or is_v2(one.path))
    if any(one.path in _KEY_PATHS for one in found):
        return found
    # The schema takes 41.0 for an integer.
    given = type(plain["order_details"]["integration"]["id"]).__name__
    return (*found, FieldError(f"Input should be a valid integer, not {given}: int(...) it", _KEY_PATHS[-1], "invalid"))


def _key(order_id: object, integration: object) -> OrderKey | None:
    if type(order_id) is not str or type(integration) is not int:
        order_id, integration = _copy(order_id), _copy(integration)
    if type(order_id) is str and type(integration) is int:
        return OrderKey(integration, OrderId(order_id))
    return None


_KEY_PATHS: tuple[FieldPath, ...] = (
    ("order_id",),
    ("order_details",),
    ("order_details", "integration"),
    ("order_details", "integration", "id"),
)


def _member(value: object, name: str) -> object:
    if isinstance(value, Mapping):
        return value.get(name)
    return getattr(value, name, None) if isinstance(value, msgspec.Struct) else None


# ---------------------------------------------------------------- the plain copy


class _Unsayable:
    """What stands in a plain copy where JSON cannot say the caller's value.

    `given` names what was given, beside what the schema wants there; without it `message` says all.
    """

    # Not a dataclass: the codec takes those for objects.

    def __init__(self, message: str, given: str | None = None) -> None:
        self.message = message
        self.given = given

    @classmethod
    def of_type(cls, value: object) -> _Unsayable:
        kind = type(value)
        # Of numpy's bool nobody is to read that it is no bool.
        name = f"{kind.__module__}.{kind.__name__}" if hasattr(builtins, kind.__name__) else kind.__name__
        name = name.removeprefix("builtins.")
        hint = ": str(...) it" if kind is UUID else ""
        return cls(f"Input of type {name} cannot be written as JSON{hint}", name)


_FOREIGN = (bytes, bytearray, memoryview, time, timedelta, UUID)
_KEPT = (*_FOREIGN, _Unsayable, Decimal)


def _copy(value: object) -> Any:
    return msgspec.to_builtins(value, builtin_types=_KEPT, enc_hook=_taken)


def _taken(value: object) -> object:
    """Take a value of a type that the codec does not know for what it is, where JSON has one way to say it."""
    try:
        match value:
            case str():
                return str.__str__(value)
            case float():
                return float.__float__(value)
            case Integral():
                return operator.index(value)
            case Decimal():
                return Decimal(value)
            case datetime():
                return _moment(value)
            case date():
                return date(value.year, value.month, value.day)
            case Mapping():
                return dict(value)
            case deque() | UserList():
                return list(value)
    except MemoryError:
        raise
    except Exception as error:
        return _Unsayable(_raised(error))
    return _Unsayable.of_type(value)


def _moment(value: datetime) -> datetime | str:
    """Copy a datetime by its parts: a subclass may hold nanoseconds, or no moment at all, as pandas' do."""
    plain = datetime(
        value.year,
        value.month,
        value.day,
        value.hour,
        value.minute,
        value.second,
        value.microsecond,
        value.tzinfo,
        fold=value.fold,
    )
    nanosecond: int = getattr(value, "nanosecond", 0)
    if not nanosecond:
        return plain
    text = plain.isoformat(timespec="microseconds")
    return f"{text[:26]}{nanosecond:03}{text[26:]}"


def _raised(error: Exception) -> str:
    """Name what a caller's object raised, by its type alone: a message may quote the order."""
    if isinstance(error, RecursionError):
        return "Input is nested too deeply, or contains itself"
    return f"Input cannot be read: it raised {type(error).__name__}"


def _find_unreadable(value: object, path: FieldPath) -> FieldError:
    """Find the place at which copying a value fails."""
    problem = _problem_of(value)
    for name, part in _parts(value) if len(path) < _SHOWN_DEPTH else ():
        if _problem_of(part):
            return _find_unreadable(part, (*path, name))
    return FieldError(problem or "Input cannot be read", path, "invalid")


def _problem_of(value: object) -> str | None:
    try:
        copy = _copy(value)
    except MemoryError:
        raise
    except Exception as error:
        return _raised(error)
    return copy.message if isinstance(copy, _Unsayable) else None


_SHOWN_DEPTH = 6


def _parts(value: object) -> Iterable[tuple[str | int, object]]:
    match value:
        case msgspec.Struct():
            members = dict(zip(value.__struct_encode_fields__, msgspec.structs.astuple(value), strict=True))
            extra = members.pop(EXTRA, None)
            members |= extra if type(extra) is dict else {}
            return [(name, part) for name, part in members.items() if isinstance(name, str) and part is not UNSET]
        case dict():
            return [(name, part) for name, part in value.items() if isinstance(name, str)]
        case list() | tuple():
            return enumerate(value)
    return ()


# ---------------------------------------------------------------- what JSON cannot say

_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_LONG_INTEGER = b"0" * 19
_LONG_EXPONENT = re.compile(rb"E[+-][0-9]{3}")
# Every sixth byte of nineteen digits is a digit three times, whichever is the first.
_STEP = 6
_TRACE = b"0" * (len(_LONG_INTEGER) // _STEP)


def _may_hold_more(content: bytes) -> bool:
    """Tell, quickly, whether a body may hold an integer beyond 64 bits or a model's `extra`.

    Longer amounts and texts of digits make it look closely, too.
    """
    # One byte is found much faster than ten.
    if b"<" in content and _EXTRA_IN_JSON in content:
        return True
    traces = content[::_STEP].translate(_DIGITS)
    place = traces.find(_TRACE)
    while place >= 0:
        around = content[max(0, (place - 3) * _STEP) : (place + 6) * _STEP]
        if _LONG_INTEGER in around.translate(_DIGITS):
            return True
        place = traces.find(_TRACE, place + 1)
    return False


def _examine(
    plain: dict[str, Any], schema: SchemaName, *, check: bool, unknown_fields: UnknownFields
) -> tuple[dict[str, Any], bytes]:
    """Go through a plain copy value by value, and write it after all if nothing is wrong with it."""
    found: dict[FieldPath, _Unsayable] = {}
    clean = _cleaned(plain, (), found, form_of(schema))
    given = {path: place.given for path, place in found.items() if place.given}
    wrong = find_errors(schema, clean, given, unknown_fields=unknown_fields) if found or check else ()
    errors = [*_say(found, wrong), *(_elsewhere(found, wrong) if check else ())]
    if errors:
        raise UnwritableBody(tuple(errors))
    return clean, _ENCODER.encode(clean)


def _say(found: Mapping[FieldPath, _Unsayable], wrong: Iterable[FieldError]) -> Iterable[FieldError]:
    """Say of each place what the schema wants there, or else that JSON cannot say what is there."""
    wanted = {error.path: error for error in reversed(tuple(wrong)) if error.path in found}
    for path, place in found.items():
        yield wanted[path] if place.given and path in wanted else FieldError(place.message, path, "invalid")


def _elsewhere(found: Mapping[FieldPath, _Unsayable], wrong: Iterable[FieldError]) -> Iterable[FieldError]:
    around = {path[:length] for path in found for length in range(len(path) + 1)}
    return (error for error in wrong if error.path not in around)


def _cleaned(value: Any, path: FieldPath, found: dict[FieldPath, _Unsayable], form: Form) -> Any:
    """Copy a plain value in its form, with NaN, which no schema takes, for what JSON cannot say; note the places."""
    if len(path) >= DEEPEST:
        found[path[:_SHOWN_DEPTH]] = _Unsayable("Input is nested too deeply")
        return nan
    match value:
        case dict():
            clean = {}
            for name, part in _members(value, path, found, form):
                if not _is_sayable(name):
                    found[path] = _Unsayable(_about_name(name))
                elif part is not None or name not in form.omitted:
                    name = str.__str__(name)
                    clean[name] = _cleaned(part, (*path, name), found, form.of(name))
            return clean
        case list() | tuple():
            return [_cleaned(part, (*path, index), found, form.of(index)) for index, part in enumerate(value)]
    place = _about(value)
    if place is None:
        return form.bring(value)
    found[path] = place
    return nan


def _members(
    value: dict[Any, Any], path: FieldPath, found: dict[FieldPath, _Unsayable], form: Form
) -> Iterator[tuple[Any, Any]]:
    """Give the members of an object, those of its `extra` beside the others, and note what cannot stand there."""
    extra = value.get(EXTRA)
    yield from ((name, part) for name, part in value.items() if name != EXTRA)
    if isinstance(extra, dict):
        for name, part in extra.items():
            if isinstance(name, str) and (name in value or name in form.members):
                found[(*path, name)] = _Unsayable("Not permitted in extra: the model has a field of this name")
            else:
                yield name, part
    elif extra is not None:
        found[(*path, "extra")] = _Unsayable(f"Input should be a dict of fields, not {type(extra).__name__}")


def _about_name(name: object) -> str:
    if isinstance(name, str):
        return "Names should be valid strings, without lone surrogates"
    return f"Names should be strings, not of type {type(name).__name__}"


def _about(value: object) -> _Unsayable | None:
    """Say what is wrong with a value that is neither object nor list, if anything is."""
    match value:
        case _Unsayable():
            return value
        case str():
            if not _is_sayable(value):
                return _Unsayable("Input should be a valid string, without lone surrogates")
        case bool() | None:
            pass
        case int():
            if value not in _INTEGERS:
                return _Unsayable("Input should be an integer of at most 64 bits")
        case float():
            if not isfinite(value):
                return _NOT_FINITE
        case Decimal():
            return _about_amount(value)
        case _:
            return _Unsayable.of_type(value)
    return None


_NOT_FINITE = _Unsayable("Input should be a finite number", "NaN or infinity: JSON has finite numbers alone")


def _about_amount(value: Decimal) -> _Unsayable | None:
    if not value.is_finite():
        return _NOT_FINITE
    excess = find_excess(value)
    return _Unsayable(excess) if excess else None


def _is_sayable(text: object) -> bool:
    try:
        return isinstance(text, str) and text.encode() is not None
    except UnicodeEncodeError:
        return False
