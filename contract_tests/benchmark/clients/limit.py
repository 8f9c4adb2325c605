"""The limit: a raw socket, orjson, dictionaries that are ready, and nothing else."""

from __future__ import annotations

import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import orjson

from benchmark.orders import batches, dictionary

from . import AUTH, LIST_PATH, Done, Work

_CREDENTIALS = b64encode(":".join(AUTH).encode())


class RawConnection:
    """Speaks just enough HTTP for this server."""

    def __init__(self, url: str) -> None:
        host = urlsplit(url)
        self._socket = socket.create_connection((host.hostname, host.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._fields = b"HTTP/1.1\r\nHost: %s\r\nAuthorization: Basic %s\r\n" % (host.netloc.encode(), _CREDENTIALS)

    def close(self) -> None:
        self._socket.close()

    def post(self, body: bytes) -> bytearray:
        """Send a batch; return the body of the answer."""
        head = b"POST /orders %sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._socket.sendall(head % (self._fields, len(body)))
        self._socket.sendall(body)
        return self._answer()[1]

    def get(self, path: str) -> tuple[bytes, bytearray]:
        """Read a page; return the head of the answer and its body."""
        self._socket.sendall(b"GET %s %s\r\n" % (path.encode(), self._fields))
        return self._answer()

    def _answer(self) -> tuple[bytes, bytearray]:
        got = self._socket.recv(65536)
        while b"\r\n\r\n" not in got:
            got += self._socket.recv(65536)
        head, _, start = got.partition(b"\r\n\r\n")
        body = bytearray(int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]))
        body[: len(start)] = start
        view = memoryview(body)[len(start) :]
        while view:
            view = view[self._socket.recv_into(view) :]
        return head, body


@contextmanager
def _connected(url: str) -> Iterator[RawConnection]:
    connection = RawConnection(url)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def upsert(url: str, count: int) -> Iterator[Work]:
    """Dump a hundred ready dictionaries at a time."""
    ready = [dictionary(number) for number in range(count)]

    def run(numbers: range) -> Done:
        return Done(
            sum(
                row["id"]
                for batch in batches(numbers)
                for row in orjson.loads(connection.post(orjson.dumps(ready[batch.start : batch.stop])))["data"]
            )
        )

    with _connected(url) as connection:
        yield run


@contextmanager
def list_orders(url: str, _count: int) -> Iterator[Work]:
    """Load each page."""

    def run(_numbers: range) -> Done:
        ids, path = 0, LIST_PATH
        while path:
            head, body = connection.get(path)
            ids += sum(row["id"] for row in orjson.loads(body)["data"])
            path = head.decode().partition(f"<{url}")[2].partition(">")[0]
        return Done(ids)

    with _connected(url) as connection:
        yield run
