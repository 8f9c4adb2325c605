"""`find`: one order by the shop's key."""

from __future__ import annotations

from pathlib import Path

import click

from ..access import connect, credentials_option
from ..endings import Failure, Status


@click.command("find")
@click.argument("integration", type=click.IntRange(min=1))
@click.argument("order_id")
@credentials_option
def command(integration: int, order_id: str, credentials: Path | None) -> None:
    """Show one order by its INTEGRATION and the shop's ORDER_ID.

    Both are compared to the letter. It is JSON with all that is known and every digit as it came: indented on a
    terminal, elsewhere one line.
    """
    from ..showing import show_order

    with connect(credentials) as orders:
        order = orders.find(integration, order_id)
    if order is None:
        raise Failure(
            f"Integration {integration} has no order with this order_id. One that was pushed a moment ago may take "
            "seconds to appear.",
            status=Status.SOME_FAILED,
        )
    show_order(order)
