"""The page of the models: what the spec says of each field, as MyST text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

import sendcloud_orders_api.models
from sendcloud_orders.plural import counted

MODULE = "sendcloud_orders_api.models"
# The models that a user makes or is given, by the page that they open; their parts stand below them.
ROOTS: Mapping[str, tuple[str, ...]] = {
    "to-upsert": ("OrderInput",),
    "to-update": ("OrderUpdate",),
    "read": ("Order", "OrderReference"),
    "labels": ("OrderWithParcelsInput", "ShipWithInput", "LabelType", "LabelDpi", "Shipment", "ShipmentReference"),
    "integrations": ("ShopIntegration", "IntegrationSortKey"),
}
_FORMATS = {
    ("string", "date-time"): "~datetime.datetime",
    ("number", "decimal"): "~decimal.Decimal",
    ("string", "decimal"): "~decimal.Decimal",
}
_TYPES = {"string": "str", "integer": "int", "number": "~decimal.Decimal", "boolean": "bool", "object": "dict"}

Schema = dict[str, Any]


@cache
def schemas() -> dict[str, Schema]:
    """Return the schemas of the spec that the package was generated from, by the names of the models."""
    path = Path(sendcloud_orders_api.__file__).with_name("openapi.json")
    found: dict[str, Schema] = json.loads(path.read_text(encoding="utf-8"))["components"]["schemas"]
    return found


def page(name: str) -> str:
    """Describe the models of one page: its roots, and each of their parts that no page before it has."""
    return "\n\n".join(_described(model) for model in models_of(name))


def models_of(name: str) -> list[str]:
    """Name the models of one page, each root before its parts."""
    before = [page for page in ROOTS if list(ROOTS).index(page) < list(ROOTS).index(name)]
    seen = {model for page in before for root in ROOTS[page] for model in _with_parts(root)}
    found = [model for root in ROOTS[name] for model in _with_parts(root)]
    return [model for model in dict.fromkeys(found) if model not in seen]


def _with_parts(root: str) -> Iterator[str]:
    seen, waiting = set(), [root]
    while waiting:
        name = waiting.pop(0)
        if name in seen or name in _WITHOUT_MODEL:
            continue
        seen.add(name)
        yield name
        waiting += [part for schema in fields_of(name).values() for part in _references(schema)]


def _references(schema: Schema) -> Iterator[str]:
    if "$ref" in schema:
        yield schema["$ref"].rpartition("/")[2]
    for inner in (*schema.get("oneOf", ()), *filter(None, [schema.get("items")])):
        yield from _references(inner)


_WITHOUT_MODEL = ("Currency",)


def _described(name: str) -> str:
    schema = schemas()[name]
    lines = [f"## {name}", "", f"::::{{py:class}} {name}", ":module: " + MODULE, ":no-contents-entry:", ""]
    lines += [_plain(schema.get("description", "")), ""]
    if "enum" in schema:
        lines += [f"One of {_values(schema)}.", ""]
    for field, inner in fields_of(name).items():
        required = inner["name"] in schema.get("required", ())
        lines += [f":::{{py:attribute}} {name}.{field}", f":module: {MODULE}", f":type: {type_of(inner)}"]
        in_json = "" if field == inner["name"] else f"In JSON, and so in a dict: `{inner['name']}`."
        lines += [":no-contents-entry:", "", f"{told(inner, required=required)} {in_json}".strip(), ":::", ""]
    return "\n".join([*lines, "::::"])


def fields_of(name: str) -> Mapping[str, Schema]:
    """Return the fields of a model as Python calls them; what is only read is in none that is sent."""
    model = getattr(sendcloud_orders_api.models, name)
    if not (isinstance(model, type) and issubclass(model, msgspec.Struct)):
        return {}
    properties = schemas()[name]["properties"]
    return {
        field.name: properties[field.encode_name] | {"name": field.encode_name}
        for field in msgspec.structs.fields(model)
        if field.encode_name in properties
    }


def type_of(schema: Schema) -> str:
    """Spell the type of a field as its model does."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return type_of(schemas()[name]) if name in _WITHOUT_MODEL else name
    if "oneOf" in schema:
        return " | ".join(dict.fromkeys(type_of(inner) for inner in schema["oneOf"]))
    if "items" in schema:
        inner = type_of(schema["items"])
        return f"list[{inner}] | None" if "null" in schema["type"] else f"list[{inner}]"
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    spelt = [_FORMATS.get((kind, schema.get("format", ""))) or _TYPES.get(kind, "None") for kind in kinds]
    return " | ".join(dict.fromkeys(spelt))


def told(schema: Schema, *, required: bool) -> str:
    """Say what is to be known of a field: whether it has to be there, its bounds, and what it means."""
    bounds = bounds_of(schema)
    facts = ", ".join(bounds)
    told = [
        "**Required.**" if required else "",
        f"{facts[0].upper()}{facts[1:]}." if facts else "",
        _plain(schema.get("description", "")),
    ]
    return " ".join(filter(None, told))


def bounds_of(schema: Schema) -> list[str]:
    """Say which values a field may have."""
    if "$ref" in schema:
        inner = schemas()[schema["$ref"].rpartition("/")[2]]
        return [] if "properties" in inner or "enum" in inner else bounds_of(inner)
    found = []
    if "enum" in schema:
        found.append(f"one of {_values(schema)}")
    least, most = schema.get("minLength"), schema.get("maxLength")
    if least is not None and least == most:
        found.append(f"exactly {least} characters")
    else:
        found += [f"at least {counted(least, 'character')}"] if least else []
        found += [f"at most {counted(most, 'character')}"] if most else []
    found += [f"at least {schema['minimum']}"] if "minimum" in schema else []
    found += [f"more than {schema['exclusiveMinimum']}"] if "exclusiveMinimum" in schema else []
    found += [f"at most {schema['maximum']}"] if "maximum" in schema else []
    found += [f"at least {counted(schema['minItems'], 'item')}"] if "minItems" in schema else []
    found += [f"at most {counted(schema['maxItems'], 'item')}"] if "maxItems" in schema else []
    found += [f"matches `{schema['pattern']}`"] if "pattern" in schema else []
    return found + [bound for inner in schema.get("oneOf", ()) for bound in bounds_of(inner)]


def _values(schema: Schema) -> str:
    return ", ".join(f"`{value}`" for value in schema["enum"])


def _plain(text: str) -> str:
    """Make one line of a description."""
    return " ".join(text.split())
