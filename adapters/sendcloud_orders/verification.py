"""Compare what an update sent with what is read back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from .pointers import FieldPath

# What a PATCH calls differently from the stored order.
_RENAMED = {"phone": "phone_number"}


def find_differences(sent: Any, stored: Any, path: FieldPath = ()) -> Iterator[FieldPath]:
    """Name the fields of `sent` whose value `stored` does not have; both are decoded JSON.

    Numbers compare by amount and instants by moment, however they are written; items are found by their `name`; null
    and absent are the same. What was not sent is not looked at.
    Rules: PATCH-MERGE, PATCH-ITEMS, PATCH-PHONE, PATCH-RESULT.
    """
    if isinstance(sent, dict):
        if not isinstance(stored, dict):
            yield path
            return
        for name, value in sent.items():
            found = stored.get(name)
            if found is None and name in _RENAMED:
                found = stored.get(_RENAMED[name])
            yield from find_differences(value, found, (*path, name))
    elif path[-1:] == ("order_items",) and isinstance(sent, list):
        found = stored if isinstance(stored, list) else []
        by_name = {_name_of(item): item for item in reversed(found) if isinstance(item, dict)}
        for index, item in enumerate(sent):
            yield from find_differences(item, by_name.get(_name_of(item)), (*path, index))
    elif isinstance(sent, list):
        if not isinstance(stored, list) or len(sent) != len(stored):
            if sent or stored:
                yield path
            return
        for index, (one, other) in enumerate(zip(sent, stored, strict=True)):
            yield from find_differences(one, other, (*path, index))
    elif not _same(sent, stored):
        yield path


def _name_of(item: Any) -> str | None:
    """Give the name of an item; an update that was not checked may have sent anything for one."""
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) else None


def _same(sent: object, stored: object) -> bool:
    if sent == stored and isinstance(sent, bool) == isinstance(stored, bool):
        return True
    if isinstance(sent, bool) or isinstance(stored, bool) or sent is None or stored is None:
        return False
    return _same_amount(sent, stored) or _same_moment(sent, stored)


def _same_amount(one: object, other: object) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return False
    try:
        return Decimal(str(one)) == Decimal(str(other))
    except InvalidOperation:
        return False


def _same_moment(one: object, other: object) -> bool:
    try:
        first, second = datetime.fromisoformat(str(one)), datetime.fromisoformat(str(other))
    except ValueError:
        return False
    return first.tzinfo is not None and second.tzinfo is not None and first == second
