"""`find`: one order by the shop's key."""

from __future__ import annotations

from pathlib import Path

import click

from ..access import connect, credentials_option
from ..endings import Failure, Status
from ..keys import read_key


@click.command("find")
@click.argument("integration", metavar="INTEGRATION")
@click.argument("order_id", metavar="ORDER_ID", required=False)
@credentials_option
def command(integration: str, order_id: str | None, credentials: Path | None) -> None:
    """Show one order by its INTEGRATION and the shop's ORDER_ID.

    INTEGRATION/ORDER_ID, as `label` takes it, will do too. Both are compared to the letter. It is JSON with all that is
    known and every digit as it came: indented on a terminal, elsewhere one line.
    """
    from ..showing import show_order

    key = read_key(integration if order_id is None else f"{integration}/{order_id}")
    with connect(credentials) as orders:
        order = orders.find(key.integration_id, key.order_id)
    if order is None:
        raise Failure(
            f"Integration {key.integration_id} has no order with this order_id. One that was pushed a moment ago may "
            "take seconds to appear.",
            status=Status.SOME_FAILED,
        )
    show_order(order)
