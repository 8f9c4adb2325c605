"""What is wrong with the orders of a file, told by line, key and field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from sendcloud_orders import FieldError, OrderKey, Rejected

from .endings import for_people
from .files import Orders


class Problem(NamedTuple):
    """One fault of one order; `field` is empty where the order is at fault as a whole."""

    line: int
    key: OrderKey | None
    field: str
    code: str
    message: str

    def __str__(self) -> str:
        parts = (spell_key(self.key) if self.key else "", self.field, self.message)
        return ": ".join(filter(None, parts))

    def as_json(self) -> dict[str, object]:
        """Give what a program reads."""
        return {"line": self.line, **key_as_json(self.key), **self.error_as_json()}

    def error_as_json(self) -> dict[str, object]:
        """Give the fault without the order."""
        return {"field": self.field or None, "code": self.code or None, "message": self.message}


def problems_of(rejected: Rejected, orders: Orders) -> Iterator[Problem]:
    """Tell what is wrong with a refused order, with the options and lines of the command line in the words.

    Of an order that only shared a batch with a bad one there is nothing to tell.
    """
    line = orders.line_of(rejected.position)
    if unreadable := orders.unreadable.get(rejected.position):
        yield Problem(line, rejected.key, "", "unreadable", unreadable)
        return
    for error in rejected.errors:
        yield Problem(line, rejected.key, error.field, error.code or "", _in_our_words(_whole(error), orders))


def _whole(error: FieldError) -> str:
    """Give the message with what the client adds to it: a hint, or the code where the words are not shown."""
    return str(replace(error, path=(), parameter=None, header=None))


def spell_reason(reason: str) -> str:
    """Say to a person what is said to a program elsewhere."""
    for said, better in _FOR_PEOPLE.items():
        reason = reason.replace(said, better)
    return for_people(reason)


def spell_key(key: OrderKey | None) -> str:
    """Name an order by its key."""
    return f"order {key.order_id!r} of integration {key.integration_id}" if key else "an order without a key"


def key_as_json(key: OrderKey | None) -> dict[str, object]:
    """Give a key as two fields, null where an order has none."""
    integration_id, order_id = key or (None, None)
    return {"integration_id": integration_id, "order_id": order_id}


# What a program does about a fault, and what a person does.
_FOR_PEOPLE = {
    ", not one without: give the datetime its tzinfo": ", not one without",
    ": str(...) it": ": put it into quotes",
    " by KeyboardInterrupt": "",
}
_IN_A_CELL = re.compile(r"(Input should be a valid (?:(boolean)|\w+)), not str\b")


def _in_our_words(message: str, orders: Orders) -> str:
    """Say lines in place of positions, and options in place of arguments."""
    told = re.sub(r"\bat position ([0-9]+)", lambda found: f"on line {_line(int(found[1]), orders)}", message)
    told = re.sub(r'\b(unknown_fields|duplicates)="(\w+)"', lambda found: f"--{_dashed(found[1])} {found[2]}", told)
    told = told.replace(' or "sequence"', " or sequence")
    told = spell_reason(told)
    # Each cell is a text, so that this would say nothing.
    return (
        _IN_A_CELL.sub(lambda found: found[1] + (", true or false" * bool(found[2])), told) if orders.is_csv else told
    )


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _line(position: int, orders: Orders) -> int:
    # A service may speak of positions of its own.
    return orders.line_of(position) if position < orders.count else position
