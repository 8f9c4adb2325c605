"""`columns`: what a CSV file of orders may hold."""

from __future__ import annotations

import click

from ..columns import EXAMPLE, EXAMPLE_ITEM, known_columns
from ..printing import write_csv, write_json, write_table


@click.command("columns")
@click.option("--template", is_flag=True, help="Print a CSV file with one order of two items to begin with.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def command(*, template: bool, as_json: bool) -> None:
    """List the columns that a CSV file of orders may have.

    Each is a field of an order, named by its path. Those that are needed always are needed in each order; those needed
    in their group once another column of the same group has a value. A 0 stands for the first of several; the next
    has 1. For one row an item in place of one row an order, leave the number of order_details.order_items out, and let
    the rows of an order adjoin: the first has all, the others the key and their item.

    An empty cell leaves its field out. Moments have an offset from UTC, amounts a point before the cents (or see
    --decimal-comma of `check` and `push`), yes-or-no columns hold true or false.
    """
    if template:
        write_csv([list(EXAMPLE), list(EXAMPLE.values()), [EXAMPLE_ITEM.get(name, "") for name in EXAMPLE]])
        return
    found = known_columns()
    if as_json:
        for column in found:
            write_json(column._asdict())
    else:
        write_table(("column", "holds", "needed", ""), found)
