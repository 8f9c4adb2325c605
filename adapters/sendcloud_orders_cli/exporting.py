"""Orders that were read, as rows of a CSV file that can be pushed again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import msgspec

from sendcloud_orders import to_input
from sendcloud_orders_api.types import encode

from .columns import Header, cells_of, known_columns
from .printing import note

if TYPE_CHECKING:
    from sendcloud_orders_api.models import Order

READ_ONLY = ("created_at", "modified_at")
"""When Sendcloud stored the order: nothing that a push could say."""

# A number with a fraction stays the text that it is.
_DECODER = msgspec.json.Decoder(dict[str, Any], float_hook=str)


def read_columns(names: str) -> list[str]:
    """Read names of columns with commas between. Raises `Failure` for one that no order has: it would stay empty."""
    found = [name.strip() for name in names.split(",")]
    Header([name for name in found if name not in READ_ONLY])
    return found


def cells_in(order: Order, columns: Sequence[str]) -> list[str]:
    """Give the cells of an order in these columns."""
    stored = {name: moment.isoformat() for name in READ_ONLY if (moment := getattr(order, name))}
    cells = cells_of(_values(order)) | stored
    return [cells.get(name, "") for name in columns]


def _values(order: Order) -> dict[str, Any]:
    """Give what a push can say of an order, in the form in which it would."""
    values: dict[str, Any] = _DECODER.decode(encode(to_input(order)))
    return values


def csv_rows(orders: Iterable[Order], columns: Sequence[str] | None = None) -> Iterator[Sequence[str]]:
    """Yield a header and a row an order, in these columns; without them in all that any of the orders fills.

    An upsert replaces an order, so a column that is missing would be lost with the next push.
    """
    if columns is not None:
        yield columns
        for order in orders:
            yield cells_in(order, columns)
        return
    # Which columns there are is known after the last order, and there may be more orders than memory.
    with TemporaryFile("w+", encoding="ascii") as kept:
        names: set[str] = set()
        beyond = 0
        for order in orders:
            values = _values(order)
            cells = cells_of(values)
            names.update(cells)
            beyond += not _can_be_said(values)
            kept.write(json.dumps(cells) + "\n")
        header = _in_sequence(names)
        yield header
        kept.seek(0)
        for line in kept:
            cells = json.loads(line)
            yield [cells.get(name, "") for name in header]
    if beyond:
        note(
            f"{beyond:,} of these orders hold what CSV cannot say, such as an empty text, or a number or a list among "
            "the properties of an item: to push this file would change that. --json says all."
        )


def _can_be_said(value: object, path: tuple[str, ...] = ()) -> bool:
    """Tell whether a push of the cells would give the same value again; an empty list is as good as none."""
    if isinstance(value, dict):
        return bool(value) and all(_can_be_said(part, (*path, name)) for name, part in value.items())
    if isinstance(value, list):
        return all(_can_be_said(part, (*path, "0")) for part in value)
    if value in (None, ""):
        return False
    return path in _columns() or (isinstance(value, str) and (*path[:-1], "NAME") in _columns())


@cache
def _columns() -> dict[tuple[str, ...], None]:
    """Give the path of each column, in the sequence of the spec."""
    return dict.fromkeys(tuple(column.name.split(".")) for column in known_columns())


def _in_sequence(names: Iterable[str]) -> list[str]:
    """Sort columns as the spec has its fields, the members of a list one after the other; unknown ones come last."""
    places: dict[tuple[str, ...], int] = {}
    for parts in _columns():
        for length in range(1, len(parts) + 1):
            places.setdefault(parts[:length], len(places))

    def place(name: str) -> list[tuple[int, str]]:
        parts = name.split(".")
        known = tuple("0" if part.isdigit() else part for part in parts)
        return [
            (int(part), "") if part.isdigit() else (places.get(known[: index + 1], len(places)), part)
            for index, part in enumerate(parts)
        ]

    return sorted(names, key=place)
