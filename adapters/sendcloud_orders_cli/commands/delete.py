"""`delete`: orders by their Sendcloud ids."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..access import connect, credentials_option
from ..endings import Failure, Status
from ..keys import read_id
from ..printing import complain, note, write_line
from ..questions import check_can_ask, confirm

if TYPE_CHECKING:
    from sendcloud_orders import OrdersClient, SendcloudId


@click.command("delete")
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=read_id)
@click.option("--yes", is_flag=True, help="Do not ask. Needed where there is no terminal to ask on.")
@click.option("--missing-ok", is_flag=True, help="Take an order that is not there for a deleted one.")
@credentials_option
def command(ids: Sequence[SendcloudId], yes: bool, missing_ok: bool, credentials: Path | None) -> Status:
    """Delete orders; their shipments and labels stay.

    Each ID is Sendcloud's. On a terminal the orders are shown first, which costs a read each, and you are asked. Each
    id that is deleted is written to stdout. An order that is not there is told of and makes the exit status 1; the
    others are deleted.
    """
    from sendcloud_orders import NotFoundError, SendcloudError

    numbers = list(dict.fromkeys(ids))
    if not yes:
        check_can_ask()
    missing = False
    with connect(credentials) as orders:
        if not yes:
            numbers, missing = _shown(orders, numbers)
            if not numbers:
                raise Failure("there is nothing to delete.", status=Status.OK if missing_ok else Status.SOME_FAILED)
            confirm(f"Delete {'this order' if len(numbers) == 1 else f'these {len(numbers)} orders'} for good?")
        for place, number in enumerate(numbers):
            try:
                orders.delete(number, missing_ok=missing_ok)
            except NotFoundError:
                complain(f"There is no order {number}.")
                missing = True
            except SendcloudError:
                note(f"Stopped at order {number}. Not deleted, as far as is known: {_listed(numbers[place:])}")
                raise
            else:
                write_line(number)
                sys.stdout.flush()
    return Status.SOME_FAILED if missing and not missing_ok else Status.OK


def _shown(orders: OrdersClient, numbers: Sequence[SendcloudId]) -> tuple[list[SendcloudId], bool]:
    """Show the orders that are there; give their ids, and whether others are missing."""
    from sendcloud_orders import NotFoundError

    from ..showing import row_of

    there = []
    for number in numbers:
        try:
            order = orders.get(number)
        except NotFoundError:
            note(f"There is no order {number}.")
        else:
            note("  ".join(row_of(order)))
            there.append(number)
    return there, len(there) < len(numbers)


def _listed(numbers: Sequence[SendcloudId]) -> str:
    return ", ".join(map(str, numbers))
