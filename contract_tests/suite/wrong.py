"""What breaks the spec in one field: for each field that a body has, a value that is refused there."""

from collections.abc import Iterator
from typing import Any

from orders.places import Place, places
from schemas import type_of
from suite.fields import ITEMS, UNSURE

Json = Any
Path = tuple[str | int, ...]

SET_BY_THE_SERVICE = ("id", "created_at", "modified_at")


def missing(schema: str, body: Json) -> Iterator[Path]:
    """Yield the path of each field that a named schema requires of a body and its objects."""
    return (place.path for place in places(schema, body) if place.required and _is_asked(place))


def wrong(schema: str, body: Json) -> Iterator[tuple[Path, Json]]:
    """Yield, for each field of a body, its path and values of another type, beyond a bound or of no known choice."""
    for place in places(schema, body):
        if _is_asked(place):
            yield from ((place.path, value) for value in _wrong_values(place.schema))


def _is_asked(place: Place) -> bool:
    # Each item is like the next: the first and the last are enough.
    between = any(isinstance(step, int) and 0 < step < ITEMS - 1 for step in place.path[:3])
    return place.path[0] not in SET_BY_THE_SERVICE and not between and not UNSURE.intersection(map(str, place.path))


def _wrong_values(schema: dict[str, Json]) -> Iterator[Json]:
    kind = type_of(schema)
    yield {
        # A service may take costs as a number, though the spec has them as digits (UPSERT-AMOUNT).
        "string": ["5"] if "pattern" in schema else 5,
        "boolean": "perhaps",
        "integer": "many",
        "number": "many",
        "array": {"0": "x"},
        "object": ["x"],
    }.get(kind, 5)
    if "enum" in schema:
        yield "nothing known"
    if schema.get("format") in ("date-time", "idn-email"):
        yield "nobody yesterday"
    if "pattern" in schema:
        yield "1,50"
    if schema.get("minLength", 0) > 0:
        yield "x" * (schema["minLength"] - 1)
    if "maxLength" in schema:
        yield "x" * (schema["maxLength"] + 1)
    if "minimum" in schema:
        yield schema["minimum"] - 1
    if "exclusiveMinimum" in schema:
        yield schema["exclusiveMinimum"]
    if kind == "integer":
        yield 1.5
