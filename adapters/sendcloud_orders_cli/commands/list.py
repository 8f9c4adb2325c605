"""`list`: orders that match filters, as a table, as lines, as JSON or as CSV."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import Any, get_args

import click

from ..access import connect, credentials_option
from ..days import read_day
from ..printing import is_terminal, printable, write_csv, write_json_text, write_table

_PAGE = 200


def _read_sort_key(text: str) -> str:
    from sendcloud_orders_api.models import SortKey

    if text not in get_args(SortKey):
        fields = [key for key in get_args(SortKey) if not key.startswith("-")]
        raise click.BadParameter(f"{text!r} is none of {', '.join(fields)}, nor one of these with a minus before it")
    return text


def _day_options(command: Any) -> Any:
    """Add the options for the days on which orders were created and last changed."""
    for field, happened in (("updated", "Last changed"), ("created", "Placed")):
        for end, which in (("-max", "on this day or earlier"), ("-min", "on this day or later"), ("", "on this day")):
            told = f"{happened} in the shop {which}."
            command = click.option(f"--order-{field}-at{end}", type=read_day, metavar="DAY", help=told)(command)
    return command


@click.command("list")
@click.option("--integration", type=click.IntRange(min=1), multiple=True, metavar="ID", help="May be repeated.")
@click.option("--order-number", help="The number that the customer knows; several orders may have it.")
@click.option("--order-id", help="The shop's own id.")
@click.option("--status", help="The code of the shop's status, such as fulfilled.")
@_day_options
@click.option(
    "--sort",
    multiple=True,
    type=_read_sort_key,
    metavar="KEY",
    help="May be repeated; a minus before it reverses: -pk.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Stop after so many orders.")
@click.option("--page-size", type=click.IntRange(1, _PAGE), default=_PAGE, metavar="N", help="Orders a request.")
@click.option("--cursor", help="Where to go on, as an error of an earlier listing tells.")
@click.option("--json", "as_json", is_flag=True, help="Write whole orders, one JSON object a line.")
@click.option("--csv", "as_csv", is_flag=True, help="Write CSV with the columns that `push` reads.")
@click.option("--columns", metavar="NAME,NAME", help="Which columns, by the names that `columns` lists.")
@credentials_option
def command(
    as_json: bool, as_csv: bool, columns: str | None, limit: int | None, credentials: Path | None, **filters: Any
) -> None:
    """List orders as a table, lines, JSON or CSV.

    An order matches all of the filters. On a terminal they are a table, elsewhere lines with tabs. Text is compared
    without regard to case. Days are those of the shop: when the order was placed or changed there, not when Sendcloud
    was told. What changed at Sendcloud, `watch` tells.

    CSV has every column that one of the orders fills, so that the file can be edited and pushed: an upsert replaces the
    whole order, and a column that --columns leaves out may be gone from the order after that.
    """
    from ..exporting import cells_in, csv_rows, read_columns
    from ..showing import order_as_json, row_of, write_order_table

    if as_json and (as_csv or columns):
        raise click.UsageError("--json writes whole orders, so it goes with neither --csv nor --columns.")
    chosen = None if columns is None else read_columns(columns)
    given = {name: value for name, value in filters.items() if value not in (None, ())}
    given["page_size"] = min(given["page_size"], limit or _PAGE)
    with connect(credentials) as client:
        orders = islice(client.list(**given), limit)
        if as_json:
            for order in orders:
                write_json_text(order_as_json(order))
        elif as_csv:
            write_csv(csv_rows(orders, chosen))
        elif chosen:
            write_table(chosen, (cells_in(order, chosen) for order in orders))
        elif is_terminal(sys.stdout):
            # A table for each page, so that the first one is there before the last is asked for.
            while page := list(islice(orders, _PAGE)):
                write_order_table(page)
        else:
            for order in orders:
                print("\t".join(map(printable, row_of(order))))
