"""Orders that were read: as JSON with every digit as it came, or as rows for people."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from sendcloud_orders_api.types import encode

from .printing import console, is_terminal, printable, write_json_text

if TYPE_CHECKING:
    from sendcloud_orders_api.models import Order


def row_of(order: Order) -> tuple[str, ...]:
    """Give what people look for in a list of orders; the day is the shop's own."""
    details, payment = order.order_details, order.payment_details
    price = payment.total_price
    return (
        str(order.id),
        str(details.integration.id),
        order.order_id,
        order.order_number,
        details.status.code,
        payment.status.code,
        " ".join(str(part) for part in (price.value, price.currency) if part is not None),
        details.order_created_at.date().isoformat(),
    )


def order_as_json(order: Order, *, indent: bool = False) -> str:
    """Write a whole order as JSON, on one line or for people; with the fields that no model names."""
    content = encode(order)
    return (msgspec.json.format(content, indent=2) if indent else content).decode()


def show_order(order: Order) -> None:
    """Write one order to stdout: for a person on a terminal, on one line elsewhere."""
    write_json_text(order_as_json(order, indent=is_terminal(sys.stdout)))


def write_order_table(orders: Iterable[Order]) -> None:
    """Write a table for a terminal that cuts nothing off: what does not fit goes on in the next line of its cell."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading, whole in (("Id", True), ("Order", False), ("Number", False), ("Status", False), ("Total", False)):
        table.add_column(heading, no_wrap=whole, overflow="fold", justify="right" if heading == "Total" else "left")
    table.add_column("Placed", no_wrap=True)
    for order in orders:
        id, integration, order_id, number, status, _, total, placed = map(printable, row_of(order))
        # The key as `label` takes it.
        table.add_row(*map(Text, (id, f"{integration}/{order_id}", number, status, total, placed)))
    console(sys.stdout).print(table)
