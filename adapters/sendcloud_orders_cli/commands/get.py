"""`get`: one order by Sendcloud's id."""

from __future__ import annotations

from pathlib import Path

import click

from ..access import connect, credentials_option
from ..endings import Failure, Status


@click.command("get")
@click.argument("id")
@credentials_option
def command(id: str, credentials: Path | None) -> None:
    """Show the order with this Sendcloud ID as JSON, whole and with every digit as it came.

    On a terminal it is indented, elsewhere one line. The shop's own order_id is another thing: see `find`.
    """
    from sendcloud_orders import NotFoundError, sendcloud_id

    from ..showing import show_order

    number = sendcloud_id(id)
    with connect(credentials) as orders:
        try:
            order = orders.get(number)
        except NotFoundError:
            raise Failure(
                f"There is no order {number}. One that was pushed a moment ago may take seconds to appear.",
                status=Status.SOME_FAILED,
            ) from None
    show_order(order)
