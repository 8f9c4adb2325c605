"""Check an order against the spec's request schema before it is sent, and say what is wrong as the service would."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import jsonschema_rs
import msgspec

from .errors import FieldError
from .pointers import FieldPath

SchemaName = Literal["OrderInput", "OrderUpdate"]


def find_errors(schema: SchemaName, body: object) -> tuple[FieldError, ...]:
    """List everything in `body`, a decoded JSON document, that the schema refuses; the messages quote no value.

    Rules: UPSERT-REQUIRED, UPSERT-BOUNDS, UPSERT-ID, UPSERT-SERVICE-POINT, ERROR-TOGETHER.
    """
    validator = _validator(schema)
    if validator.is_valid(body):
        return ()
    return tuple(error for failure in validator.iter_errors(body) for error in _errors(failure))


@cache
def _validator(schema: SchemaName) -> jsonschema_rs.Draft202012Validator:
    document = msgspec.json.decode(files("sendcloud_orders_api").joinpath("openapi.json").read_bytes())
    root = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
    return jsonschema_rs.Draft202012Validator(root, validate_formats=True)


def _errors(failure: jsonschema_rs.ValidationError) -> Iterator[FieldError]:
    path: FieldPath = tuple(failure.instance_path)
    kind: Any = failure.kind
    match kind.name:
        case "required":
            yield FieldError("Field required", (*path, kind.property), "missing")
        case "additionalProperties" | "unevaluatedProperties":
            for name in kind.unexpected:
                yield FieldError("Extra inputs are not permitted", (*path, name), "extra_forbidden")
        case "oneOf" | "anyOf":
            yield from _of_best_branch(kind.context, path)
        case "not":
            for name in kind.schema.get("required", ()):
                yield FieldError("Not permitted beside the other fields that are given", (*path, name), "invalid")
        case name:
            yield FieldError(_message(name, kind), path, _CODES.get(name, "invalid"))


def _of_best_branch(branches: list[list[jsonschema_rs.ValidationError]], path: FieldPath) -> Iterator[FieldError]:
    """Speak of the branch that the value was meant for: the one that it does not miss by its type already."""
    meant = [branch for branch in branches if not any(_misses_type(failure, path) for failure in branch)]
    for failure in (meant or branches)[0]:
        yield from _errors(failure)


def _misses_type(failure: jsonschema_rs.ValidationError, path: FieldPath) -> bool:
    kind: Any = failure.kind
    return kind.name == "type" and tuple(failure.instance_path) == path


_CODES = {"type": "invalid", "enum": "enum", "const": "enum"}
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


def _message(name: str, kind: Any) -> str:
    match name:
        case "type":
            wanted = [_TYPES[one] for one in kind.types if one != "null"]
            return f"Input should be a valid {' or '.join(wanted)}"
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
