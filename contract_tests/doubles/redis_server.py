"""A Redis server as far as a shared pace asks one: it keeps the buckets of the limiter, and agrees to all else."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from io import BufferedIOBase
from types import TracebackType
from typing import Any, Self, cast


class RedisServer:
    """Serve on a free port of this machine, for as long as a `with` block lasts; `url` names it."""

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _Connection)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.url = f"redis://127.0.0.1:{self._server.server_address[1]}/0"

    @property
    def buckets(self) -> dict[bytes, float]:
        """The moment at which each bucket will be full again, by its key."""
        return self._server.buckets

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.buckets: dict[bytes, float] = {}
        self._lock = threading.Lock()

    def take(self, key: bytes, interval: float, capacity: int, cost: int) -> tuple[int, int, str, str]:
        """Take `cost` units of a bucket that gets one each `interval` seconds, as the limiter's script does."""
        with self._lock:
            now = time.monotonic()
            full_at = max(now, self.buckets.get(key, now))
            missing = full_at + (cost - capacity) * interval - now
            if missing > 0:
                left = capacity - int((full_at - now) / interval)
                return 1, left, str(full_at - now), str(missing)
            self.buckets[key] = full_at = full_at + cost * interval
            return 0, int(-missing / interval), str(full_at - now), "0"


class _Connection(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        for command, *given in _commands(self.rfile):
            if command.upper() == b"EVALSHA":
                _, _, key, interval, capacity, cost = given
                limited, left, reset, again = cast(_Server, self.server).take(
                    key, float(interval), int(capacity), int(cost)
                )
                answer = f"*4\r\n:{limited}\r\n:{left}\r\n+{reset}\r\n+{again}\r\n"
            else:
                answer = "+OK\r\n"
            self.wfile.write(answer.encode())


def _commands(stream: BufferedIOBase) -> Iterator[list[bytes]]:
    """Read commands: an array each, of texts with their lengths."""
    while head := stream.readline():
        command = []
        for _ in range(int(head[1:])):
            length = int(stream.readline()[1:])
            command.append(stream.read(length + 2)[:-2])
        yield command
