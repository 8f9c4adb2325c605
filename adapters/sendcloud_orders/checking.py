"""Check an order against the spec's request schema before it is sent, and say what is wrong as the service would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import jsonschema_rs
import msgspec

from .errors import FieldError
from .pointers import FieldPath
from .version_two import V2_ROOTS, V2_WRAPPERS, V3_PLACES

SchemaName = Literal["OrderInput", "OrderUpdate"]


DEEPEST = 64
"""Levels of objects and lists that a body may have."""


def fits(schema: SchemaName | None, body: object) -> bool:
    """Tell quickly whether a body is JSON in every part, and what the schema wants, if one is named.

    False may also mean that a closer look is needed. Takes whatever `msgspec.to_builtins` gives.
    Rules: UPSERT-REQUIRED, UPSERT-BOUNDS, UPSERT-ID, UPSERT-SERVICE-POINT.
    """
    try:
        return _strict_validator(schema).is_valid(body)
    except Exception:  # of a type that JSON does not have, a text that is not Unicode, an enum that raises
        return False


def find_errors(
    schema: SchemaName, body: object, given: Mapping[FieldPath, str] | None = None
) -> tuple[FieldError, ...]:
    """List everything in `body`, a decoded JSON document, that the schema refuses; the messages quote no value.

    `given` says what a caller gave where `body` holds a stand-in. Rules: UPSERT-REQUIRED, UPSERT-BOUNDS, UPSERT-ID,
    UPSERT-SERVICE-POINT, ERROR-TOGETHER.
    """
    validator = _validator(schema)
    if validator.is_valid(body):
        return ()
    return tuple(_told(list(validator.iter_errors(body)), _Context(body, given or {})))


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = msgspec.json.decode(files("sendcloud_orders_api").joinpath("openapi.json").read_bytes())
    return document


@cache
def _validator(schema: SchemaName) -> jsonschema_rs.Draft202012Validator:
    return _compiled(schema, _document()["components"])


@cache
def _strict_validator(schema: SchemaName | None) -> jsonschema_rs.Draft202012Validator:
    """Make a validator that visits every value, where the schemas leave free-form objects alone.

    It goes no deeper than `DEEPEST`: the library has no limit of its own, and would exhaust the stack.
    """
    components = _with_free_form({"$ref": "#/components/schemas/Json1"}, _document()["components"])
    components["schemas"] |= {f"Json{level}": _json_schema(level) for level in range(DEEPEST + 1)}
    return _compiled(schema or "Json0", components)


def _compiled(name: str, components: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    root = {"$ref": f"#/components/schemas/{name}", "components": components}
    return jsonschema_rs.Draft202012Validator(root, validate_formats=True)


def _json_schema(level: int) -> dict[str, Any]:
    scalars = ["string", "number", "boolean", "null"]
    if level == DEEPEST:
        return {"type": scalars}
    deeper = {"$ref": f"#/components/schemas/Json{level + 1}"}
    return {"type": [*scalars, "array", "object"], "items": deeper, "additionalProperties": deeper}


def _with_free_form(form: dict[str, Any], schema: Any) -> Any:
    """Copy a schema with `form` for the values of free-form objects."""
    if isinstance(schema, dict):
        return {
            name: form if name == "additionalProperties" and part is True else _with_free_form(form, part)
            for name, part in schema.items()
        }
    return [_with_free_form(form, part) for part in schema] if isinstance(schema, list) else schema


@dataclass(frozen=True, slots=True)
class _Context:
    """The document that was checked, and what a caller gave where it holds a stand-in."""

    body: object
    given: Mapping[FieldPath, str]

    def value_at(self, path: FieldPath) -> Any:
        value: Any = self.body
        for part in path:
            value = value[part]
        return value


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
            yield FieldError("Field required", (*path, kind.property), "missing")
        case "additionalProperties" | "unevaluatedProperties":
            known = _names_beside(failure.schema_path)
            for name in kind.unexpected:
                yield from _unknown_errors(name, context.value_at((*path, name)), path, known)
        case "oneOf" | "anyOf":
            yield from _of_best_branch(kind.context, path, context)
        case "not":
            for name in kind.schema.get("required", ()):
                yield FieldError("Not permitted beside the other fields that are given", (*path, name), "invalid")
        case "type":
            yield FieldError(_about_type(kind, path, context), path, "invalid")
        case name:
            yield FieldError(_message(name, kind), path, _CODES.get(name, "invalid"))


def _names_beside(schema_path: Sequence[str | int]) -> Sequence[str]:
    """List the fields that a schema names, by the path of its `additionalProperties`."""
    schema: Any = _document()
    for part in schema_path[:-1]:
        schema = schema[part]
        while "$ref" in schema:
            schema = _document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return tuple(schema.get("properties", ()))


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
    "email": "email address",
    "iri": "URL",
    "uri": "URL",
    "uuid": "UUID",
}
_PATTERNS = {
    "^[0-9]+$": ": digits only, such as '669'",
    r"^[0-9]+(\.[0-9]+)?$": ": an amount in digits, such as '4.50'",
}


def _about_type(kind: Any, path: FieldPath, context: _Context) -> str:
    value = context.value_at(path)
    wanted = [_TYPES[one] for one in kind.types if one != "null"]
    given = context.given.get(path) or ("None" if value is None else type(value).__name__)
    if "integer" in wanted and isinstance(value, float | Decimal):
        given = "a number with a fraction" if path not in context.given else given
    elif "string" in wanted and given in ("int", "UUID"):
        given += ": str(...) it"
    return f"Input should be a valid {' or '.join(wanted)}, not {given}"


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
            return f"String should have at least {_counted(kind.limit, 'character')}"
        case "maxLength":
            return f"String should have at most {_counted(kind.limit, 'character')}"
        case "minItems":
            return f"List should have at least {_counted(kind.limit, 'item')}"
        case "maxItems":
            return f"List should have at most {_counted(kind.limit, 'item')}"
        case "pattern":
            return f"String should match pattern '{kind.pattern}'{_PATTERNS.get(kind.pattern, '')}"
        case "format":
            return f"Input should be a valid {_FORMATS.get(kind.format, kind.format)}"
        case _:
            return f"Input breaks the rule '{name}' of the schema"


def _counted(limit: int, noun: str) -> str:
    return f"{limit} {noun}" if limit == 1 else f"{limit} {noun}s"


# ---------------------------------------------------------------- fields that the schema does not know

_UNKNOWN = "Extra inputs are not permitted"


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
        yield FieldError(
            _moved(name) if not path and name in V3_PLACES else _UNKNOWN + _meant(name, known), here, "extra_forbidden"
        )


def is_v2(path: FieldPath) -> bool:
    """Tell whether a path of a body is one that v2 has and v3 does not."""
    return path[:1] in V2_ROOTS


def _moved(name: str) -> str:
    return f"{_UNKNOWN}: this is the v2 shape; v3 has it at {V3_PLACES[name]}"


def _meant(name: str, known: Sequence[str]) -> str:
    renamed = V3_PLACES.get(name, "").rpartition(".")[2]
    alike = [renamed] if renamed in known else get_close_matches(name, known, n=1)
    return f"; did you mean {alike[0]}?" if alike else ""
