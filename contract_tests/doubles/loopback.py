"""A server on this machine that does, on each connection, exactly what a test says: slowly, wrongly or not at all."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

DRIP = 0.03
"""Seconds between two bytes of a server that drips: every wait for one of them is short."""


class Loopback:
    """Listen on a free port, and serve each connection in a thread until the test ends."""

    def __init__(self, serve: Callable[[Connection], None], *, host: str = "127.0.0.1") -> None:
        self._serve = serve
        self._listener = socket.create_server((host, 0))
        self.connections: list[Connection] = []
        self.ended = threading.Event()
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://{host}:{self.port}"
        self._accepting = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.ended.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(10)
        for connection in self.connections:
            connection.end()

    def _accept(self) -> None:
        while not self.ended.is_set():
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            connection = Connection(accepted, self.ended)
            self.connections.append(connection)
            connection.start(self._serve)


class Connection:
    """One accepted connection: what came, and how to answer."""

    def __init__(self, accepted: socket.socket, ended: threading.Event) -> None:
        self.socket = accepted
        self.received: list[bytes] = []
        self.ended = ended
        self._thread: threading.Thread | None = None

    def start(self, serve: Callable[[Connection], None]) -> None:
        def run() -> None:
            # The client goes away in the middle of most of these tests.
            with suppress(OSError, ssl.SSLError):
                serve(self)
            self.socket.close()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    def end(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        if self._thread is not None:
            self._thread.join(10)

    def request(self) -> bytes:
        """Read one request with its body; nothing when the client closed the connection."""
        data = b""
        while b"\r\n\r\n" not in data:
            if not (more := self.socket.recv(65536)):
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        while len(body) < int(fields.get(b"content-length", b"0")):
            body += self.socket.recv(65536)
        self.received.append(head + b"\r\n\r\n" + body)
        return self.received[-1]

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def drip(self, data: bytes) -> None:
        """Send a byte at a time, and nothing for a while when all are sent."""
        for place in range(len(data)):
            if self.ended.is_set():
                return
            self.socket.sendall(data[place : place + 1])
            time.sleep(DRIP)
        self.ended.wait(10)


def answer(body: bytes, *fields: str, status: str = "200 OK") -> bytes:
    """Spell an answer with a JSON body."""
    lines = (f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *fields)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
