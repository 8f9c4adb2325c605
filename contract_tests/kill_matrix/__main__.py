"""Print the kill matrix: `python -m kill_matrix`, with `contract_tests` on the path."""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import pytest
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress

from kill_matrix import plain, report
from kill_matrix.damage import SANDBOX, Damage
from kill_matrix.damages import DAMAGES
from kill_matrix.matrix import Kill, Matrix
from kill_matrix.processes import Done, run
from kill_matrix.trial import PRELOAD, Trial, subject, try_briefly, try_one, try_probed
from kill_matrix.variations import UNDAMAGED, VARIATIONS
from runs import reports
from runs.proxies import leave_proxies_out
from sendcloud_orders_sandbox import Sandbox
from sendcloud_orders_sandbox.__main__ import serve

SAMPLE = 1
T = TypeVar("T")


def main(arguments: list[str] | None = None) -> int:
    """Try all servers; return 0 when all damages are seen and no correct server is accused."""
    options = parser().parse_args(arguments)
    leave_proxies_out()
    if options.serve:
        return serve_one(options.serve)
    started = time.monotonic()
    correct = [name for name in VARIATIONS if wanted(name, options.only)]
    damaged = sorted((name for name in DAMAGES if wanted(name, options.only)), key=category)
    if not correct and not damaged:
        parser().error(f"no server is called so: {' '.join(options.only)}")
    trials = {one.name: one for one in tried(counted("tried", try_one, correct, options.jobs))}
    look = try_briefly if options.brief else try_one
    trials |= {one.name: one for one in tried(counted("damaged", look, damaged, options.jobs))}
    probed = tried(counted("probed", try_probed, correct if options.probed else [], options.jobs))
    servers = [name for name in damaged if DAMAGES[name].of == SANDBOX]
    asked = {"none": [], "sample": sample(servers), "all": servers}[options.schemathesis]
    sights = counted("fuzzed", plain.look, [UNDAMAGED, *asked] if asked else [], options.jobs)
    plainly = plain.compare({one.name: one.result for one in sights})
    matrix = Matrix(
        [Kill(DAMAGES[name], trials[name], plainly.get(name)) for name in damaged],
        [*(trials[name] for name in correct), *probed],
        time.monotonic() - started,
    )
    folder = reports.new_folder(options.reports)
    report.write(matrix, folder)
    reports.publish(folder)
    return 0 if matrix.passed else 1


def serve_one(name: str) -> int:
    """Serve one damaged or varied sandbox until a signal comes, to run the suite against it by hand."""
    found = subject(name)
    if isinstance(found, Damage) and found.of != SANDBOX:
        parser().error(f"{name!r} is a damage of the adapters: there is no server to start")
    with pytest.MonkeyPatch.context() as patch:
        found.inflict(patch)
        serve(Sandbox(policies=found.policies, **found.options))
    return 0


def tried(done: Iterable[Done[Trial]]) -> list[Trial]:
    """Return the trials; one that hung or died has no result, and what it printed for its trouble."""
    return [one.result or Trial(one.name, None, trouble=one.printed) for one in done]


def wanted(name: str, texts: Sequence[str]) -> bool:
    """Tell whether a name holds one of the texts."""
    return any(text in name for text in texts)


def category(name: str) -> str:
    """Return the category of a damage."""
    return DAMAGES[name].category


def sample(damaged: Sequence[str]) -> list[str]:
    """Return the first damages of each category."""
    return [name for _, names in groupby(damaged, category) for name in list(names)[:SAMPLE]]


def counted(what: str, job: Callable[[str], T], names: Sequence[str], jobs: int | None) -> Iterator[Done[T]]:
    """Do a job for all names and show a person how far it is."""
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(run(job, names, PRELOAD, jobs), total=len(names), description=what)


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(prog="python -m kill_matrix", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[""], metavar="TEXT", help="servers whose name holds one of these")
    parser.add_argument("--jobs", type=int, help="servers at a time; by default one more than there are cores")
    parser.add_argument(
        "--schemathesis",
        choices=("none", "sample", "all"),
        default="sample",
        help=f"which damaged servers plain Schemathesis is shown as well; the sample is {SAMPLE} of each category",
    )
    parser.add_argument(
        "--brief", action="store_true", help="try only the tests of the broken rule on a damage, until one sees it"
    )
    parser.add_argument(
        "--probed", action="store_true", help="try each correct server once more, held to what a probe of it finds"
    )
    parser.add_argument("--serve", choices=sorted((*DAMAGES, *VARIATIONS)), metavar="NAME", help="serve only this one")
    parser.add_argument("--reports", type=Path, default=reports.REPORTS, help="folder to write to")
    return parser


if __name__ == "__main__":
    sys.exit(main())
