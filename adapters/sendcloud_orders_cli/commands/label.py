"""`label`: buy labels of orders, and save them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..access import connect, credentials_option, find_access
from ..endings import Status
from ..file_options import form_options
from ..keys import keys_in, open_for_keys, read_key
from ..printing import console, counted, is_terminal, note, printable
from ..questions import check_can_ask, confirm

if TYPE_CHECKING:
    from collections.abc import Callable

    from sendcloud_orders import OrderKey

    from ..buying import Plan
    from ..label_record import LabelRecord, Row

_TYPES = {"pdf": "application/pdf", "png": "image/png", "zpl": "application/zpl"}
_SHOWN = 10


@click.command("label")
@click.argument("orders", metavar="[INTEGRATION/ORDER_ID]...", nargs=-1, type=read_key)
@click.option("--from", "file", metavar="FILE", help="File of orders as `push` takes it; only the keys are read.")
@form_options
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("labels"),
    show_default=True,
    metavar="DIR",
    help="Folder for the labels, and for labels.csv, the record of what was bought.",
)
@click.option("--type", "kind", type=click.Choice(list(_TYPES)), default="pdf", show_default=True, help="Of the label.")
@click.option("--dpi", type=int, metavar="N", help="72 for PDF, 150 or 300 for PNG; ZPL heeds none.")
@click.option("--ship-with", metavar="CODE", help="Code of a shipping option, in place of what the order says.")
@click.option("--contract", type=click.IntRange(min=1), metavar="ID", help="Contract to use with --ship-with.")
@click.option("--apply-shipping-rules", is_flag=True, help="Let the account's shipping rules decide.")
@click.option(
    "--again", type=read_key, multiple=True, metavar="ORDER", help="Buy a label of this order whatever the record says."
)
@click.option("--yes", is_flag=True, help="Do not ask. Needed where there is no terminal to ask on.")
@credentials_option
def command(
    *,
    orders: Sequence[OrderKey],
    file: str | None,
    out: Path,
    kind: str,
    dpi: int | None,
    ship_with: str | None,
    contract: int | None,
    apply_shipping_rules: bool,
    again: Sequence[OrderKey],
    yes: bool,
    credentials: Path | None,
    **form: Any,
) -> Status:
    """Buy a label of each order, and save it. Every label costs money.

    An order is named by its key, such as 41/shop-1001, or stands in a file. How many labels there will be is said
    first, and you are asked.

    labels.csv in the folder of the labels says before and after each request what is known of its order. The same
    command, started again after whatever happened, buys no label twice: an order that is recorded as bought is left
    alone, and so is one of which nobody knows, because the answer got lost or the program was killed, until you have
    looked and name it with --again.

    What became of each order is written to stdout: outcome, order, file, tracking number and reason, with tabs between
    them where it is not a terminal.
    """
    from sendcloud_orders import Hooks

    from ..buying import Buyer, Departures, plan_purchase
    from ..label_record import LabelRecord

    if not (orders or file or again):
        raise click.UsageError("Name orders as INTEGRATION/ORDER_ID, or a file of them with --from.")
    if contract and not ship_with:
        raise click.UsageError("--contract goes with --ship-with.")
    keys = [*orders, *again]
    if file is not None:
        keys += keys_in(open_for_keys(file, **form))
    if not yes:
        check_can_ask()
    options: dict[str, Any] = {"mime_type": _TYPES[kind]}
    if dpi is not None:
        options["dpi"] = dpi
    if ship_with is not None:
        options["ship_with"] = _shipping_option(ship_with, contract)
    if apply_shipping_rules:
        options["apply_shipping_rules"] = True
    departures = Departures()
    service = find_access(credentials).base_url
    with (
        connect(credentials, hooks=Hooks(request=departures.note)) as client,
        LabelRecord.open(out, service) as record,
    ):
        plan = plan_purchase(keys, record, again)
        _tell_plan(plan, kind, out)
        if not plan.to_buy:
            return Status.OK if record.all_saved(keys) else Status.SOME_FAILED
        if not yes:
            confirm(f"Buy {counted(len(plan.to_buy), 'label')}?")
        buyer = Buyer(
            client=client, record=record, folder=out, suffix=f".{kind}", departures=departures, options=options
        )
        try:
            with _progress(len(plan.to_buy)) as advance:
                for row in buyer.buy_all(plan.to_buy):
                    advance(_spell(row, out))
        finally:
            _tell_result(plan, record)
        return Status.OK if record.all_saved(keys) else Status.SOME_FAILED


def _shipping_option(code: str, contract: int | None) -> Any:
    from sendcloud_orders_api.models import ShipWithInput, ShipWithPropertiesInput

    properties = ShipWithPropertiesInput(shipping_option_code=code)
    if contract is not None:
        properties.contract_id = contract
    return ShipWithInput(type_="shipping_option_code", properties=properties)


def _tell_plan(plan: Plan, kind: str, out: Path) -> None:
    if plan.named_twice:
        note(f"{counted(plan.named_twice, 'order')} named more than once: each gets one label.")
    if plan.bought:
        note(f"{counted(len(plan.bought), 'label')} bought before, as {out / 'labels.csv'} says: not bought again.")
        _tell_unsaved(plan.bought)
    _tell_unknown(plan.unknown)
    if plan.to_buy:
        note(f"{counted(len(plan.to_buy), 'label')} to buy, as {kind.upper()} into {out}. Each one costs money.")
    else:
        note("There is nothing to buy.")


def _tell_unknown(rows: Sequence[Row]) -> None:
    for row in rows[:_SHOWN]:
        note(
            f"{row.order}: a label may exist, and nobody knows. Look for the order among the created labels in the "
            f"Sendcloud panel; where there is none, buy it with --again '{row.order}'."
        )
    if len(rows) > _SHOWN:
        note(f"... and {len(rows) - _SHOWN} more orders of which nobody knows: those without `bought` in labels.csv.")


def _tell_unsaved(rows: Sequence[Row]) -> None:
    for row in rows:
        if not row.file:
            shipment = f" as shipment {row.shipment}" if row.shipment else ""
            note(
                f"{row.order}: the label was bought{shipment}, and is not saved: take it from the Sendcloud panel, and "
                "write the name of its file into labels.csv."
            )


def _tell_result(plan: Plan, record: LabelRecord) -> None:
    from ..label_record import Outcome

    rows = [row for key in plan.to_buy if (row := record.written.get(key))]
    count = Counter(row.outcome for row in rows)
    told = [f"{count[outcome]} {outcome}" for outcome in (Outcome.BOUGHT, Outcome.REFUSED, Outcome.UNKNOWN)]
    left = len(plan.to_buy) - len(rows) + count[Outcome.NOT_SENT]
    note(f"{counted(len(plan.to_buy), 'label')} to buy: {', '.join(told)}, {left} not asked for.")
    _tell_unknown([row for row in rows if row.outcome in (Outcome.UNKNOWN, Outcome.ASKED)])
    _tell_unsaved([row for row in rows if row.outcome is Outcome.BOUGHT])
    if left:
        note("To go on, start the same command again: what was bought is not bought twice.")


def _spell(row: Row, out: Path) -> tuple[str, ...]:
    return row.outcome, row.order, str(out / row.file) if row.file else "", row.tracking, row.reason


@contextmanager
def _progress(total: int) -> Iterator[Callable[[Sequence[str]], None]]:
    """Give what writes a line of the result, and shows how far it is to a person who does not see these lines."""
    if is_terminal(sys.stdout):
        done = 0

        def write_for_people(cells: Sequence[str]) -> None:
            nonlocal done
            done += 1
            print(f"{done}/{total}", "  ".join(printable(cell) for cell in cells if cell), flush=True)

        yield write_for_people
        return
    if not is_terminal(sys.stderr):
        yield _write
        return
    from rich.progress import Progress

    with Progress(console=console(sys.stderr), transient=True) as bar:
        task = bar.add_task("Labels", total=total)

        def write_and_advance(cells: Sequence[str]) -> None:
            _write(cells)
            bar.advance(task)

        yield write_and_advance


def _write(cells: Sequence[str]) -> None:
    print("\t".join(map(printable, cells)), flush=True)
