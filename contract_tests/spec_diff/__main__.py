"""Compare documents: `python -m spec_diff drift UPSTREAM`, `python -m spec_diff changes BASE`.

Exit status: 0 when nothing was found or a card was printed, 1 for findings, 2 when there was nothing to compare.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from runs import reports
from schemas import SPEC
from spec_diff import cards, drift
from spec_diff.documents import DocumentError, load, load_base
from spec_diff.explaining import entries, touches

NONE, FOUND, NOT_COMPARED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare as the command line says, and return the exit status."""
    options = parser().parse_args(arguments)
    try:
        return show_drift(options) if options.command == "drift" else show_changes(options)
    except DocumentError as error:
        told = str(error)
    except RecursionError:
        told = "The document is nested too deeply to be compared."
    print(told, file=sys.stderr)
    return NOT_COMPARED


def show_drift(options: argparse.Namespace) -> int:
    """Hold our document against the published one."""
    place = options.upstream or os.environ.get("UPSTREAM")
    if not place:
        raise DocumentError("Which published document? Name it: make drift UPSTREAM=<file or URL>")
    found = drift.find_drift(load(str(SPEC)), load(place), entries())
    folder = reports.new_folder(options.reports)
    drift.write(found, folder)
    reports.publish(folder)
    drift.show(found, Console())
    return FOUND if found.found else NONE


def show_changes(options: argparse.Namespace) -> int:
    """Print the card of what changed in our own document."""
    place = options.base or os.environ.get("BASE")
    if not place:
        raise DocumentError("Since when? Name it: make spec-diff BASE=<git revision or file>")
    card = cards.make_card(load_base(place), load(str(SPEC)), touches())
    sys.stdout.write(cards.as_markdown(card))
    return NONE


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(prog="python -m spec_diff", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    of_drift = commands.add_parser("drift", help="hold our document against a published one")
    of_drift.add_argument("upstream", nargs="?", help="a file or an http(s) address; by default $UPSTREAM")
    of_drift.add_argument("--reports", type=Path, default=reports.REPORTS, help="folder to write to")
    of_changes = commands.add_parser("changes", help="tell what changed in our own document")
    of_changes.add_argument("base", nargs="?", help="a git revision or a file; by default $BASE")
    return parser


if __name__ == "__main__":
    sys.exit(main())
