"""Which batch leaves next: what both clients keep to when several are in flight."""

from __future__ import annotations

from collections import deque

from .batching import PlannedBatch
from .identity import OrderKey
from .lingering import Linger


class Departures:
    """The batches that wait and those in flight: at most `most` of these, and no key in two of them.

    Batches leave in the order in which they were planned, so that the writes of one key keep theirs. Rule: UPSERT-KEY.
    """

    def __init__(self, most: int, linger: Linger | None = None) -> None:
        self._most = most
        self._linger = linger
        self._waiting: deque[PlannedBatch] = deque()
        self._keys: set[OrderKey] = set()
        self._in_flight = 0

    @property
    def wants_more(self) -> bool:
        """Tell whether to read on. Nothing is read before there is room for it: a stop finds it unread."""
        return not self._waiting and self._in_flight < self._most

    @property
    def in_flight(self) -> int:
        """Count the batches in flight."""
        return self._in_flight

    @property
    def under_way(self) -> bool:
        """Tell whether a batch waits or is in flight."""
        return bool(self._waiting or self._in_flight)

    @property
    def is_last(self) -> bool:
        """Tell whether one batch is in flight and none waits."""
        return self._in_flight == 1 and not self._waiting

    def add(self, *batches: PlannedBatch) -> None:
        """Let batches wait."""
        self._waiting += batches
        if self._linger is not None:
            for batch in batches:
                self._linger.left(batch)

    def next(self) -> PlannedBatch | None:
        """Give the next batch if it may leave; it is in flight then."""
        if not self._waiting or self._in_flight >= self._most:
            return None
        if _shares_a_key(self._waiting[0], self._keys):
            return None
        batch = self._waiting.popleft()
        self._keys.update(order.key for order in batch.orders)
        self._in_flight += 1
        return batch

    def land(self, batch: PlannedBatch) -> None:
        """Note that a batch is no longer in flight."""
        self._keys.difference_update(order.key for order in batch.orders)
        self._in_flight -= 1


def _shares_a_key(batch: PlannedBatch, keys: set[OrderKey]) -> bool:
    return not keys.isdisjoint(order.key for order in batch.orders)
