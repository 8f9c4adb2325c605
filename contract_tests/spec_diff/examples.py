"""Show the examples of a document to our check and our models: what is refused, and what is lost on reading."""

import importlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from types import ModuleType
from typing import Any

from sendcloud_orders.checking import find_errors
from sendcloud_orders.forms import SchemaName
from sendcloud_orders_api.errors import UnreadableResponse
from sendcloud_orders_api.types import encode
from spec_diff.comparing import REQUEST, Difference, Place
from spec_diff.documents import Document, DocumentError, mapping, normal, step
from spec_diff.operations import Body, Operation, operations
from spec_diff.shapes import Both, Either, Raw, Shapes, Term, shapes_of

Path = tuple[str | int, ...]
SCHEMAS: dict[str, SchemaName] = {
    "POST /orders": "OrderInput",
    "PATCH /orders/{id}": "OrderUpdate",
    "POST /orders/create-label-sync": "LabelInput",
    "POST /orders/create-labels-async": "LabelsInput",
}
STATUSES = {"2XX": 200, "4XX": 400, "5XX": 500, "default": 500}
DEEPEST = 30


@dataclass(frozen=True)
class Example:
    """A value that a document shows, for a whole body or for what stands at a path in it."""

    origin: str
    path: Path
    value: Any

    @property
    def name(self) -> str:
        """Its pointer, without what every pointer begins with."""
        return self.origin.removeprefix("#/").removeprefix("components/examples/")


def try_examples(ours: Document, published: Document) -> list[Difference]:
    """Return what our check refuses of the published requests, and what our models refuse or lose of the answers."""
    known, shapes = operations(ours), shapes_of(published)
    found: list[Difference] = []
    for key, operation in operations(published).items():
        if key not in known:
            continue
        own = known[key]
        schema = SCHEMAS.get(own.name)
        if schema and operation.request:
            place = Place(own.name, REQUEST)
            for example in _examples(shapes, operation.request):
                found += _refused(place, schema, example)
        described = ours.at(own.origin)
        reader = importlib.import_module(f"sendcloud_orders_api.api.{described['tags'][0]}.{described['operationId']}")
        for status, answer in operation.answers.items():
            for example in _examples(shapes, answer.body):
                found += _misread(Place(own.name, status), reader, example, _own_bodies(ours, own, status))
    return found


# ---------------------------------------------------------------- where examples stand


def _examples(shapes: Shapes, body: Body) -> Iterator[Example]:
    """Yield the examples of a body: of the whole, of its schema, and of each field of it."""
    document = shapes.document
    for name, said in mapping(document.at(body.origin), "content").items():
        term = body.media.get(name.partition(";")[0].strip().lower())
        if "json" not in name.lower():
            continue
        place = step(body.origin, "content", name)
        yield from (replace(example, value=_parsed(example.value)) for example in _stated(document, place, said))
        if term is not None:
            yield from _of_term(shapes, term, (), 0)


def _stated(document: Document, pointer: str, said: Any) -> Iterator[Example]:
    """Yield the examples that a schema or a media type states of itself."""
    if not isinstance(said, dict):
        return
    if "example" in said:
        yield Example(step(pointer, "example"), (), said["example"])
    several = said.get("examples")
    if isinstance(several, list):
        yield from (Example(step(pointer, "examples", index), (), value) for index, value in enumerate(several))
    elif isinstance(several, dict):
        for name in several:
            place = document.resolve(step(pointer, "examples", name))
            example = document.at(place)
            if isinstance(example, dict) and "value" in example:
                yield Example(place, (), example["value"])


def _of_term(shapes: Shapes, term: Term, path: Path, depth: int) -> Iterator[Example]:
    for pointer in dict.fromkeys(_pointers(shapes.document, term, frozenset())):
        for example in _stated(shapes.document, pointer, shapes.document.at(pointer)):
            yield replace(example, path=path)
    if depth < DEEPEST:
        shape = shapes.of(term)
        for name, field in shape.fields.items():
            yield from _of_term(shapes, field.term, (*path, name), depth + 1)
        if shape.items:
            yield from _of_term(shapes, shape.items, (*path, 0), depth + 1)


def _pointers(document: Document, term: Term, above: frozenset[str]) -> Iterator[str]:
    """Yield the pointers to the schemas that a term is made of."""
    if isinstance(term, Both | Either):
        for one in term.terms:
            yield from _pointers(document, one, above)
        return
    pointer = term.pointer
    schema = document.at(pointer)
    if pointer in above or not isinstance(schema, dict):
        return
    yield pointer
    if isinstance(schema.get("$ref"), str):
        yield from _pointers(document, Raw(normal(schema["$ref"])), above | {pointer})
    for name in ("allOf", "oneOf", "anyOf"):
        for index in range(len(schema[name]) if isinstance(schema.get(name), list) else 0):
            yield from _pointers(document, Raw(step(pointer, name, index)), above | {pointer})


def _parsed(value: Any) -> Any:
    """Return what an example shows: some documents write a whole body as text."""
    if isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


# ---------------------------------------------------------------- what is sent


def _refused(place: Place, schema: SchemaName, example: Example) -> Iterator[Difference]:
    batch = schema == "OrderInput"
    body = _put(None, example.path, example.value)
    if batch and not isinstance(body, list):
        yield _difference(place, "example refused", "", "the body of a POST is a list of orders", example)
        return
    for index, order in enumerate(body if batch else [body]):
        for error in find_errors(schema, order):
            path: Path = (index, *error.path) if batch else tuple(error.path)
            # Around an example of one field, the rest of the order is missing.
            if path[: len(example.path)] == example.path:
                yield _difference(place, "example refused", _spelt(path), error.message, example)


def _put(body: Any, path: Path, value: Any) -> Any:
    """Return a body that has a value at a path, made around it where nothing is there yet."""
    if not path:
        return value
    name, *rest = path
    if isinstance(name, int):
        first = body[0] if isinstance(body, list) and body else None
        return [_put(first, tuple(rest), value), *(body[1:] if isinstance(body, list) else ())]
    around = body if isinstance(body, dict) else {}
    return {**around, name: _put(around.get(name), tuple(rest), value)}


# ---------------------------------------------------------------- what is answered


def _own_bodies(ours: Document, operation: Operation, status: str) -> list[Any]:
    """Return the examples of our own document for an answer, to put the example of a field into."""
    answer = operation.answers.get(status)
    if answer is None:
        return []
    return [
        example.value
        for name, said in mapping(ours.at(answer.body.origin), "content").items()
        for example in _stated(ours, step(answer.body.origin, "content", name), said)
    ]


def _misread(place: Place, reader: ModuleType, example: Example, around: Sequence[Any]) -> Iterator[Difference]:
    status = STATUSES.get(place.part) or int(place.part) if place.part.isdigit() or place.part in STATUSES else 500
    base = max(around, key=lambda body: _depth(body, example.path), default=None)
    body = _put(base, example.path, example.value)
    try:
        kept = json.loads(encode(reader.parse_response(status, json.dumps(body).encode())))
    except UnreadableResponse as error:
        field = re.sub(r"\[[^\]]*\]", "[]", error.path.removeprefix("$")).lstrip(".")
        # Around an example of one field, what is missing is not its fault.
        if field.startswith(_spelt(example.path)):
            yield _difference(place, "example refused", field, error.reason, example)
        return
    except (TypeError, ValueError) as error:
        raise DocumentError(f"The example {example.name} is no JSON ({error}).") from None
    for path in _lost(body, kept, ()):
        if path[: len(example.path)] == example.path:
            yield _difference(place, "example lost", _spelt(path), "the models do not keep it", example)


def _depth(body: Any, path: Path) -> int:
    """Say how far a path leads into a body."""
    for depth, name in enumerate(path):
        if isinstance(name, int) and isinstance(body, list) and body:
            body = body[0]
        elif isinstance(body, dict) and name in body:
            body = body[name]
        else:
            return depth
    return len(path)


def _lost(given: Any, kept: Any, path: Path) -> Iterator[Path]:
    """Yield the paths of what is not kept. Null is as good as nothing; amounts, ids and times are what they mean."""
    if isinstance(given, dict) and isinstance(kept, dict):
        for name, value in given.items():
            if value is not None:
                yield from _lost(value, kept.get(name), (*path, name))
    elif isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        for index, (one, other) in enumerate(zip(given, kept, strict=True)):
            yield from _lost(one, other, (*path, index))
    elif given is not None and not _same(given, kept):
        yield path


def _same(one: object, other: object) -> bool:
    if one == other and isinstance(one, bool) == isinstance(other, bool):
        return True
    if isinstance(one, bool | dict | list) or isinstance(other, bool | dict | list) or other is None:
        return False
    for reading in (Decimal, datetime.fromisoformat):
        try:
            return bool(reading(str(one)) == reading(str(other)))
        except (InvalidOperation, ValueError, TypeError):
            continue
    return False


def _difference(place: Place, kind: str, field: str, told: str, example: Example) -> Difference:
    return Difference(replace(place, field=field), kind, None, f"{told} ({example.name})", (None, example.origin))


def _spelt(path: Path) -> str:
    """Spell a path as places do, with the same brackets for every item of a list."""
    return "".join("[]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
