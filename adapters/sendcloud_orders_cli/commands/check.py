"""`check`: hold every order of a file against the spec, offline."""

from __future__ import annotations

import sys
from typing import Any, Literal

import click

from ..endings import Failure, Status
from ..file_options import file_options, read_options
from ..printing import counted, is_terminal, note, write_json
from ..problems import problems_of
from ..progress import Checking, progress_of


@click.command("check")
@file_options
@click.option("--for-label", is_flag=True, help="Check also what a label needs of an order.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line, and the summary as the last one.")
def command(
    *,
    unknown_fields: Literal["refuse", "send"],
    duplicates: Literal["error", "last", "sequence"],
    for_label: bool,
    as_json: bool,
    **file: Any,
) -> Status:
    """Check every order of a file against the spec, and send nothing.

    FILE is NDJSON (one order a line), JSON (a list of orders, one order, or an answer with its orders in "data"), or
    CSV; '-' is standard input. Prints a line for each fault: file and line, the order's key, the field, what was
    expected. Needs no credentials and no network.

    In a CSV file each column is a field, named by its path: order_id, shipping_address.city. Items are numbered
    (order_details.order_items.0.name: one row an order), or not (order_details.order_items.name: one row an item, the
    rows of an order adjoin and need its key only once). An empty cell leaves its field out. `sendcloud-orders
    columns` lists all columns, and gives a file to begin with.
    """
    from sendcloud_orders import check_orders

    given = read_options(unknown_fields=unknown_fields, **file)
    orders = given.orders()
    refused = faults = 0
    with progress_of(Checking(lambda: orders.count), quiet=as_json or not is_terminal(sys.stderr)) as progress:
        checked = check_orders(orders, duplicates=duplicates, unknown_fields=unknown_fields, check_for_label=for_label)
        for rejected in checked:
            refused += 1
            for problem in problems_of(rejected, orders):
                faults += 1
                if as_json:
                    write_json(problem.as_json())
                else:
                    progress.say(f"{given.name}:{problem.line}: {problem}")
    if not orders.count:
        raise Failure(f"{given.name}: there is no order in it.")
    if as_json:
        write_json({"orders": orders.count, "refused": refused, "faults": faults})
    elif refused:
        note(f"{counted(orders.count, 'order')}: {refused:,} cannot be sent, with {counted(faults, 'fault')}.")
    else:
        note(f"{counted(orders.count, 'order')}: all can be sent.")
    return Status.SOME_FAILED if refused else Status.OK
