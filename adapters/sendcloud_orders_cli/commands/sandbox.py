"""`sandbox`: a server of this machine that behaves as the service does."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence

import click

from ..endings import Failure

_MODULE = "sendcloud_orders_sandbox"


@click.command("sandbox", context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", metavar="[ARGS]...", nargs=-1, type=click.UNPROCESSED)
def command(arguments: Sequence[str]) -> None:
    """Serve a sandbox from this machine.

    All that follows goes to `python -m sendcloud_orders_sandbox`: `sendcloud-orders sandbox --help` says what it takes.
    """
    sys.argv = [_MODULE, *arguments]
    try:
        # In this very process, so that signals reach it and its exit status is ours.
        runpy.run_module(_MODULE, run_name="__main__", alter_sys=True)
    except ImportError as error:
        if (error.name or "").partition(".")[0] != _MODULE:
            raise
        raise Failure(f"the package {_MODULE} is not installed.") from None
    except SystemExit as end:
        if isinstance(end.code, str):  # what the sandbox says when its extra is missing
            raise Failure(end.code) from None
        raise
