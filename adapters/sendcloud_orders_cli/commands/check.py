"""`check`: hold every order of files against the spec, offline."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any, Literal

import click

from ..endings import Failure, Status
from ..file_options import files_options, read_options
from ..files import OrderFile
from ..printing import counted, is_terminal, note, write_json
from ..problems import problems_of
from ..progress import Checking, progress_of


@click.command("check")
@files_options
@click.option("--for-label", is_flag=True, help="Check also what a label needs of an order.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line, and the summary as the last one.")
def command(
    *,
    files: tuple[str, ...],
    unknown_fields: Literal["refuse", "send"],
    duplicates: Literal["error", "last", "sequence"],
    for_label: bool,
    as_json: bool,
    **form: Any,
) -> Status:
    """Check every order of each file against the spec, and send nothing.

    FILE is NDJSON (one order a line), JSON (a list of orders, one order, or an answer with its orders in "data"), or
    CSV; '-' is standard input. Prints a line for each fault: file and line, the order's key, the field, what was
    expected. Needs no credentials and no network. Several files have nothing to do with each other: a key may come
    again in another one.

    In a CSV file each column is a field, named by its path: order_id, shipping_address.city. Items are numbered
    (order_details.order_items.0.name: one row an order), or not (order_details.order_items.name: one row an item, the
    rows of an order adjoin and need its key only once). An empty cell leaves its field out. `sendcloud-orders
    columns` lists all columns, and gives a file to begin with.
    """
    given = [read_options(file, unknown_fields=unknown_fields, **form) for file in files]
    counts: Counter[str] = Counter(orders=0, refused=0, faults=0)
    for file in given:
        counts += _checked(file, unknown_fields, duplicates, for_label, as_json=as_json, of_several=len(given) > 1)
    orders = counted(counts["orders"], "order") + (f" in {len(given)} files" if len(given) > 1 else "")
    if as_json:
        write_json({name: counts[name] for name in ("orders", "refused", "faults")})
    elif counts["refused"]:
        note(f"{orders}: {counts['refused']:,} cannot be sent, with {counted(counts['faults'], 'fault')}.")
    else:
        note(f"{orders}: all can be sent.")
    return Status.SOME_FAILED if counts["refused"] else Status.OK


def _checked(
    file: OrderFile,
    unknown_fields: Literal["refuse", "send"],
    duplicates: Literal["error", "last", "sequence"],
    for_label: bool,
    *,
    as_json: bool,
    of_several: bool,
) -> Counter[str]:
    """Print the faults of one file, and count its orders, those refused, and the faults."""
    from sendcloud_orders import check_orders

    orders = file.orders()
    counts: Counter[str] = Counter()
    with progress_of(Checking(lambda: orders.count), quiet=as_json or not is_terminal(sys.stderr)) as progress:
        checked = check_orders(orders, duplicates=duplicates, unknown_fields=unknown_fields, check_for_label=for_label)
        for rejected in checked:
            counts["refused"] += 1
            for problem in problems_of(rejected, orders):
                counts["faults"] += 1
                if as_json:
                    write_json(({"file": file.name} if of_several else {}) | problem.as_json())
                else:
                    progress.say(f"{file.name}:{problem.line}: {problem}")
    if not orders.count:
        raise Failure(f"{file.name}: there is no order in it.")
    return counts + Counter(orders=orders.count)
