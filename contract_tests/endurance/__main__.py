"""Run every trial at full size and print its numbers: `python -m endurance`. Fails when a claim does not hold."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from . import trials
from .trials import Claim


def main() -> int:
    """Run the trials; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m endurance", description="Push until it hurts, and see what holds.")
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"endurance: {options.orders} orders, {options.kills} kills, seed {options.seed}", flush=True)
    with TemporaryDirectory() as folder:
        began = time.monotonic()
        failed = 0
        for claim in _claims(Path(folder), options):
            mark = "holds " if claim.holds else "FAILS "
            print(f"{mark} {claim.what}\n       {claim.numbers} ({time.monotonic() - began:.0f} s)", flush=True)
            began = time.monotonic()
            failed += not claim.holds
    return 1 if failed else 0


def _claims(folder: Path, options: argparse.Namespace) -> Iterator[Claim]:
    yield from trials.killed(folder, options.orders, options.kills, options.seed)
    yield from trials.streamed(folder, options.orders // 2)
    yield from trials.paced(folder, batches=200, speed=5)
    yield from trials.shared(folder, batches=60, speed=4)


if __name__ == "__main__":
    sys.exit(main())
