"""Check plain JSON against a schema of the spec, formats included."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

SPEC = Path(__file__).parents[1] / "spec" / "openapi.yaml"


class Breach(NamedTuple):
    """Where an instance breaks its schema, and how."""

    path: tuple[str | int, ...]
    message: str


@cache
def document() -> dict[str, Any]:
    """Return the spec, read from its only source."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(SPEC.read_text(encoding="utf-8"), Loader=loader)
    return loaded


@cache
def validator(name: str) -> Draft202012Validator:
    """Return the validator of one named schema of the spec, such as `OrderInput`."""
    # All components go along so that references inside the schema find their targets.
    schema = {"$ref": f"#/components/schemas/{name}", "components": document()["components"]}
    return Draft202012Validator(schema, validate_formats=True)


def resolved(schema: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Return what a schema stands for, references followed and null left out, and whether it may be null."""
    nullable = "null" in types(schema)
    while "$ref" in schema or "oneOf" in schema:
        if "$ref" in schema:
            schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        else:
            nullable = {"type": "null"} in schema["oneOf"]
            [schema] = [choice for choice in schema["oneOf"] if choice != {"type": "null"}]
    return schema, nullable


def types(schema: dict[str, Any]) -> list[str]:
    """Return the types that a schema allows, null among them; none where it names none."""
    named = schema.get("type", [])
    return named if isinstance(named, list) else [named]


def type_of(schema: dict[str, Any]) -> str:
    """Return the one type that a schema allows beside null; empty where it names none."""
    return next((name for name in types(schema) if name != "null"), "")


def faults(name: str, instance: object) -> list[Breach]:
    """Return every fault of an instance, each at the field that has to change; none when it is valid."""
    return [fault for error in validator(name).iter_errors(instance) for fault in _locate(error)]


def _locate(error: ValidationError) -> Iterator[Breach]:
    path = tuple(error.instance_path)
    match error.kind:
        case ValidationErrorKind.Required(property=missing):
            yield Breach((*path, missing), error.message)
        case ValidationErrorKind.AdditionalProperties(unexpected=names):
            for unexpected in names:
                yield Breach((*path, unexpected), error.message)
        case ValidationErrorKind.OneOfNotValid(context=branches):
            # "This object or null": what is wrong inside the object says more than that it is not null.
            inside = [deeper for branch in branches for deeper in branch if tuple(deeper.instance_path) != path]
            yield from (fault for deeper in inside for fault in _locate(deeper))
            if not inside:
                yield Breach(path, error.message)
        case _:
            yield Breach(path, error.message)
