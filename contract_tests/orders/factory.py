"""The one maker of small valid orders, and of their parts."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

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
