"""Check values against the specification's schemas, and word the errors as the service does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, reduce
from importlib.resources import files
from operator import getitem
from typing import Any

import msgspec
from jsonschema_rs import Draft202012Validator, ValidationError

from .moments import is_moment
from .policies import Policies

TYPE_NAMES = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "array": "list",
    "object": "dictionary",
}
FORMAT_WORDING = {
    "date-time": "Input should be a valid datetime",
    "email": "value is not a valid email address",
    "idn-email": "value is not a valid email address",
    "iri": "Input should be a valid URL",
}
IMPORT_FIELDS = ("dds_reference", "taric_code", "cpsc")
COSTS = ("_costs", "discount_granted")
INTEGER_BOUNDS = {"minimum": -(2**63), "maximum": 2**63 - 1}
OBSERVED_CODES = {"required": "missing", "enum": "enum", "additionalProperties": "extra_forbidden"}


@dataclass(frozen=True, slots=True)
class Breach:
    """A breach of a schema at a path of a value."""

    path: tuple[str | int, ...]
    keyword: str
    detail: str


@cache
def load_specification() -> Mapping[str, Any]:
    """Load the specification that the client was generated from."""
    text = files("sendcloud_orders_api").joinpath("openapi.json").read_bytes()
    specification: Mapping[str, Any] = msgspec.json.decode(text)
    return specification


@cache
def validator(name: str, mail: str, import_fields: str, **longest: int) -> Draft202012Validator:
    """Compile the validator of a named schema, formats included, for the policies that change it."""
    schemas = in_64_bits(load_specification()["components"]["schemas"])
    schemas[name] = with_longest(schemas[name], longest)
    if mail == "ascii":
        schemas = with_ascii_mail(schemas)
    if import_fields == "reject":
        schemas = {name: without_import_fields(schema) for name, schema in schemas.items()}
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
    return Draft202012Validator(schema, validate_formats=True, formats={"date-time": is_moment})


def in_64_bits(schema: Any) -> Any:
    """Return schemas whose integers have at most 64 bits, as in every database. Rule: UPSERT-BOUNDS."""
    if isinstance(schema, list):
        return [in_64_bits(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    bounds = INTEGER_BOUNDS if "integer" in schema.get("type", ()) else {}
    return bounds | {name: in_64_bits(part) for name, part in schema.items()}


def with_ascii_mail(schema: Any) -> Any:
    """Return schemas whose mail addresses lie within ASCII. Rule: UPSERT-MAIL."""
    if isinstance(schema, list):
        return [with_ascii_mail(part) for part in schema]
    if not isinstance(schema, dict):
        return "email" if schema == "idn-email" else schema
    return {name: with_ascii_mail(part) for name, part in schema.items()}


def without_import_fields(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a schema that does not name what importers are asked for. Rule: UPSERT-IMPORT."""
    properties = schema.get("properties", {})
    return {**schema, "properties": {name: properties[name] for name in properties if name not in IMPORT_FIELDS}}


def with_longest(schema: Mapping[str, Any], longest: Mapping[str, int]) -> Mapping[str, Any]:
    """Return a schema whose named texts, if it has them, have at most so many characters. Rule: UPSERT-LONG-NAME."""
    properties = schema["properties"]
    bounded = {name: {**properties[name], "maxLength": longest[name]} for name in longest if name in properties}
    return {**schema, "properties": {**properties, **bounded}}


def find_breaches(name: str, value: Any, policies: Policies) -> list[Breach]:
    """Find every breach of a named schema that no policy allows. Rule: ERROR-TOGETHER."""
    errors = find_errors(name, value, policies)
    breaches = [breach for error in errors if not is_allowed(error, policies) for breach in describe(error)]
    return sorted(breaches, key=lambda breach: [str(step) for step in breach.path])


def find_errors(name: str, value: Any, policies: Policies) -> list[ValidationError]:
    """Find every error of a named schema, allowed or not."""
    longest = {"order_id": policies.order_id_length, "order_number": policies.order_number_length}
    checked = validator(name, policies.mail, policies.import_fields, **longest)
    if checked.is_valid(value):
        return []
    return [error for found in checked.iter_errors(value) for error in innermost(found)]


def known_part(name: str, value: Any, policies: Policies) -> Any:
    """Return a value without what a named schema does not name, if the policy leaves it out. Rule: UPSERT-BOUNDS."""
    if policies.unknown_fields != "drop":
        return value
    known = deepcopy(value)
    for error in find_errors(name, value, policies):
        kind: Any = error.kind
        if kind.name == "additionalProperties":
            place = reduce(getitem, error.instance_path, known)
            for unexpected in kind.unexpected:
                place.pop(unexpected, None)
    return known


def innermost(error: ValidationError) -> Iterator[ValidationError]:
    """Replace "matches none of the alternatives" with the breaches of the alternative that was meant."""
    branches: list[list[ValidationError]] = getattr(error.kind, "context", [])
    if not branches:
        yield error
        return
    meant = min(branches, key=lambda branch: (is_null(branch, error), len(branch)))
    for inner in meant:
        yield from innermost(inner)


def is_null(branch: list[ValidationError], error: ValidationError) -> bool:
    """Tell whether an alternative is the one that allows null."""
    kind: Any = branch[0].kind
    return kind.name == "type" and kind.types == ["null"] and branch[0].instance_path == error.instance_path


def is_allowed(error: ValidationError, policies: Policies) -> bool:
    """Tell whether a policy allows a breach of the schema."""
    kind: Any = error.kind
    value = error.instance
    match kind.name:
        case "additionalProperties":
            return policies.unknown_fields != "reject"
        case "enum":
            known = [str(option).casefold() for option in kind.options]
            return policies.enum_case == "any" and str(value).casefold() in known
        case "type" if is_amount(error.instance_path, "_price"):
            return policies.numeric_strings == "accept" and is_numeric(value)
        case "type" if is_amount(error.instance_path, *COSTS):
            return policies.numeric_costs == "accept" and is_positive(value)
    return False


def is_amount(path: list[str | int], *endings: str) -> bool:
    """Tell whether a path leads to the value of an amount whose name has one of the endings."""
    return len(path) > 1 and path[-1] == "value" and str(path[-2]).endswith(endings)


def is_numeric(value: Any) -> bool:
    """Tell whether a value is a number written as a string."""
    return isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value, re.ASCII) is not None


def is_positive(value: Any) -> bool:
    """Tell whether a value is a number from 0."""
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and value >= 0


def describe(error: ValidationError) -> Iterator[Breach]:
    """Word one breach of a schema; each unknown field is a breach of its own."""
    path = tuple(error.instance_path)
    kind: Any = error.kind
    match kind.name:
        case "required":
            yield Breach((*path, kind.property), kind.name, "Field required")
        case "additionalProperties":
            for name in kind.unexpected:
                yield Breach((*path, name), kind.name, "Extra inputs are not permitted")
        case "not":
            # The one `not` of the schemas forbids a second id of the service point.
            for name in kind.schema["required"]:
                yield Breach((*path, name), kind.name, "Extra inputs are not permitted")
        case _:
            yield Breach(path, kind.name, word(error))


def word(error: ValidationError) -> str:
    """Word a breach by the value itself. Rule: UPSERT-BOUNDS."""
    kind: Any = error.kind
    value: Any = error.instance
    match kind.name:
        case "type":
            return word_type(kind.types, value)
        case "enum":
            return f"Input should be {alternatives(kind.options)}"
        case "minLength":
            return f"String should have at least {kind.limit} character{plural(kind.limit)}"
        case "maxLength":
            return f"String should have at most {kind.limit} character{plural(kind.limit)}"
        case "exclusiveMinimum":
            return f"Input should be greater than {kind.limit}"
        case "minimum" if kind.limit == 1:
            # The service words the lower bound of whole numbers in this way.
            return "Input should be greater than 0"
        case "minimum":
            return f"Input should be greater than or equal to {kind.limit}"
        case "maximum":
            return f"Input should be less than or equal to {kind.limit}"
        case "minItems" | "maxItems":
            bound = "least" if kind.name == "minItems" else "most"
            return f"List should have at {bound} {kind.limit} item{plural(kind.limit)}, not {len(value)}"
        case "uniqueItems":
            return "List should not have the same item twice"
        case "pattern":
            return f"String should match pattern '{kind.pattern}'"
        case "format":
            return FORMAT_WORDING.get(kind.format, "Input is not valid")
    return "Input is not valid"


def word_type(types: list[str], value: Any) -> str:
    """Word a value of the wrong JSON type."""
    wanted = TYPE_NAMES[next(name for name in types if name != "null")]
    wording = f"Input should be a valid {wanted}"
    if wanted in ("integer", "number") and isinstance(value, str):
        return f"{wording}, unable to parse string as {'an integer' if wanted == 'integer' else 'a number'}"
    if wanted == "integer" and isinstance(value, (float, Decimal)):
        return f"{wording}, got a number with a fractional part"
    return wording


def alternatives(options: list[Any]) -> str:
    """List choices as `'kg', 'g' or 'oz'`."""
    *first, last = [f"'{option}'" for option in options]
    return f"{', '.join(first)} or {last}" if first else last


def plural(count: int) -> str:
    """Return the ending of a noun after a number."""
    return "" if count == 1 else "s"


def error_code(breach: Breach, policies: Policies) -> str:
    """Return the code of a validation error. Rule: ERROR-CODES-OPEN."""
    return OBSERVED_CODES.get(breach.keyword, "invalid") if policies.error_codes == "observed" else "invalid"


def rule_of(schema: str, breach: Breach) -> str:
    """Return the id of the ledger's rule that a breach of a schema is about."""
    if schema in ("LabelInput", "LabelsInput"):
        return "LABELS-LIMIT" if breach.path == ("orders",) and breach.keyword.endswith("Items") else "LABEL-BODY"
    if breach.keyword == "maxLength" and breach.path in (("order_id",), ("order_number",)):
        return "UPSERT-LONG-NAME"
    if breach.keyword == "not":
        return "UPSERT-SERVICE-POINT"
    return "UPSERT-REQUIRED" if breach.keyword == "required" else "UPSERT-BOUNDS"
