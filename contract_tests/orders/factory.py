"""The one maker of small valid orders, of their parts, and of orders that differ from another in one field."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]
Path = str | Sequence[str | int]
"""A field: its names and places in a row, or one text with dots between them."""

DETAILS = frozenset({"status", "order_created_at", "order_updated_at", "order_items", "notes", "tags"})


def order(order_id: str = "A", integration: int = 41, **fields: Any) -> Json:
    """Return a small order; `fields` go into `order_details` where they belong there, else to the top."""
    details = {
        "integration": {"id": integration},
        "status": {"code": "unshipped"},
        "order_created_at": "2026-11-02T12:00:00Z",
        "order_items": [item("Tea tin")],
    }
    return {
        "order_id": order_id,
        "order_number": f"#{order_id}",
        "order_details": details | {name: value for name, value in fields.items() if name in DETAILS},
        "payment_details": {"total_price": price(19.9), "status": {"code": "paid"}},
    } | {name: value for name, value in fields.items() if name not in DETAILS}


def orders(count: int, **fields: Any) -> list[Json]:
    """Return several small orders, each with a key of its own."""
    return [order(f"A-{number}", **fields) for number in range(count)]


def item(name: str, **fields: Any) -> Json:
    """Return an item."""
    return {"name": name, "quantity": 2, "total_price": price(19.9), **fields}


def price(value: Any) -> Json:
    """Return an amount of euros."""
    return {"value": value, "currency": "EUR"}


def address(**fields: Any) -> Json:
    """Return an address."""
    given = {"name": "Ada Fictiva", "address_line_1": "Voorbeeldstraat", "postal_code": "1000 AA", "city": "Delft"}
    return given | {"country_code": "NL"} | fields


def with_value(order: Json, path: Path, value: object) -> Json:
    """Return a copy of an order with this value in one field; objects on the way are made."""
    changed, holder, last = _opened(order, path)
    holder[last] = value
    return changed


def without(order: Json, path: Path) -> Json:
    """Return a copy of an order that lacks one field."""
    changed, holder, last = _opened(order, path)
    del holder[last]
    return changed


def _opened(order: Json, path: Path) -> tuple[Json, Any, str | int]:
    """Return a copy, and what in it holds the last step of the path."""
    steps = [int(step) if step.isdigit() else step for step in path.split(".")] if isinstance(path, str) else path
    changed = copy.deepcopy(order)
    holder: Any = changed
    for step in steps[:-1]:
        holder = holder.setdefault(step, {}) if isinstance(holder, dict) else holder[step]
    return changed, holder, steps[-1]
