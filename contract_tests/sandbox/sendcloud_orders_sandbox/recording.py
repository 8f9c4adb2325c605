"""Remember what was said on the wire, in bounded memory."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Literal

from .problems import Problem
from .store import Document, decode_json

REMEMBERED_REQUESTS = 100_000
# Twice the longest body that our adapters send by default.
LONGEST_KEPT = 4 * 1024 * 1024
BYTES_KEPT = 64 * 1024 * 1024
# None of them ever holds a credential.
HEADERS_KEPT = ("content-type", "content-length", "sendcloud-partner-id", "x-sandbox-fault")
# Its bodies hold keys and tokens.
WITHHELD = "/oauth2/"

State = Literal["whole", "cut", "forgotten", "withheld"]


@dataclass(slots=True)
class Message:
    """The body of a request or of its answer, as far as it is kept; `length` counts what was really sent."""

    length: int = 0
    kept: int = 0
    withheld: bool = field(default=False, repr=False)
    _chunks: list[bytes] = field(default_factory=list, repr=False)

    def hear(self, chunk: bytes) -> None:
        """Take a part of the body."""
        self.length += len(chunk)
        if self.kept < LONGEST_KEPT and not self.withheld:
            part = chunk[: LONGEST_KEPT - self.kept]
            self.kept += len(part)
            self._chunks.append(part)

    def forget(self) -> None:
        """Give the memory back."""
        self.kept = 0
        self._chunks = []

    @property
    def content(self) -> bytes:
        """What is kept of the body."""
        return b"".join(self._chunks)

    @property
    def state(self) -> State:
        """Whether the content is all that was sent, and why not."""
        if self.kept == self.length:
            return "whole"
        if self.withheld:
            return "withheld"
        return "cut" if self.kept else "forgotten"


@dataclass(slots=True)
class Request:
    """One request: its number, from 1, and its outcome; `status` is None when no response was sent.

    received_at: seconds since the epoch. seconds: how long it took, None while it is being answered.
    problems: what it was refused for, each with the ledger's id of its rule.
    """

    number: int
    method: str
    path: str
    query: str = field(repr=False)
    status: int | None = None
    fault: str | None = None
    received_at: float = 0.0
    seconds: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    answer_type: str = ""
    problems: tuple[Problem, ...] = field(default=(), repr=False)
    sent: Message = field(default_factory=Message, repr=False)
    answered: Message = field(default_factory=Message, repr=False)

    @property
    def body(self) -> bytes:
        """The body of the request, of which at most 4 MiB are kept, and nothing once newer ones need the memory."""
        return self.sent.content

    @property
    def answer(self) -> bytes:
        """The body of the answer, kept like that of the request."""
        return self.answered.content

    @property
    def orders(self) -> list[Document]:
        """The orders of the body: those of an upsert, or the changes of a PATCH; none where it holds no orders.

        Numbers with a fraction are `Decimal`s. Raises `ValueError` where the body is not kept as a whole.
        """
        if self.sent.state != "whole":
            raise ValueError(f"the body of request {self.number} is {self.sent.state}: {self.sent.length} bytes")
        try:
            value: Any = decode_json(self.body)
        except ValueError:
            return []
        return [part for part in (value if isinstance(value, list) else [value]) if isinstance(part, dict)]


class Recording:
    """The last requests. Their bodies are kept as long as all of them together fit; the newest win."""

    def __init__(self) -> None:
        self.requests: deque[Request] = deque(maxlen=REMEMBERED_REQUESTS)
        self.numbered: int = 0
        self._with_bodies: deque[Request] = deque()
        self._bytes = 0
        # A reset comes from another thread than the requests.
        self._lock = Lock()

    def begin(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> Request:
        """Give a request its number and remember it."""
        kept = {name: headers[name] for name in HEADERS_KEPT if name in headers}
        with self._lock:
            self.numbered += 1
            request = Request(self.numbered, method, path, query, received_at=time.time(), headers=kept)
            request.sent.withheld = request.answered.withheld = path.startswith(WITHHELD)
            self.requests.append(request)
        return request

    def end(self, request: Request, seconds: float) -> None:
        """Keep the bodies of a request that is over; forget those of the oldest where there is no room for them."""
        request.seconds = seconds
        with self._lock:
            self._with_bodies.append(request)
            self._bytes += size_of(request)
            while self._bytes > BYTES_KEPT:
                oldest = self._with_bodies.popleft()
                self._bytes -= size_of(oldest)
                oldest.sent.forget()
                oldest.answered.forget()
            if len(self._with_bodies) > REMEMBERED_REQUESTS:
                self._bytes -= size_of(self._with_bodies.popleft())

    def clear(self) -> None:
        """Forget all requests; numbers start again."""
        with self._lock:
            self.requests.clear()
            self._with_bodies.clear()
            self.numbered = self._bytes = 0

    def copies(self) -> list[Request]:
        """Return the requests so far, as they are now."""
        with self._lock:
            return list(self.requests)


def size_of(request: Request) -> int:
    """Return how many bytes of a request's bodies are kept."""
    return request.sent.kept + request.answered.kept


CURRENT: ContextVar[Request | None] = ContextVar("request", default=None)
"""The request that is being answered, for what is told about it further in."""


def note_problems(problems: tuple[Problem, ...]) -> None:
    """Remember what the request that is being answered is refused for."""
    request = CURRENT.get()
    if request is not None:
        request.problems = problems
