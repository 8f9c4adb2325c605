"""`update`: parts of one order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..access import connect, credentials_option
from ..endings import Failure, Status
from ..keys import read_id
from ..printing import printable

if TYPE_CHECKING:
    from sendcloud_orders import SendcloudId

_MOST_BYTES = 16 * 1024 * 1024


@click.command("update")
@click.argument("id", type=read_id)
@click.argument("file", required=False, metavar="[FILE]")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="NAME=VALUE",
    help="A field by its name as `columns` lists them, such as shipping_address.city=Delft. May be repeated.",
)
@click.option("--verify", is_flag=True, help="Read the order back until it shows the new values, for up to 10 s.")
@credentials_option
def command(id: SendcloudId, file: str | None, changes: Sequence[str], verify: bool, credentials: Path | None) -> None:
    """Change fields of one order.

    ID is Sendcloud's. All other fields stay as they are. The changes are given with --set, or as a JSON object in FILE,
    where - is stdin; JSON alone can say null, an empty text, or a list. An item of an order is found by its name, which
    has to be among the changes: --set order_details.order_items.0.name='Tea tin' --set
    order_details.order_items.0.quantity=3

    The order's ids and number are written to stdout, with tabs between them.
    """
    from sendcloud_orders import NotFoundError

    if bool(changes) == bool(file):
        raise click.UsageError("Say what to change: either with --set NAME=VALUE, or with a file of JSON.")
    wanted = _read_json(file) if file else _read_settings(changes)
    with connect(credentials) as orders:
        try:
            known = orders.update(id, wanted, verify=verify)
        except NotFoundError:
            raise Failure(
                f"There is no order {id}. One that was pushed a moment ago may take seconds to appear.",
                status=Status.SOME_FAILED,
            ) from None
    print("\t".join(map(printable, (known.id, known.order_id, known.order_number))))


def _read_settings(changes: Sequence[str]) -> dict[str, Any]:
    """Read NAME=VALUE as a row of CSV with these columns."""
    from ..columns import Header

    pairs = [change.partition("=") for change in changes]
    for name, equals, value in pairs:
        if not equals or not name.strip():
            raise click.UsageError(f"--set should be NAME=VALUE, not {name + equals + value!r}.")
        if not value:
            # A column would leave the field out, and an update that changes nothing would look like one that did.
            raise click.UsageError(f"--set {name}= has no value: to send an empty text or null, give a file of JSON.")
    return Header([name for name, _, _ in pairs]).order_of([value for _, _, value in pairs])


def _read_json(file: str) -> Any:
    """Read a JSON object with every digit as it is written."""
    import msgspec

    name = "stdin" if file == "-" else file
    try:
        with click.open_file(file, "rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        raise Failure(f"{name} cannot be read: {error.strerror}.") from None
    if len(content) > _MOST_BYTES:
        raise Failure(f"{name} is too long to hold the changes of one order.")
    try:
        changes = msgspec.json.Decoder(float_hook=Decimal).decode(content.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Failure(f"{name} holds no JSON: it should be an object of the fields to change.") from None
    if not isinstance(changes, dict):
        raise Failure(f"{name} should hold a JSON object of the fields to change.")
    return changes
