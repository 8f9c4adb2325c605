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
