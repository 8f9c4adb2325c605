"""Remember what became of each order, write by write, in bounded memory."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Literal

from .recording import CURRENT
from .store import Document, decode_json

BYTES_KEPT = 32 * 1024 * 1024
# What a version takes beside its document.
OVERHEAD = 200

Kind = Literal["created", "changed", "deleted"]


@dataclass(frozen=True, slots=True)
class Version:
    """An order as one write left it.

    request: the number of the request, None for a write of the sandbox's own. at: seconds since the epoch.
    """

    order: int
    kind: Kind
    request: int | None
    at: float
    document: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """A field that a write changed; None stands for an absent one too."""

    path: str
    before: Any
    after: Any


class History:
    """The last versions of all orders together; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._versions: deque[Version] = deque()
        self._bytes = 0
        self._created: int | None = None
        self._lock = Lock()

    def expect(self, order: int) -> None:
        """Take the next version of this order for its first one."""
        self._created = order

    def add(self, order: int, document: bytes) -> None:
        """Remember what an order was written as."""
        self._append(order, "created" if order == self._created else "changed", document)
        self._created = None

    def end(self, order: int) -> None:
        """Remember that an order was deleted."""
        self._append(order, "deleted", b"")

    def of(self, order: int) -> list[Version]:
        """Return the versions of an order that are still known, oldest first."""
        with self._lock:
            return [version for version in self._versions if version.order == order]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._versions.clear()
            self._bytes = 0

    def _append(self, order: int, kind: Kind, document: bytes) -> None:
        request = CURRENT.get()
        number = request.number if request else None
        with self._lock:
            self._versions.append(Version(order, kind, number, time.time(), document))
            self._bytes += len(document) + OVERHEAD
            while self._bytes > BYTES_KEPT:
                self._bytes -= len(self._versions.popleft().document) + OVERHEAD


def steps(versions: list[Version]) -> Iterator[tuple[Version, list[Change] | None]]:
    """Yield each version with what it changed: None where the one before is forgotten."""
    before: Document | None = None
    for version in versions:
        if version.kind == "deleted":
            yield version, []
            before = None
            continue
        after = decode_json(version.document)
        known = before if version.kind == "changed" else {}
        yield version, None if known is None else list(changes(known, after))
        before = after


def changes(before: Any, after: Any, path: str = "") -> Iterator[Change]:
    """Yield the fields in which two documents differ, named like `order_details.order_items.0.name`."""
    if is_alike(before, after):
        old, new = parts(before), parts(after)
        for name in [*old, *(name for name in new if name not in old)]:
            yield from changes(old.get(name), new.get(name), f"{path}.{name}" if path else str(name))
    elif before != after or type(before) is not type(after):
        yield Change(path, before, after)


def is_alike(before: Any, after: Any) -> bool:
    """Tell whether what differs are parts: of two objects or lists, or of one that was not there or is no more."""
    kinds = {type(value) for value in (before, after) if value is not None}
    return bool(before or after) and len(kinds) == 1 and kinds <= {dict, list}


def parts(value: Any) -> dict[Any, Any]:
    """Return the parts of an object or a list by their names or places; None has none."""
    return value if isinstance(value, dict) else dict(enumerate(value or ()))
