"""A value for every field that the spec knows, and another for each version: the spec read as a shop would use it."""

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from schemas import resolved, type_of

Json = Any
Path = tuple[str | int, ...]

ITEMS = 3
START = datetime(2026, 1, 1, 0, 30)
# What is not known to be taken: see UPSERT-IMPORT and PATCH-PHONE.
UNSURE = frozenset(("dds_reference", "taric_code", "cpsc", "phone"))
# What the service sets itself, what never changes, and what only an account can name.
GIVEN = frozenset(("id", "order_id", "created_at", "modified_at", "integration", "contract_id"))
CODES = {
    "country_code": ("NL", "DE", "FR"),
    "country_of_origin": ("PT", "IT", "ES"),
    "currency": ("EUR", "GBP", "USD"),
    "state_province_code": ("NL-ZH", "DE-BE", "FR-IDF"),
    "postal_code": ("1000 AA", "10115", "75001"),
    "shipping_option_code": ("invented:standard/home", "invented:standard/point", "invented:express/home"),
    "latitude": ("52.01", "48.85", "41.15"),
    "longitude": ("4.35", "2.35", "-8.61"),
    "invoice_date": ("2026-11-02", "2026-11-03", "2026-11-04"),
}


def filled(schema: str, version: int, **own: Json) -> Json:
    """Return a body with every field of a named schema, each with a value of its own in every version.

    Codes and choices come round again: there are few, but two versions next to each other differ in them too.
    own: fields of the body that are given, as they are.
    """
    return _value({"$ref": schema}, "", version, itertools.count(1)) | own


def parts(body: Json, path: Path = ()) -> Iterator[Path]:
    """Yield the path of each value of a body; an object of free properties and a list of no items are one value."""
    for name, value in body.items():
        here = (*path, name)
        if name == "order_items":
            for number, item in enumerate(value):
                yield from parts(item, (*here, number))
        elif isinstance(value, dict) and name not in ("properties", "extra_data"):
            yield from parts(value, here)
        else:
            yield here


def _value(schema: Json, name: str, version: int, numbers: Iterator[int]) -> Json:
    schema, _ = resolved(schema)
    if "enum" in schema:
        return schema["enum"][version % len(schema["enum"])]
    if name in CODES:
        return CODES[name][version % 3]
    match type_of(schema):
        case "object":
            return _object(schema, version, numbers) or {"colour": f"blue {version}", "sizes": [version, {"deep": 1}]}
        case "array":
            count = ITEMS if name == "order_items" else 2
            return [_value(schema["items"], name, version, numbers) for _ in range(count)]
        case "boolean":
            return version % 2 == 0
        case "integer":
            return 1000 * version + next(numbers)
        case "number":
            return 1000 * version + next(numbers) + 0.25
        case _:
            return _text(schema, name, version, next(numbers))


def _object(schema: Json, version: int, numbers: Iterator[int]) -> Json:
    fields = {part: field for part, field in schema.get("properties", {}).items() if part not in GIVEN | UNSURE}
    if "carrier_service_point_id" in fields:
        # Exactly one of both names the point (UPSERT-SERVICE-POINT).
        fields["id"] = fields.pop("carrier_service_point_id")
    return {part: _value(field, part, version, numbers) for part, field in fields.items()}


def _text(schema: Json, name: str, version: int, number: int) -> str:
    if schema.get("format") == "date-time":
        return f"{START + timedelta(days=number, hours=version):%Y-%m-%dT%H:%M:%S}+00:00"
    if "email" in name:
        return f"version-{version}@{number}.example.com"
    if "phone" in name:
        return f"+31000{number:04}{version:02}"
    if schema.get("format") == "iri":
        return f"https://images.example.com/{number}/{version}.jpg"
    if "pattern" in schema or name == "hs_code":
        return f"{61 + version}{number:02}.10"
    return f"{name or 'tag'} {number}, version {version}"
