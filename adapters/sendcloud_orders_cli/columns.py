"""Orders as rows of a CSV file: each column is a field, named by its path in the order with dots between.

| a column named                          | holds                                                                |
|-----------------------------------------|----------------------------------------------------------------------|
| `order_id`, `shipping_address.city`     | that field                                                           |
| `order_details.order_items.0.name`      | a field of the first item of the order: one row an order             |
| `order_details.order_items.name`        | a field of one item: one row an item, and the rows of an order adjoin |
| `order_details.tags.0`                  | the first text of a list                                             |
| `...order_items.0.properties.engraving` | a text in an object whose fields the shop chooses                    |

An empty cell leaves its field out, and an object or an item whose cells are all empty is left out as a whole. So a row
cannot say null, an empty text or an empty list. Texts are taken to the letter. Numbers and yes-or-no fields are read as
the spec's type of the field; a cell that cannot be read so stays a text, and the check says what was expected.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from .endings import Failure

Path = tuple[str | int, ...]
ITEMS: Path = ("order_details", "order_items")
"""The one list whose members may stand in rows of their own."""

EXAMPLE = {
    "order_id": "shop-1001",
    "order_number": "1001",
    "order_details.integration.id": "41",
    "order_details.status.code": "unshipped",
    "order_details.order_created_at": "2026-11-02T12:00:00+01:00",
    "order_details.order_items.name": "Tea tin",
    "order_details.order_items.quantity": "2",
    "order_details.order_items.total_price.value": "19.90",
    "order_details.order_items.total_price.currency": "EUR",
    "payment_details.total_price.value": "24.85",
    "payment_details.total_price.currency": "EUR",
    "payment_details.status.code": "paid",
    "shipping_address.name": "Ada Fictiva",
    "shipping_address.address_line_1": "Voorbeeldstraat",
    "shipping_address.house_number": "12",
    "shipping_address.postal_code": "1000 AA",
    "shipping_address.city": "Delft",
    "shipping_address.country_code": "NL",
    "shipping_address.email": "ada@example.com",
    "shipping_details.measurement.weight.value": "0.85",
    "shipping_details.measurement.weight.unit": "kg",
}
"""One order that most shops could fill in, with one item."""

EXAMPLE_ITEM = {
    "order_id": "shop-1001",
    "order_details.integration.id": "41",
    "order_details.order_items.name": "Tea strainer",
    "order_details.order_items.quantity": "1",
    "order_details.order_items.total_price.value": "4.95",
    "order_details.order_items.total_price.currency": "EUR",
}
"""A second item of that order: a row with the key and the item alone."""

_MOST_ITEMS = 10_000
_MOST_COLUMNS = 2000
_MOST_TOLD = 10
_ABSENT: Any = object()


class Column(NamedTuple):
    """A column that a file may have.

    `needed` is "always", "in its group" (once another field of the same object has a value), or "".
    """

    name: str
    kind: str
    needed: str
    note: str


# ---------------------------------------------------------------- what the spec has


@dataclass(slots=True)
class _Place:
    """What the spec wants at one place of an order."""

    kind: str = ""
    note: str = ""
    members: dict[str, _Place] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    items: _Place | None = None
    is_free: bool = False

    @property
    def is_cell(self) -> bool:
        return bool(self.kind)


_FREE = _Place(kind="text", is_free=True)
_KINDS = {"integer": "whole number", "number": "number", "boolean": "yes or no", "string": "text"}
_FORMATS = {
    "date-time": "a moment, such as 2026-11-02T12:00:00+01:00",
    "date": "a day, such as 2026-11-02",
    "idn-email": "an email address",
    "iri": "a URL",
}
_IN_ITS_GROUP = "in its group"
_DIGITS = r"^[0-9]+(\.[0-9]+)?$"


@cache
def _order() -> _Place:
    """Read what the spec wants of an order from the document that the package ships."""
    document = json.loads(files("sendcloud_orders_api").joinpath("openapi.json").read_bytes())
    return _read({"$ref": "#/components/schemas/OrderInput"}, document["components"]["schemas"])


def _read(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> _Place:
    if "$ref" in schema:
        return _read(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "oneOf" in schema:
        return _read(next(one for one in schema["oneOf"] if one.get("type") != "null"), schemas)
    if "properties" in schema:
        members = {name: _read(part, schemas) for name, part in schema["properties"].items()}
        return _Place(members=members, required=frozenset(schema.get("required", ())))
    if "items" in schema:
        return _Place(items=_read(schema["items"], schemas))
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if "object" in types:
        return _Place(is_free=True)
    kind = next(_KINDS[name] for name in types if name != "null")
    note = _FORMATS.get(schema.get("format", ""), "")
    if "enum" in schema:
        note = "one of " + ", ".join(str(choice) for choice in schema["enum"] if choice is not None)
    elif schema.get("pattern") == _DIGITS:
        note = "an amount in digits, such as 4.50"
    return _Place(kind=kind, note=note)


def known_columns() -> Iterator[Column]:
    """Name all columns, in the sequence of the spec; of a list the first member."""
    return _columns(_order(), (), "always")


def _columns(place: _Place, path: Path, needed: str) -> Iterator[Column]:
    name = spell(path)
    if place.is_cell:
        yield Column(name, place.kind, needed, place.note)
    elif place.is_free:
        yield Column(f"{name}.NAME", "text", "", "any name")
    elif place.items is not None:
        yield from _columns(place.items, (*path, 0), "" if place.items.is_cell else _IN_ITS_GROUP)
    for member, below in place.members.items():
        inner = (*path, member)
        otherwise = "" if below.is_cell else _IN_ITS_GROUP
        yield from _columns(below, inner, needed if member in place.required else otherwise)


def spell(path: Path) -> str:
    """Name the column of a field."""
    return ".".join(map(str, path))


# ---------------------------------------------------------------- the header


class Header:
    """The columns of one file, and how its rows become orders.

    `is_by_item` says that each row holds one item. `skipped` are the columns that are no field of an order, where
    `unknown` is "skip"; with "send" they are fields of their own, as texts; with "refuse" they are refused.

    Raises `Failure` that names every column at fault.
    """

    def __init__(self, names: Sequence[str], *, unknown: str = "refuse", decimal_comma: bool = False) -> None:
        if len(names) > _MOST_COLUMNS:
            raise Failure(f"the header has {len(names)} columns, and may have {_MOST_COLUMNS}.")
        self.names = [name.strip() for name in names]
        self.skipped: list[str] = []
        self._decimal_comma = decimal_comma
        tree: dict[Any, Any] = {}
        problems: list[str] = []
        paths: dict[Path, int] = {}
        for index, name in enumerate(self.names):
            try:
                path, kind = self._find(name, unknown)
                if path in paths:
                    raise _NoColumn(f"column {name!r} stands there twice.")
                if path:
                    paths[path] = index
                    _hang(tree, path, (index, kind))
            except _NoColumn as error:
                problems.append(str(error))
        self.is_by_item = any(path[2:3] == (_EACH,) for path in paths)
        if self.is_by_item and any(path[:2] == ITEMS and path[2:3] != (_EACH,) for path in paths):
            problems = [_MIXED]
        if problems:
            more = len(problems) - _MOST_TOLD
            raise Failure(*problems[:_MOST_TOLD], *([f"and {more} columns more."] if more > 0 else ()))
        item = tree[ITEMS[0]][ITEMS[1]].pop(_EACH) if self.is_by_item else {}
        self._build = self._builder(tree)
        self._build_item = self._builder(item)
        self._key = [paths[path] for path in (("order_id",), ("order_details", "integration", "id")) if path in paths]
        self._own = [index for path, index in paths.items() if path[2:3] != (_EACH,)]

    def order_of(self, row: Sequence[str]) -> dict[str, Any]:
        """Read one row as an order, with the item of the row where rows hold items."""
        order: dict[str, Any] = {}
        built = self._build(row)
        if built is not _ABSENT:
            order = built
        if self.is_by_item:
            # A row of an order without items leaves them out, and the check says that they are missing.
            self.add_item(order, row)
        return order

    def add_item(self, order: dict[str, Any], row: Sequence[str]) -> None:
        """Add the item of a further row."""
        item = self._build_item(row)
        if item is not _ABSENT:
            order.setdefault("order_details", {}).setdefault("order_items", []).append(item)

    def belongs_to(self, row: Sequence[str], first: Sequence[str]) -> bool:
        """Tell whether a row holds one more item of the order of an earlier one: the same key, or none at all."""
        return self.is_by_item and bool(self._key) and all(row[index] in ("", first[index]) for index in self._key)

    def differences(self, row: Sequence[str], first: Sequence[str]) -> list[str]:
        """Name the columns in which a further row says something else of the order than its first row."""
        return [self.names[index] for index in self._own if row[index] not in ("", first[index])]

    def _find(self, name: str, unknown: str) -> tuple[Path, str]:
        """Give the path of a column and what its cells hold; an empty path for one that is left out."""
        path = _parse(name)
        place: _Place | None = _order()
        found: list[str | int] = []
        for part in path:
            if place is None:
                break
            if place.items is not None and not isinstance(part, int) and tuple(found) == ITEMS:
                found.append(_EACH)
                place = place.items
            if place.items is not None:
                place = place.items if isinstance(part, int) else None
            elif place.is_free:
                place, part = _FREE, str(part)
            else:
                place = place.members.get(str(part))
            found.append(part)
        if name and place is not None and place.is_cell:
            return tuple(found), place.kind
        if place is not None and path:
            inside = next((one.name for one in known_columns() if one.name.startswith(f"{spell(path)}.")), None)
            raise _NoColumn(f"column {name!r} is a group of fields: its columns are such as {inside}.")
        if not name:
            raise _NoColumn("a column has no name: give it one, or remove it.")
        if unknown == "refuse":
            raise _NoColumn(f"column {name!r} is no field of an order{_meant(path)}")
        if unknown == "skip":
            self.skipped.append(name)
            return (), ""
        return (*found, *path[len(found) - found.count(_EACH) :]), "text"

    def _builder(self, tree: Mapping[Any, Any]) -> Callable[[Sequence[str]], Any]:
        """Make the function that reads a row into what the tree of columns says."""
        parts = [
            (name, self._reader(*below) if isinstance(below, tuple) else self._builder(below))
            for name, below in (sorted(tree.items()) if _is_list(tree) else tree.items())
        ]
        if _is_list(tree):

            def build_list(row: Sequence[str]) -> Any:
                return [value for _, read in parts if (value := read(row)) is not _ABSENT] or _ABSENT

            return build_list

        def build(row: Sequence[str]) -> Any:
            return {name: value for name, read in parts if (value := read(row)) is not _ABSENT} or _ABSENT

        return build

    def _reader(self, index: int, kind: str) -> Callable[[Sequence[str]], Any]:
        convert = _CONVERSIONS.get(kind)
        if convert is None:
            return lambda row: row[index] or _ABSENT
        if kind == "number" and self._decimal_comma:
            return lambda row: _read_number(row[index].replace(",", ".", 1)) if row[index].strip() else _ABSENT
        return lambda row: convert(row[index]) if row[index].strip() else _ABSENT


_MIXED = (
    f"columns of {spell(ITEMS)} stand there with and without the number of the item: write {spell(ITEMS)}.0.name for "
    f"one row an order, or {spell(ITEMS)}.name for one row an item."
)


class _NoColumn(Exception):
    """A column that cannot be read."""


class _Each(str):
    """Stands in a path for the number of the item, where each row holds one."""


_EACH = _Each("[]")


def _parse(name: str) -> Path:
    """Read the path out of a name; `items[0].name` is `items.0.name`, as messages spell it."""
    parts = re.sub(r"\[(\d+)\]", r".\1", name).split(".")
    return tuple(int(part) if _is_index(part) else part for part in parts)


def _is_index(part: str) -> bool:
    return part.isascii() and part.isdigit() and len(part) <= len(str(_MOST_ITEMS))


def _is_list(tree: Mapping[Any, Any]) -> bool:
    return any(isinstance(name, int) for name in tree)


def _hang(tree: dict[Any, Any], path: Path, leaf: tuple[int, str]) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
        if not isinstance(tree, dict):
            raise _NoColumn(f"column {spell(path)!r} lies within another column, which holds a text.")
    if path[-1] in tree or any(isinstance(name, int) != isinstance(path[-1], int) for name in tree):
        raise _NoColumn(f"column {spell(path)!r} and another one cannot both be: they lie within each other.")
    tree[path[-1]] = leaf


def recognized(names: Iterable[str]) -> int:
    """Count the names that are columns of an order."""
    count = 0
    for name in names:
        try:
            count += not Header([name], unknown="skip").skipped
        except Failure:
            continue
    return count


@cache
def _known_names() -> list[str]:
    names = [column.name for column in known_columns()]
    by_item = f"{spell(ITEMS)}.0."
    return [*names, *(name.replace(by_item, f"{spell(ITEMS)}.") for name in names if name.startswith(by_item))]


def _meant(path: Path) -> str:
    """Guess which column was meant: by the whole name first, then by its last part."""
    known = _known_names()
    spelled = spell(tuple(0 if isinstance(part, int) else part for part in path)).lower().replace(" ", "_")
    alike = get_close_matches(spelled, known, n=1, cutoff=0.8)
    if not alike:
        ends = {name.rpartition(".")[2]: name for name in reversed(known)}
        ends |= {name.rpartition(".")[2]: name for name in known if name.startswith("shipping_address.")}
        end = get_close_matches(spelled.rpartition(".")[2], ends, n=1, cutoff=0.8)
        alike = [ends[name] for name in end]
    return f"; did you mean {alike[0]}?" if alike else "; `sendcloud-orders columns` lists them."


# ---------------------------------------------------------------- cells

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
# What a double holds digit for digit.
_NUMBER = re.compile(r"[+-]?(?=[0-9.]{1,16}\Z)[0-9]+(\.[0-9]+)?")
_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _read_whole(text: str) -> object:
    stripped = text.strip()
    return int(stripped) if _WHOLE.fullmatch(stripped) else text


def _read_number(text: str) -> object:
    """Read a number; a longer one stays a text, which an upsert takes digit for digit."""
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        return stripped
    return float(stripped) if "." in stripped else int(stripped)


def _read_flag(text: str) -> object:
    return _WORDS.get(text.strip().lower(), text)


_CONVERSIONS: dict[str, Callable[[str], object]] = {
    "whole number": _read_whole,
    "number": _read_number,
    "yes or no": _read_flag,
}


# ---------------------------------------------------------------- the other way


def cells_of(order: Mapping[str, Any]) -> dict[str, str]:
    """Give an order as cells by the names of their columns, all its items in one row.

    What a cell cannot say is left out: null, empty texts and empty lists.
    """
    return {spell(path): text for path, text in _cells(order, ()) if text}


def _cells(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    match value:
        case Mapping():
            for name, part in value.items():
                yield from _cells(part, (*path, str(name)))
        case list() | tuple():
            for index, part in enumerate(value):
                yield from _cells(part, (*path, index))
        case None:
            return
        case bool():
            yield path, "true" if value else "false"
        case _:
            yield path, str(value)
