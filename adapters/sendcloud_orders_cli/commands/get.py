"""`get`: one order by Sendcloud's id."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..access import connect, credentials_option
from ..endings import Failure, Status
from ..keys import read_id

if TYPE_CHECKING:
    from sendcloud_orders import SendcloudId


@click.command("get")
@click.argument("id", type=read_id)
@credentials_option
def command(id: SendcloudId, credentials: Path | None) -> None:
    """Show one order by Sendcloud's ID for it.

    It is JSON with all that is known and every digit as it came: indented on a terminal, elsewhere one line.
    """
    from sendcloud_orders import NotFoundError

    from ..showing import show_order

    with connect(credentials) as orders:
        try:
            order = orders.get(id)
        except NotFoundError:
            raise Failure(
                f"There is no order {id}. One that was pushed a moment ago may take seconds to appear.",
                status=Status.SOME_FAILED,
            ) from None
    show_order(order)
