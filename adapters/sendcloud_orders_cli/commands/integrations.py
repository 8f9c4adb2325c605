"""`integrations`: the shops that the account is connected to."""

from __future__ import annotations

from pathlib import Path

import click

from ..access import connect, credentials_option
from ..printing import write_json_text, write_table

_HEADINGS = ("Id", "Name", "Type", "Failing since")


@click.command("integrations")
@click.option("--json", "as_json", is_flag=True, help="Write all that is known of them, one JSON object a line.")
@credentials_option
def command(as_json: bool, credentials: Path | None) -> None:
    """List the account's integrations.

    Told are ids, names and types, and since when one fails. Orders belong to an integration, and pushing them is meant
    for those of the type api.
    """
    from sendcloud_orders_api.types import encode

    with connect(credentials) as client:
        found = client.integrations()
    if as_json:
        for one in found:
            write_json_text(encode(one).decode())
        return
    rows = []
    for one in found:
        failing = one.started_failing_at.isoformat(" ", "minutes") if one.started_failing_at else ""
        rows.append((one.id, one.shop_name, one.type_, failing))
    write_table(_HEADINGS, rows)
