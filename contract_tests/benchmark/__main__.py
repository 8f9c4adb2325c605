"""Measure our client, its limit and its peers, and hold it against its targets: `python -m benchmark`.

Leaves `benchmark.md` and `benchmark.svg` in `reports/`. A target that is missed is said so, with its profile, and fails
nothing: how fast a machine is at a moment is no property of the code. Fails when a client did not do all of its work.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from runs import reports

from . import picture, report
from .clients import stock
from .missed import profile
from .proof import NotMeasured
from .report import Findings, lines
from .rows import ROWS, Row
from .running import Measured, Workshop, by_turns
from .targets import judge

ROUNDS = 7
# An import is over soon, and differs much from one to the next.
IMPORTS_PER_ROUND = 4
SECONDS = {"upsert": 130.0, "list": 130.0, "import": 30.0, "memory": 60.0, "pace": 60.0, "growth": 60.0}
"""After which no further round of a section begins, so that the run ends on a slow machine as well."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return the exit status."""
    options = _options(arguments)
    console = Console()
    began = time.monotonic()

    def tell(step: str) -> None:
        console.print(f"{time.monotonic() - began:4.0f} s  {step}", style="dim", highlight=False, markup=False)

    with TemporaryDirectory() as folder:
        scratch = Path(folder)
        tell("making the stock client")
        stock.make(scratch)
        with Workshop(scratch, stock=scratch) as workshop:
            try:
                findings = _find(workshop, options, tell)
            except NotMeasured as reason:
                console.print(f"Not measured: {reason}", style="bold red", highlight=False, markup=False)
                return 1
    findings.seconds = time.monotonic() - began
    report.show(console, findings)
    place = reports.new_folder()
    (place / "benchmark.md").write_text(report.markdown(findings), encoding="utf-8")
    upserts, lists = (lines(findings.measured, section, f"{section}/limit") for section in ("upsert", "list"))
    picture.draw(place / report.PICTURE, upserts, lists)
    reports.publish(place)
    console.print(f"{findings.seconds / 60:.1f} minutes; reports/benchmark.md has all of it, and a picture")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmark", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="the most runs of each row (%(default)s)")
    parser.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="NAME",
        help=f"sections or rows, such as `upsert/journal`; without it all of {', '.join((*SECONDS, 'codec'))}",
    )
    options = parser.parse_args(arguments)
    names = {"codec", *SECONDS, *(row.name for row in ROWS)}
    if unknown := set(options.only) - names:
        parser.error(f"there is no {', '.join(sorted(unknown))}; choose of {', '.join(sorted(names))}")
    return options


def chosen(only: Sequence[str]) -> list[Row]:
    """Give the rows of these names and sections, and those that they are compared with; all when there is no name."""
    compared = {"upsert": {"upsert/limit", "upsert/models"}, "list": {"list/limit"}, "import": {"import/httpx"}}
    named = {row.name for row in ROWS if not only or row.name in only or row.section in only}
    sections = {name.partition("/")[0] for name in named}
    named |= {name for section in sections for name in compared.get(section, ())}
    return [row for row in ROWS if row.name in named]


def _imports(workshop: Workshop, rows: Sequence[Row], rounds: int, tell: Callable[[str], None]) -> Measured:
    tell(f"import, {rounds} rounds")
    # So that no later one compiles anything.
    for row in rows:
        workshop.run(row)
    return by_turns(workshop, rows, rounds, SECONDS["import"], lambda _: None)


def _find(workshop: Workshop, options: argparse.Namespace, tell: Callable[[str], None]) -> Findings:
    measured: Measured = {}
    for section, group in groupby(chosen(options.only), key=lambda row: row.section):
        rows = list(group)
        if section == "import":
            measured |= _imports(workshop, rows, options.rounds * IMPORTS_PER_ROUND, tell)
        else:
            measured |= by_turns(workshop, rows, options.rounds, SECONDS[section], tell)
    codec = {}
    if not options.only or "codec" in options.only:
        tell("codec")
        codec = workshop.codec(options.rounds)
    verdicts = list(judge(measured))
    profiles = {}
    for verdict in verdicts:
        if not verdict.met:
            tell(f"profile of a missed target: {verdict.target.title}")
            profiles[verdict.target.title] = profile(workshop, verdict.target, measured)
    return Findings(measured, verdicts, codec, profiles, cores=len(workshop.cores))


if __name__ == "__main__":
    sys.exit(main())
