"""The trials: each starts a sandbox and processes, and yields claims with the numbers that they stand or fall by."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from random import Random

from orders.realistic import INTEGRATIONS
from sendcloud_orders import PaceLimits
from sendcloud_orders_sandbox import Sandbox

from .runs import BATCH, PATIENCE, Pushed, lies, push, random_faults, random_kills, read_report, stream

FAULTED = 5
"""One request of so many meets a fault."""
MEGABYTE = 1_000_000
MOST_GROWTH = 60 * MEGABYTE
"""Bytes that a client may take above what it takes when idle."""
MOST_DRIFT = 4 * MEGABYTE
"""Bytes that a stream may take more at its end than after a tenth of it."""
MOST_DELAY = 1.05
"""How often the shortest possible time a run may take."""


@dataclass(frozen=True)
class Claim:
    """What is claimed, whether it holds, and the numbers."""

    what: str
    holds: bool
    numbers: str


def killed(folder: Path, orders: int, kills: int, seed: int, concurrency: int = 0) -> Iterator[Claim]:
    """Push through faults, killed again and again, and compare with a run that nothing disturbs."""
    chance = Random(seed)
    report, unbroken = folder / "killed.ndjson", folder / "unbroken.ndjson"
    options = ("--concurrency", concurrency)
    with Sandbox(integrations=INTEGRATIONS) as sandbox:
        sandbox.faults.script(random_faults(chance, 10 * orders // BATCH, FAULTED))
        moments = random_kills(chance, kills, orders)
        journal = ("--journal", folder / "journal", "--timeout", PATIENCE)
        pushed = push(sandbox, report, orders, *journal, *options, kills=moments)
        requests = sandbox.requests
        sandbox.faults.clear()
        found = lies(sandbox, orders, {"E": report})
    faulted = sum(request.fault is not None for request in requests)
    yield Claim(
        f"{orders} orders, {pushed.kills} kills: stored as reported, none lost, none more",
        not found and pushed.kills == kills,
        f"{faulted} of {len(requests)} requests faulted ({faulted / len(requests):.0%}); {found[:3] or 'no lie'}",
    )
    yield _memory(f"{orders} orders, {pushed.kills} kills: memory", pushed)
    with Sandbox(integrations=INTEGRATIONS) as sandbox:
        whole = push(sandbox, unbroken, orders, *options)
    told, expected = (sum(1 for _ in read_report(path)) for path in (report, unbroken))
    yield Claim(
        "the report is the one of an unbroken run",
        _same(report, unbroken, with_ids=not concurrency),
        f"{told} orders, and {expected} of the unbroken run",
    )
    yield _memory(f"{orders} orders, unbroken: memory", whole)


def paced(folder: Path, batches: int, speed: float) -> Iterator[Claim]:
    """Push at the limits of the service, in a time that runs faster."""
    limits = PaceLimits().faster(speed)
    shortest = (batches - limits.write_burst) * 60 / limits.writes_per_minute
    with Sandbox(integrations=INTEGRATIONS, rate_limit=True, time_scale=speed) as sandbox:
        pushed = push(sandbox, folder / "paced.ndjson", batches * BATCH, "--speed", speed)
    yield Claim(
        f"{batches} batches at the limits, time x {speed:g}: hardly slower than the limiter allows, and no 429",
        pushed.seconds <= MOST_DELAY * shortest and not pushed.statuses["429"],
        f"{pushed.seconds:.2f} s of {shortest:.2f} s: ratio {pushed.seconds / shortest:.3f}; {_said(pushed)}",
    )


def shared(folder: Path, batches: int, speed: float) -> Iterator[Claim]:
    """Push in two processes that share a key and know nothing of each other."""
    orders = batches * BATCH
    reports = {shop: folder / f"{shop}.ndjson" for shop in ("one", "other")}
    with Sandbox(integrations=INTEGRATIONS, rate_limit=True, time_scale=speed) as sandbox:
        with ThreadPoolExecutor(len(reports)) as threads:
            begun = [
                threads.submit(push, sandbox, report, orders, "--shop", shop, "--speed", speed)
                for shop, report in reports.items()
            ]
            pushed = [one.result() for one in begun]
        found = lies(sandbox, orders, reports)
    yield Claim(
        f"two processes on one key, {batches} batches each, time x {speed:g}: 429s are got over, nothing is lost",
        not found and any(one.statuses["429"] for one in pushed),
        f"{'; '.join(map(_said, pushed))}; {max(one.seconds for one in pushed):.1f} s; {found[:3] or 'no lie'}",
    )


def streamed(folder: Path, orders: int) -> Iterator[Claim]:
    """Push a stream, and see whether memory stays flat."""
    for name, journal in (("a stream", ()), ("a stream with a journal", ("--journal", folder / "stream"))):
        with Sandbox(integrations=INTEGRATIONS) as sandbox:
            pushed = stream(sandbox, orders, *journal)
        early, late = pushed.peaks[len(pushed.peaks) // 10], pushed.peaks[-1]
        yield Claim(
            f"{name} of {orders} orders: memory stays flat",
            late - early <= MOST_DRIFT,
            f"{_megabytes(early - pushed.idle)} above idle after a tenth, {_megabytes(late - pushed.idle)} at its end",
        )


def _same(report: Path, other: Path, *, with_ids: bool) -> bool:
    """Compare two reports; batches that are in flight side by side may be given their ids in any sequence."""
    hidden = {} if with_ids else {"id": None}
    one, two = (((fate, facts | hidden) for fate, facts in read_report(path)) for path in (report, other))
    return all(first == second for first, second in zip_longest(one, two))


def _memory(what: str, pushed: Pushed) -> Claim:
    peak = max(pushed.peaks)
    numbers = f"idle {_megabytes(pushed.idle)}, peak {_megabytes(peak)}: {_megabytes(peak - pushed.idle)} above idle"
    return Claim(what, peak - pushed.idle <= MOST_GROWTH, numbers)


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:.1f} MB"


def _said(pushed: Pushed) -> str:
    return ", ".join(f"{count} x {status}" for status, count in sorted(pushed.statuses.items()))
