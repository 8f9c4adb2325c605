"""The words that the spec knows: names of fields, filters and headers, codes, and patterns.

They are read from the document that the package ships, so that a regenerated client knows what its spec knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

# No parameter of the document, but the service may blame them all the same.
_USUAL_HEADERS = ("Authorization", "Content-Type", "Accept")
# Currencies that the reference lists; the document leaves the currency open.
_USUAL_CODES = ("EUR", "GBP", "USD", "None")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one OpenAPI document. `maps` are the fields whose keys the caller chooses."""

    fields: frozenset[str]
    parameters: frozenset[str]
    headers: frozenset[str]
    codes: frozenset[str]
    patterns: frozenset[str]
    maps: frozenset[str]


@cache
def document() -> dict[str, Any]:
    """Give the OpenAPI document, as it was when the client was generated."""
    read: dict[str, Any] = msgspec.json.decode(files("sendcloud_orders_api").joinpath("openapi.json").read_bytes())
    return read


@cache
def vocabulary() -> Vocabulary:
    """Read the words of the document that the package ships."""
    named: dict[str, Any] = document()["components"]["schemas"]
    schemas = [schema for root in named.values() for schema in _schemas(root)]
    maps = {f"#/components/schemas/{name}" for name, schema in named.items() if schema.get("additionalProperties")}
    parameters = list(_parameters(document()))
    return Vocabulary(
        fields=frozenset(name for schema in schemas for name in schema.get("properties", ())),
        parameters=frozenset(one["name"] for one in parameters if one["in"] != "header"),
        headers=frozenset((*_USUAL_HEADERS, *(one["name"] for one in parameters if one["in"] == "header"))),
        codes=frozenset((*_USUAL_CODES, *(str(code) for schema in schemas for code in schema.get("enum", ())))),
        patterns=frozenset(schema["pattern"] for schema in schemas if "pattern" in schema),
        maps=frozenset(
            name
            for schema in schemas
            for name, inner in schema.get("properties", {}).items()
            if any(part.get("$ref") in maps for part in _schemas(inner))
        ),
    )


def _schemas(schema: Any) -> Iterator[dict[str, Any]]:
    """Walk a schema and those within it; the values of examples and defaults are no schemas."""
    if not isinstance(schema, dict):
        return
    yield schema
    for keyword in ("items", "additionalProperties", "not", "if", "then", "else"):
        yield from _schemas(schema.get(keyword))
    for keyword in ("allOf", "anyOf", "oneOf"):
        for branch in schema.get(keyword, ()):
            yield from _schemas(branch)
    for inner in schema.get("properties", {}).values():
        yield from _schemas(inner)


def _parameters(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from document["components"]["parameters"].values()
    for path in document["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                yield from (one for one in operation.get("parameters", ()) if "name" in one)
