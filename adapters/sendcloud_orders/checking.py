"""Check an order against the spec's request schema before it is sent, and say what is wrong as the service would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal

import jsonschema_rs

from .amounts import explain
from .errors import FieldError
from .forms import SchemaName, form_of
from .plural import counted
from .pointers import FieldPath
from .version_two import SHARED_ROOTS, V2_ROOTS, V2_WRAPPERS, V3_PLACES
from .vocabulary import document

UnknownFields = Literal["refuse", "send"]
"""What becomes of a field that the spec does not name."""

DEEPEST = 64
"""Levels of objects and lists that a body may have."""


def fits(schema: SchemaName, body: object, unknown_fields: UnknownFields = "refuse") -> bool:
    """Tell quickly whether a body is JSON in every part, and what the schema wants.

    False may also mean that a closer look is needed. Takes whatever `msgspec.to_builtins` gives.
    Rules: UPSERT-REQUIRED, UPSERT-BOUNDS, UPSERT-ID, UPSERT-SERVICE-POINT, UPSERT-UNKNOWN-FIELD.
    """
    try:
        return _strict_validator(schema, unknown_fields).is_valid(body)
    except Exception:  # of a type that JSON does not have, a text that is not Unicode, an enum that raises
        return False


def find_errors(
    schema: SchemaName,
    body: object,
    given: Mapping[FieldPath, str] | None = None,
    *,
    unknown_fields: UnknownFields = "refuse",
) -> tuple[FieldError, ...]:
    """List everything in `body`, a decoded JSON document, that the schema refuses; the messages quote no value.

    `given` says what a caller gave where `body` holds a stand-in. With `unknown_fields="send"` a field that the schema
    does not name is no error, unless the whole has the shape that v2 had. Rules: UPSERT-REQUIRED, UPSERT-BOUNDS,
    UPSERT-ID, UPSERT-SERVICE-POINT, UPSERT-UNKNOWN-FIELD, PATCH-NONE, ERROR-TOGETHER.
    """
    validator = _validator(schema, unknown_fields)
    context = _Context(schema, body, given or {}, unknown_fields)
    told = () if validator.is_valid(body) else tuple(_told(list(validator.iter_errors(body)), context))
    return told if unknown_fields == "refuse" else (*told, *_v2_errors(schema, body, told))


@cache
def _validator(schema: SchemaName, unknown_fields: UnknownFields) -> jsonschema_rs.Draft202012Validator:
    components = document()["components"]
    return _compiled(schema, components if unknown_fields == "refuse" else _with_free_form(True, components, (False,)))


@cache
def _strict_validator(schema: SchemaName, unknown_fields: UnknownFields) -> jsonschema_rs.Draft202012Validator:
    """Make a validator that visits every value, where the schemas leave free-form objects alone.

    It goes no deeper than `DEEPEST`: the library has no limit of its own, and would exhaust the stack.
    """
    open_ended = (True,) if unknown_fields == "refuse" else (True, False)
    components = _with_free_form({"$ref": "#/components/schemas/Json1"}, document()["components"], open_ended)
    components["schemas"] |= {f"Json{level}": _json_schema(level) for level in range(1, DEEPEST + 1)}
    return _compiled(schema, components)


def _compiled(name: SchemaName, components: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    root = {"$ref": f"#/components/schemas/{name}", "components": components}
    return jsonschema_rs.Draft202012Validator(root, validate_formats=True)


def _json_schema(level: int) -> dict[str, Any]:
    scalars = ["string", "number", "boolean", "null"]
    if level == DEEPEST:
        return {"type": scalars}
    deeper = {"$ref": f"#/components/schemas/Json{level + 1}"}
    return {"type": [*scalars, "array", "object"], "items": deeper, "additionalProperties": deeper}


def _with_free_form(form: bool | dict[str, Any], schema: Any, open_ended: Sequence[bool]) -> Any:
    """Copy a schema with `form` for further members of objects, where what it says of them is one of `open_ended`."""
    if isinstance(schema, dict):
        return {
            name: form
            if name == "additionalProperties" and part in open_ended
            else _with_free_form(form, part, open_ended)
            for name, part in schema.items()
        }
    return [_with_free_form(form, part, open_ended) for part in schema] if isinstance(schema, list) else schema


@dataclass(frozen=True, slots=True)
class _Context:
    """The document that was checked, against what, and what a caller gave where it holds a stand-in."""

    schema: SchemaName
    body: object
    given: Mapping[FieldPath, str]
    unknown_fields: UnknownFields

    def value_at(self, path: FieldPath) -> Any:
        value: Any = self.body
        for part in path:
            value = value[part]
        return value

    def names_at(self, path: FieldPath) -> list[str]:
        """List the fields that the schema names there."""
        return list(form_of(self.schema).at(path).members)


def _told(failures: Sequence[jsonschema_rs.ValidationError], context: _Context) -> Iterator[FieldError]:
    """Say what failed; of a value of the wrong type nothing but that."""
    misfits = [failure.instance_path for failure in failures if failure.kind.name == "type"]
    for failure in failures:
        if failure.kind.name == "type" or failure.instance_path not in misfits:
            yield from _errors(failure, context)


def _errors(failure: jsonschema_rs.ValidationError, context: _Context) -> Iterator[FieldError]:
    path: FieldPath = tuple(failure.instance_path)
    kind: Any = failure.kind
    match kind.name:
        case "required":
            unknown = [name for name in context.value_at(path) if name not in context.names_at(path)]
            # Where unknown fields are refused, the one that may be meant is told by itself.
            hint = _given_as(kind.property, unknown) if context.unknown_fields == "send" else ""
            yield FieldError(f"Field required{hint}", (*path, kind.property), "missing")
        case "additionalProperties" | "unevaluatedProperties":
            for name in kind.unexpected:
                yield from _unknown_errors(name, context.value_at((*path, name)), path, context.names_at(path))
        case "oneOf" | "anyOf":
            yield from _of_best_branch(kind.context, path, context)
        case "not":
            for name in kind.schema.get("required", ()):
                yield FieldError("Not permitted beside the other fields that are given", (*path, name), "invalid")
        case "type":
            yield FieldError(_about_type(kind, path, context), path, "invalid")
        case "format" if kind.format == "date-time":
            yield FieldError(_about_moment(context.value_at(path)), path, "invalid")
        case name:
            yield FieldError(_message(name, kind), path, _CODES.get(name, "invalid"))


def _given_as(missing: str, unknown: Sequence[str]) -> str:
    """Name the unknown field that a missing one may have been given as."""
    renamed = [name for name in unknown if V3_PLACES.get(name, "").rpartition(".")[2] == missing]
    alike = renamed or get_close_matches(missing, unknown, n=1)
    return f"; is it what {alike[0]} stands for?" if alike else ""


def _of_best_branch(
    branches: list[list[jsonschema_rs.ValidationError]], path: FieldPath, context: _Context
) -> Iterator[FieldError]:
    """Speak of the branch that the value was meant for: the one that it does not miss by its type already."""
    meant = [branch for branch in branches if not any(_misses_type(failure, path) for failure in branch)]
    yield from _told((meant or branches)[0], context)


def _misses_type(failure: jsonschema_rs.ValidationError, path: FieldPath) -> bool:
    kind: Any = failure.kind
    return kind.name == "type" and tuple(failure.instance_path) == path


_CODES = {"enum": "enum", "const": "enum"}
_TYPES = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "array": "list",
    "object": "dictionary",
}
_FORMATS = {
    "date-time": "datetime with an offset, such as 2026-11-02T12:00:00+01:00",
    "date": "date, such as 2026-11-02",
    "idn-email": "email address",
    "iri": "URL",
    "uri": "URL",
    "uuid": "UUID",
}
_PATTERNS = {
    "^[0-9]+$": ": digits only, such as '669'",
    r"^[0-9]+(\.[0-9]+)?$": ": an amount in digits, such as '4.50', not '4,50' and never below 0",
}


def _about_type(kind: Any, path: FieldPath, context: _Context) -> str:
    value = context.value_at(path)
    wanted = [_TYPES[one] for one in kind.types if one != "null"]
    given = context.given.get(path) or ("None" if value is None else type(value).__name__)
    if "integer" in wanted and isinstance(value, float | Decimal):
        given = "a number with a fraction" if path not in context.given else given
    elif "number" in wanted and isinstance(value, str):
        return explain(value)
    elif "string" in wanted and given in ("int", "UUID"):
        given += ": str(...) it"
    elif value is None and context.schema == "OrderUpdate" and _may_be_absent(path):
        given += ": to leave the stored value as it is, leave the field out; this field cannot be cleared"
    return f"Input should be a valid {' or '.join(wanted)}, not {given}"


def _may_be_absent(path: FieldPath) -> bool:
    """Tell whether an update need not have this field. Rule: PATCH-NONE."""
    return isinstance(path[-1], str) and path[-1] not in form_of("OrderUpdate").at(path[:-1]).required


def _about_moment(text: object) -> str:
    wanted = f"Input should be a valid {_FORMATS['date-time']}"
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return wanted
    if moment.tzinfo is not None:
        return wanted
    try:
        date.fromisoformat(str(text))
    except ValueError:
        return f"{wanted}, not one without: give the datetime its tzinfo"
    return f"{wanted}, not a date: say the time of day, as a datetime with its tzinfo"


def _message(name: str, kind: Any) -> str:
    match name:
        case "enum":
            *others, last = (f"'{option}'" for option in kind.options if option is not None)
            return f"Input should be {', '.join(others)} or {last}" if others else f"Input should be {last}"
        case "const":
            return f"Input should be '{kind.expected_value}'"
        case "exclusiveMinimum":
            return f"Input should be greater than {kind.limit:g}"
        case "minimum":
            # The service says of a quantity that it should be greater than 0, and so of every number from 1 on.
            return f"Input should be greater than {'0' if kind.limit == 1 else f'or equal to {kind.limit:g}'}"
        case "maximum":
            return f"Input should be less than or equal to {kind.limit:g}"
        case "minLength":
            return f"String should have at least {counted(kind.limit, 'character')}"
        case "maxLength":
            return f"String should have at most {counted(kind.limit, 'character')}"
        case "minItems":
            return f"List should have at least {counted(kind.limit, 'item')}"
        case "maxItems":
            return f"List should have at most {counted(kind.limit, 'item')}"
        case "pattern":
            return f"String should match pattern '{kind.pattern}'{_PATTERNS.get(kind.pattern, '')}"
        case "format":
            return f"Input should be a valid {_FORMATS.get(kind.format, kind.format)}"
        case _:
            return f"Input breaks the rule '{name}' of the schema"


# ---------------------------------------------------------------- fields that the schema does not know

_UNKNOWN = "Extra inputs are not permitted"
_SENT_BY = 'pass unknown_fields="send"'


def _unknown_errors(name: str, value: object, path: FieldPath, known: Sequence[str]) -> Iterator[FieldError]:
    """Refuse a field that the schema does not know at `path`, where it knows `known`; v2's parcels field by field."""
    here = (*path, name)
    if not path and name in V2_WRAPPERS:
        message = f"{_UNKNOWN}: this is the v2 shape; v3 takes orders with no {name} around them"
        yield FieldError(message, here, "extra_forbidden")
        for inner in value if isinstance(value, dict) else ():
            if inner in V3_PLACES:
                yield FieldError(_moved(inner), (*here, inner), "extra_forbidden")
    else:
        told = _moved(name) if not path and name in V3_PLACES else _UNKNOWN + _meant(name, known)
        yield FieldError(told, here, "extra_forbidden")


def _v2_errors(schema: SchemaName, body: object, told: Sequence[FieldError]) -> Iterator[FieldError]:
    """Name the fields of v2 in a body that has its shape: nothing of v3 is there, or is missing instead.

    Elsewhere, a field of such a name may be a new one of v3. Rule: UPSERT-UNKNOWN-FIELD.
    """
    fields = body if isinstance(body, dict) else {}
    known = form_of(schema).members.keys()
    lacking = any(error.code == "missing" and len(error.path) == 1 for error in told)
    if lacking or not fields.keys() & known - SHARED_ROOTS:
        for name, value in fields.items():
            if is_v2((name,)) and name not in known:
                yield from _unknown_errors(name, value, (), ())


def is_v2(path: FieldPath) -> bool:
    """Tell whether a path of a body is one that v2 has and v3 does not."""
    return path[:1] in V2_ROOTS


def _moved(name: str) -> str:
    return f"{_UNKNOWN}: this is the v2 shape; v3 has it at {V3_PLACES[name]}"


def _meant(name: str, known: Sequence[str]) -> str:
    renamed = V3_PLACES.get(name, "").rpartition(".")[2]
    alike = [renamed] if renamed in known else get_close_matches(name, known, n=1)
    return f"; did you mean {alike[0]}? If not, {_SENT_BY}" if alike else f": to send it, {_SENT_BY}"
