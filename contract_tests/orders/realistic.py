"""As many realistic orders as are wanted, the same ones each time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from sendcloud_orders_api.models import OrderInput

Json = dict[str, Any]

EXAMPLES = Path(__file__).parents[2] / "examples" / "orders.ndjson"
INTEGRATIONS = (41, 68, 93)


@cache
def _examples() -> list[bytes]:
    return EXAMPLES.read_bytes().splitlines()


def read_orders() -> list[Json]:
    """Return the 250 orders of examples/orders.ndjson."""
    return [msgspec.json.decode(line) for line in _examples()]


def make_order(number: int, shop: str) -> Json:
    """Return the order of this number; `shop` tells the keys of two runs apart."""
    examples = _examples()
    order: Json = msgspec.json.decode(examples[number % len(examples)])
    return order | {"order_id": f"{shop}-{number}", "order_number": f"#{number}"}


def make_orders(count: int, shop: str) -> Iterator[Json | OrderInput]:
    """Yield the orders from 0, every other one as a model."""
    for number in range(count):
        order = make_order(number, shop)
        yield msgspec.convert(order, OrderInput) if number % 2 else order
