"""Send 200 batches to a server with a token bucket, with and without the pace, sixty times as fast as life."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from sendcloud_orders.pacing import Pace, PaceLimits

BATCHES = 200
FACTOR = 60
IN_FLIGHT = 4
LATENCY = 1.0 / FACTOR


class Server:
    """Refuse what a token bucket of 15, refilled at 100 a minute, refuses; answer after the latency."""

    def __init__(self) -> None:
        self.rate = 100 * FACTOR / 60
        self.refused = 0
        self._tokens = 15.0
        self._counted_at = time.monotonic()
        self._lock = threading.Lock()

    def accepts(self) -> bool:
        time.sleep(LATENCY / 2)
        with self._lock:
            now = time.monotonic()
            self._tokens = min(15.0, self._tokens + (now - self._counted_at) * self.rate)
            self._counted_at = now
            accepted = self._tokens >= 1
            self._tokens -= accepted
            self.refused += not accepted
        time.sleep(LATENCY / 2)
        return accepted


def show() -> None:
    """Print the time of each way against the least that the server allows, and its refusals."""
    minimum = (BATCHES - 15) / Server().rate + LATENCY
    print(f"\n{BATCHES} batches, {IN_FLIGHT} in flight, latency 1 s, time x {FACTOR}; minimum {minimum * FACTOR:.0f} s")
    for name, pace in {
        "pace": Pace(PaceLimits().faster(FACTOR)),
        "no pace, send again when refused": Pace.unlimited(),
    }.items():
        server = Server()
        start = time.monotonic()
        with ThreadPoolExecutor(IN_FLIGHT) as threads:
            for sent in [threads.submit(_send, pace, server) for _ in range(BATCHES)]:
                sent.result()
        taken = time.monotonic() - start
        print(f"  {name:<36}{taken * FACTOR:8.0f} s {taken / minimum:8.2f} x{server.refused:6} refused")


def _send(pace: Pace, server: Server) -> None:
    pace.acquire("write")
    while not server.accepts():
        pace.slow_down("write")
        pace.acquire("write")
