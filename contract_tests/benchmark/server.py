"""Serve answers made beforehand, in a process of its own: `python -m benchmark.server`.

It finds a body's length, takes it without looking at more of it than the first key, and answers from memory, so that
next to nothing of a run is its doing; `/end` tells how much it was. A thread serves each connection.

    GET  /begin?pages=250              forget what was before; a listing has so many pages
    GET  /begin?factor=20&latency=1    keep the service's write limit and be as slow, in time that runs 20 times as fast
    GET  /end                          tell what came and was served since, as JSON
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from .orders import BATCH, FIRST_ID, PAGE, stored

LARGEST_REQUEST = 4_000_000
DISTINCT_PAGES = 50
WRITES_PER_SECOND = 100 / 60
BURST = 15.0

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_FIRST_KEY = re.compile(rb'"order_id": ?"shop-(\d+)"')
_REFUSAL = b'{"errors":[{"status":"429","code":"throttled","detail":"Request was throttled."}]}'


@lru_cache(maxsize=2000)
def references(start: int) -> bytes:
    """Spell the answer to a batch that begins with this order."""
    rows = (
        b'{"id":%d,"order_id":"shop-%07d","order_number":"#%07d"}' % (FIRST_ID + number, number, number)
        for number in range(start, start + BATCH)
    )
    return answer(b"201 Created", b'{"data":[' + b",".join(rows) + b"]}")


def answer(status: bytes, body: bytes, *fields: bytes) -> bytes:
    """Spell an answer."""
    return head(status, len(body), *fields) + body


def head(status: bytes, length: int, *fields: bytes) -> bytes:
    """Spell what comes before the body of an answer."""
    lines = (b"HTTP/1.1 " + status, b"Content-Type: application/json", b"Content-Length: %d" % length, *fields)
    return b"\r\n".join(lines) + b"\r\n\r\n"


@cache
def page(number: int) -> bytes:
    """Spell the body of a page."""
    rows = [stored(order) for order in range(number * PAGE, (number + 1) * PAGE)]
    return json.dumps({"data": rows}, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass
class Pace:
    """Refuses what the service's token bucket refuses, in scaled time."""

    factor: float
    latency: float
    refused: int = 0
    in_flight_seconds: float = 0.0
    _tokens: float = BURST
    _counted_at: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def accepts(self) -> bool:
        """Take as long as the service does, and tell whether it takes the request."""
        half = self.latency / self.factor / 2
        time.sleep(half)
        with self._lock:
            now = time.monotonic()
            refill = (now - self._counted_at) * WRITES_PER_SECOND * self.factor
            self._tokens = min(BURST, self._tokens + refill)
            self._counted_at = now
            accepted = self._tokens >= 1
            self._tokens -= accepted
            self.refused += not accepted
        time.sleep(half)
        with self._lock:
            self.in_flight_seconds += 2 * half
        return accepted


class Book:
    """What came and was served since the last `/begin`."""

    def __init__(self, pages: int = 0, pace: Pace | None = None) -> None:
        self.pages = pages
        self.pace = pace
        self.starts: list[int] = []
        self.lengths: set[int] = set()
        self.sample: bytes = b""
        self.pages_served = 0
        self._cpu = time.process_time()

    def note(self, start: int, body: memoryview) -> None:
        """Take note of a batch, and keep the first one whole."""
        self.starts.append(start)
        self.lengths.add(len(body))
        if not self.sample:
            self.sample = bytes(body)

    def told(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "cpu": time.process_time() - self._cpu,
            "starts": self.starts,
            "lengths": sorted(self.lengths),
            "sample": self.sample.decode(),
            "pages": self.pages_served,
            "refused": self.pace.refused if self.pace else 0,
            "in_flight": self.pace.in_flight_seconds if self.pace else 0.0,
        }


class Server:
    """Listens on a free port of this machine, and serves until the process ends."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.book = Book()

    def run(self) -> None:
        """Serve each connection in a thread."""
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        """Answer one request after the other until the client closes."""
        buffer = bytearray(LARGEST_REQUEST)
        view = memoryview(buffer)
        with connection:
            while True:
                got = 0
                while (end := buffer.find(b"\r\n\r\n", 0, got)) < 0:
                    if not (more := connection.recv_into(view[got:])):
                        return
                    got += more
                length = _LENGTH.search(buffer, 0, end)
                whole = end + 4 + (int(length[1]) if length else 0)
                while got < whole:
                    if not (more := connection.recv_into(view[got:whole])):
                        return
                    got += more
                method, target, _ = buffer[: buffer.index(b"\r\n")].decode().split(" ")
                given = self.take(view[end + 4 : whole]) if method == "POST" else self.give(urlsplit(target))
                for part in given:
                    connection.sendall(part)

    def take(self, body: memoryview) -> tuple[bytes, ...]:
        """Answer a batch."""
        found = _FIRST_KEY.search(body)
        if found is None:
            return (answer(b"400 Bad Request", b'{"errors":[{"detail":"no order_id"}]}'),)
        if self.book.pace and not self.book.pace.accepts():
            return (answer(b"429 Too Many Requests", _REFUSAL),)
        start = int(found[1])
        self.book.note(start, body)
        return (references(start),)

    def give(self, target: SplitResult) -> tuple[bytes, ...]:
        """Answer a page, or what the benchmark itself asks."""
        asked = {name: values[0] for name, values in parse_qs(target.query).items()}
        match target.path:
            case "/begin":
                pages = int(asked.get("pages", "0"))
                for number in range(min(pages, DISTINCT_PAGES)):
                    page(number)
                pace = Pace(float(asked["factor"]), float(asked["latency"])) if "factor" in asked else None
                self.book = Book(pages, pace)
                return (answer(b"200 OK", b"{}"),)
            case "/end":
                return (answer(b"200 OK", json.dumps(self.book.told()).encode()),)
        number = int(asked.get("cursor", "0"))
        self.book.pages_served += 1
        body = page(number % DISTINCT_PAGES)
        more = number + 1 < self.book.pages
        link = f'Link: <{self.url}/orders?cursor={number + 1}&page_size={PAGE}>; rel="next"'.encode()
        return head(b"200 OK", len(body), *((link,) if more else ())), body


def main() -> None:
    """Print the URL, and serve until the standard input ends: so the server ends with whoever started it."""
    parser = argparse.ArgumentParser(prog="python -m benchmark.server", description=main.__doc__)
    parser.add_argument("--core", type=int, help="the core to stay on")
    core = parser.parse_args().core
    if core is not None:
        os.sched_setaffinity(0, {core})
    server = Server()
    threading.Thread(target=server.run, daemon=True).start()
    print(server.url, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
