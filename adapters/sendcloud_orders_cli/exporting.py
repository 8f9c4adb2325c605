"""Orders that were read, as rows of a CSV file that can be pushed again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import msgspec

from sendcloud_orders import to_input
from sendcloud_orders_api.types import encode

from .columns import Header, cells_of, known_columns

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
    cells = _cells(order)
    return [cells.get(name, "") for name in columns]


def _cells(order: Order) -> dict[str, str]:
    """Give what a push can say of an order, in the form in which it would, and when Sendcloud stored it."""
    stored = {name: moment.isoformat() for name in READ_ONLY if (moment := getattr(order, name))}
    return cells_of(_DECODER.decode(encode(to_input(order)))) | stored


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
        for order in orders:
            cells = _cells(order)
            for name in READ_ONLY:
                cells.pop(name, None)
            names.update(cells)
            kept.write(json.dumps(cells) + "\n")
        header = _in_sequence(names)
        yield header
        kept.seek(0)
        for line in kept:
            cells = json.loads(line)
            yield [cells.get(name, "") for name in header]


def _in_sequence(names: Iterable[str]) -> list[str]:
    """Sort columns as the spec has its fields, the members of a list one after the other; unknown ones come last."""
    places: dict[tuple[str, ...], int] = {}
    for column in known_columns():
        parts = tuple(column.name.split("."))
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
