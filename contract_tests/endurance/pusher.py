"""Push orders in a process of its own, and tell on standard output how far it got and how much memory it took.

Each line is a JSON object: `Started`, then one `Progress` for each batch, and `Finished` when it gets that far. The
report goes to a file, one line an order. The service is named by the environment, as for any client.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from orders.realistic import make_orders
from sendcloud_orders import (
    AsyncOrdersClient,
    BatchOutcome,
    Hooks,
    OrdersClient,
    Pace,
    PaceLimits,
    RequestEvent,
    ResponseEvent,
    RetryPolicy,
    UpsertReport,
)

from .memory import memory_in_use, peak_memory


class Started(msgspec.Struct, tag=True):
    """Say how many bytes of memory the idle client takes."""

    idle: int


class Progress(msgspec.Struct, tag=True):
    """Say how many orders are settled and how many bytes of memory it took at most."""

    settled: int
    peak: int


class Finished(msgspec.Struct, tag=True):
    """Say how often each status came ("none" when no answer did), and how long the requests took from first to last."""

    statuses: dict[str, int]
    seconds: float
    peak: int


Line = Started | Progress | Finished


class Pusher:
    """Push once, and keep count."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.settled = 0
        self.statuses: Counter[str] = Counter()
        self.first_request: float | None = None
        self.last_answer = 0.0
        speed = options.speed
        self.settings: dict[str, Any] = {
            "pace": Pace(PaceLimits().faster(speed)) if speed else Pace.unlimited(),
            # The same as by default, in a time that runs as fast as the service's.
            "retry": RetryPolicy(
                base_delay=0.5 / (speed or 50), max_delay=30 / (speed or 50), max_retry_after=60 / (speed or 50)
            ),
            "timeout": options.timeout,
            "hooks": Hooks(request=self.note_request, response=self.note_response),
        }

    def note_request(self, event: RequestEvent) -> None:
        self.first_request = self.first_request or time.monotonic()

    def note_response(self, event: ResponseEvent) -> None:
        self.statuses[str(event.status or "none")] += 1
        self.last_answer = time.monotonic()

    def note_outcome(self, outcome: BatchOutcome) -> None:
        self.settled += len(outcome)
        say(Progress(self.settled, peak_memory()))

    def push(self) -> None:
        """Push all orders at once and write the report."""
        orders = make_orders(self.options.orders, self.options.shop)
        arguments: dict[str, Any] = {
            "on_rejected": "skip",
            "journal": self.options.journal,
            "on_outcome": self.note_outcome,
        }
        if self.options.concurrency:
            report = asyncio.run(self._push_async(orders, arguments))
        else:
            with OrdersClient.from_env(**self.settings) as client:
                say(Started(memory_in_use()))
                report = client.upsert(orders, concurrency=1, **arguments)
        write_report(report, self.options.report)

    async def _push_async(self, orders: Iterable[Any], arguments: dict[str, Any]) -> UpsertReport:
        async with AsyncOrdersClient.from_env(**self.settings) as client:
            say(Started(memory_in_use()))
            return await client.upsert(orders, concurrency=self.options.concurrency, **arguments)

    def stream(self) -> None:
        """Push the orders as a stream, of which nothing is kept."""
        orders = make_orders(self.options.orders, self.options.shop)
        with OrdersClient.from_env(**self.settings) as client:
            say(Started(memory_in_use()))
            for outcome in client.upsert_iter(
                orders, on_rejected="skip", duplicates="sequence", journal=self.options.journal
            ):
                self.note_outcome(outcome)

    def finish(self) -> None:
        say(Finished(dict(self.statuses), self.last_answer - (self.first_request or 0.0), peak_memory()))


def say(line: Line) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


def write_report(report: UpsertReport, path: Path) -> None:
    """Write what became of each order, one line each."""
    with path.open("wb") as file:
        for group in (report.accepted, report.rejected, report.not_sent, report.unknown):
            for one in group:
                file.write(msgspec.json.encode([type(one).__name__, one]) + b"\n")


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, required=True)
    parser.add_argument("--shop", default="E", help="what the order ids begin with")
    parser.add_argument("--journal", type=Path)
    parser.add_argument("--report", type=Path, help="without it the orders are pushed as a stream")
    parser.add_argument(
        "--concurrency", type=int, default=0, help="of the asynchronous client; 0: the blocking one, a batch at a time"
    )
    parser.add_argument("--speed", type=float, default=0, help="keep the pace of a service so much faster; 0: none")
    parser.add_argument("--timeout", type=float, default=30.0, help="seconds")
    return parser


if __name__ == "__main__":
    pusher = Pusher(parser().parse_args())
    if pusher.options.report:
        pusher.push()
    else:
        pusher.stream()
    pusher.finish()
