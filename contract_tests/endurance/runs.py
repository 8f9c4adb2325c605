"""Run pushers against a sandbox, kill some of them, and hold what they report against what the sandbox holds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
import msgspec

from orders.differences import differences
from orders.realistic import make_order
from runs import proxies
from sendcloud_orders_sandbox import FaultKind, Sandbox

from .pusher import Finished, Line, Progress, Started

BATCH = 100
ROOT = Path(__file__).parents[1]
LATE = "slow:5"
PATIENCE = 1.0
"""Seconds that a pusher waits for an answer where some come late."""


@dataclass
class Pushed:
    """What one process told, or several that were killed and the last of them."""

    idle: int = 0
    peaks: list[int] = field(default_factory=list)
    kills: int = 0
    seconds: float = 0.0
    statuses: Counter[str] = field(default_factory=Counter)

    def note(self, line: Line) -> None:
        match line:
            case Started(idle=idle):
                self.idle = min(self.idle or idle, idle)
            case Progress(peak=peak):
                self.peaks.append(peak)
            case Finished(statuses=statuses, seconds=seconds, peak=peak):
                self.statuses.update(statuses)
                self.seconds = seconds
                self.peaks.append(peak)


@dataclass(frozen=True)
class Kill:
    """When to kill: so many seconds after so many orders are settled."""

    settled: int
    delay: float


@contextmanager
def pusher(sandbox: Sandbox, *arguments: object) -> Generator[tuple[subprocess.Popen[bytes], Iterator[Line]]]:
    """Start a pusher; give the process and the lines that it says. What is left of it in the end is killed."""
    command = [sys.executable, "-W", "error", "-m", f"{__package__}.pusher", *map(str, arguments)]
    path = os.pathsep.join(filter(None, sys.path))
    environment = proxies.without_proxies({**os.environ, **sandbox.environ, "PYTHONPATH": path})
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=ROOT)
    assert process.stdout is not None
    with process:
        try:
            yield process, map(msgspec.json.Decoder(Line).decode, process.stdout)
        finally:
            process.kill()


def push(sandbox: Sandbox, report: Path, orders: int, *arguments: object, kills: Sequence[Kill] = ()) -> Pushed:
    """Push until the report is written: a process that is killed is started again with the same arguments."""
    pushed = Pushed()
    waiting = list(kills)
    while not run_once(sandbox, pushed, waiting, "--orders", orders, "--report", report, *arguments):
        pass
    return pushed


def stream(sandbox: Sandbox, orders: int, *arguments: object) -> Pushed:
    """Push a stream of which no report is kept."""
    pushed = Pushed()
    run_once(sandbox, pushed, [], "--orders", orders, *arguments)
    return pushed


def run_once(sandbox: Sandbox, pushed: Pushed, kills: list[Kill], *arguments: object) -> bool:
    """Run one process to its end, or until the next kill; tell whether it came to its end."""
    with pusher(sandbox, *arguments) as (process, lines):
        for line in lines:
            pushed.note(line)
            if kills and isinstance(line, Progress) and line.settled >= kills[0].settled:
                time.sleep(kills.pop(0).delay)
                process.send_signal(signal.SIGKILL)
                process.wait()
                pushed.kills += 1
                return False
        process.wait()
    if process.returncode:
        raise RuntimeError(f"a pusher ended with {process.returncode}; what it said of it stands above")
    return True


def random_kills(chance: Random, count: int, orders: int) -> list[Kill]:
    """Spread kills over a run; the delay makes them fall anywhere between two batches."""
    return [Kill(settled, chance.uniform(0, 0.05)) for settled in sorted(chance.sample(range(BATCH, orders), count))]


def random_faults(chance: Random, requests: int, step: int) -> dict[int, str]:
    """Choose one of each `step` coming requests, and a fault for it."""
    kinds = [
        LATE if kind is FaultKind.SLOW else "429:0" if kind is FaultKind.THROTTLED else str(kind) for kind in FaultKind
    ]
    return {number + chance.randrange(step): chance.choice(kinds) for number in range(1, requests, step)}


# ---------------------------------------------------------------- what is true


def read_report(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the fate and the facts of each order of a report."""
    decoder = msgspec.json.Decoder(tuple[str, dict[str, Any]])
    with path.open("rb") as file:
        yield from map(decoder.decode, file)


def read_stored(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    """Yield all stored orders by HTTP, page by page."""
    auth = (sandbox.public_key, sandbox.secret_key)
    with proxies.client(sandbox.base_url, base_url=sandbox.base_url, auth=auth, timeout=60) as http:
        answer = http.get("/orders", params={"page_size": 200, "sort": "pk"})
        while True:
            yield from answer.raise_for_status().json()["data"]
            if "next" not in answer.links:
                return
            answer = http.get(httpx.URL(answer.links["next"]["url"]).raw_path.decode().removeprefix("/api/v3"))


def lies(sandbox: Sandbox, orders: int, reports: Mapping[str, Path]) -> list[str]:
    """Return where the orders of each shop, its report, and what is stored do not agree; all were to be accepted."""
    found: list[str] = []
    named: dict[int, tuple[str, int]] = {}
    for shop, report in reports.items():
        positions = Counter[int]()
        for fate, facts in read_report(report):
            positions[facts["position"]] += 1
            if fate == "Accepted":
                named[facts["id"]] = shop, facts["position"]
            else:
                found.append(f"{shop}: position {facts['position']} is {fate}: {facts}")
        if positions != Counter(range(orders)):
            found.append(f"{shop}: the report does not name each order once")
    for row in read_stored(sandbox):
        whose = named.pop(int(row["id"]), None)
        if whose is None:
            found.append(f"order {row['id']} is stored and not named by a report")
        elif unlike := differences(make_order(whose[1], whose[0]), row):
            found.append(f"{whose} is stored otherwise: {unlike}")
    return [*found, *(f"order {id_} of {whose} is named by its report and not stored" for id_, whose in named.items())]
