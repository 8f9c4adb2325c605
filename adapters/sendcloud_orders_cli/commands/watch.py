"""`watch`: each order that is created or changed, as it happens."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from ..access import connect, credentials_option
from ..days import read_lookback, read_moment
from ..printing import note, printable, write_json_text
from ..resuming import TokenKeeper, kept_token

if TYPE_CHECKING:
    from sendcloud_orders_api.models import Order

_SECONDS = 60.0
_LONGEST_SHOWN = 2000


@click.command("watch")
@click.option(
    "--since",
    type=read_moment,
    metavar="MOMENT",
    help="Such as 2026-11-01T08:30+01:00, or 90m for 90 minutes ago; or the token that an earlier run ended with.",
)
@click.option("--integration", type=click.IntRange(min=1), multiple=True, metavar="ID", help="May be repeated.")
@click.option(
    "--poll",
    type=click.FloatRange(min=0),
    default=_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait before asking again; 0 tells what has changed so far, and ends.",
)
@click.option(
    "--lookback",
    type=read_lookback,
    metavar="DAYS",
    help="""How old the shop's own dates of a changed order may be, because the service can be asked by those alone.
        Default: 7. `all` misses none, and reads every order in each round.""",
)
@click.option("--json", "as_json", is_flag=True, help="Write whole orders, one JSON object a line.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep here how far it came; where FILE is there already, go on from it, whatever --since says.",
)
@credentials_option
def command(
    since: datetime | str | None,
    integration: Sequence[int],
    poll: float,
    lookback: timedelta | Literal["all"] | None,
    as_json: bool,
    token_file: Path | None,
    credentials: Path | None,
) -> None:
    """Tell each order that is created or changed.

    It begins at a moment and ends with Ctrl-C. A line holds when Sendcloud stored the change, Sendcloud's id,
    integration, order id, order number and status, with tabs between them. Orders that are deleted are not told of, nor
    are those whose dates in the shop are older than --lookback.
    """
    from sendcloud_orders import Clock, SendcloudError

    begin = (kept_token(token_file) if token_file else None) or since
    if begin is None:
        raise click.UsageError("Say with --since where to begin.")
    options: dict[str, Any] = {"since": begin, "integration": list(integration) or None, "poll": poll or None}
    if lookback is not None:
        options["lookback"] = lookback

    def sleep(seconds: float) -> None:
        # Somebody who ends the program ends it most likely here.
        keeper.keep()
        time.sleep(seconds)

    with connect(credentials, clock=Clock(sleep=sleep)) as client, client.changes(**options) as changes:
        start = begin if isinstance(begin, str) else begin.isoformat()
        keeper = TokenKeeper(token_file, start, lambda: changes.token)
        try:
            for order in keeper.each(changes):
                _write(order, as_json)
        except (KeyboardInterrupt, SendcloudError):
            keeper.keep()
            _tell_how_to_go_on(keeper)
            raise
        keeper.keep()
    if not token_file:
        _tell_how_to_go_on(keeper)


def _write(order: Order, as_json: bool) -> None:
    from ..showing import order_as_json, row_of

    if as_json:
        write_json_text(order_as_json(order))
    else:
        changed = order.modified_at.isoformat(timespec="seconds") if order.modified_at else ""
        print("\t".join(map(printable, (changed, *row_of(order)[:5]))))
    # Who reads this through a pipe waits for it.
    sys.stdout.flush()


def _tell_how_to_go_on(keeper: TokenKeeper) -> None:
    if keeper.file:
        note(f"To go on, give --token-file {shlex.quote(str(keeper.file))} again.")
    elif len(keeper.token) <= _LONGEST_SHOWN:
        note(f"To go on: --since {keeper.token}")
    else:
        note("Where this ended is too long for a command line: with --token-file FILE the next run could go on there.")
