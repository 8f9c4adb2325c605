"""Do the work of one row, and print what it took as JSON: `python -m benchmark.once upsert ours:upsert 20000 URL`.

What is measured lies between two marks on the server: the client is open, a batch or a page has warmed it up, and what
was there before is out of the garbage collector's sight, for every client alike.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from endurance.memory import peak_memory

from . import proof
from .clients import Done, Way, Work
from .orders import BATCH, PAGE
from .profiles import Memory, Share


@dataclass(frozen=True)
class Run:
    """What one process took.

    cpu, wall, server_cpu: in seconds, the first one the user's and the system's time of the client. peak: bytes that
    were resident at most. in_flight: requests on their way, on average over the run, where the limits are kept.
    profile: which code made what was held at the end, when that was asked for.
    """

    cpu: float
    wall: float = 0.0
    peak: int = 0
    orders: int = 0
    server_cpu: float = 0.0
    refused: int = 0
    in_flight: float = 0.0
    profile: list[Share] = field(default_factory=list)


class Marks:
    """Tells the server when a run begins and ends."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc

    def ask(self, target: str) -> Any:
        """Ask what clients do not ask."""
        connection = HTTPConnection(self._host)
        try:
            connection.request("GET", target)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


def measure(options: argparse.Namespace) -> Run:
    """Run the row. Raises `proof.NotMeasured` when it did not do all of its work."""
    module, _, function = options.way.partition(":")
    way: Way = getattr(import_module(f"benchmark.clients.{module}"), function)
    marks = Marks(options.url)
    watch: AbstractContextManager[list[Share]] = Memory() if options.memory else nullcontext([])
    with way(options.url, options.orders) as run:
        marks.ask("/begin?pages=1")
        run(range(BATCH))
        gc.collect()
        gc.freeze()
        paced = f"&factor={options.factor}&latency=1" if options.factor else ""
        marks.ask(f"/begin?pages={options.orders // PAGE}{paced}")
        with watch as profile:
            done, cpu, wall = _timed(run, options.orders)
        served = marks.ask("/end")
    proof.check(options.kind, options.orders, served, done.ids)
    return Run(
        cpu=cpu,
        wall=wall,
        peak=peak_memory(),
        orders=options.orders,
        server_cpu=served["cpu"],
        refused=served["refused"],
        in_flight=served["in_flight"] / wall,
        profile=profile,
    )


def _timed(work: Work, orders: int) -> tuple[Done, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    done = work(range(orders))
    return done, time.process_time() - cpu, time.perf_counter() - wall


def main() -> int:
    """Print the run; return 3 with the reason on the standard error when it is not to be measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmark.once")
    parser.add_argument("kind", choices=("upsert", "list"))
    parser.add_argument("way")
    parser.add_argument("orders", type=int)
    parser.add_argument("url")
    parser.add_argument("--factor", type=float, default=0.0)
    parser.add_argument("--core", type=int)
    parser.add_argument("--memory", action="store_true", help="trace what is held at the end")
    options = parser.parse_args()
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    try:
        run = measure(options)
    except proof.NotMeasured as reason:
        print(reason, file=sys.stderr)
        return 3
    print(json.dumps(asdict(run)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
