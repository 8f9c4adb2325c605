"""From a stream of orders to batches that may be sent, and from references back to orders."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import msgspec

from sendcloud_orders_api.models import OrderInput

from .bodies import UnwritableBody, read_key, write_order
from .checking import UnknownFields
from .errors import FieldError
from .identity import OrderId, OrderKey, SendcloudId
from .label_check import find_label_errors
from .report import SUPERSEDED, Accepted, NotSent, Rejected

MAX_ORDERS = 100
"""Orders that a request may hold. Rule: UPSERT-LIMIT."""

MAX_BODY_BYTES = 2 * 1024 * 1024
"""Bytes that the body of a request may hold: below what web frameworks of the service's kind take unasked."""

Duplicates = Literal["error", "last", "sequence"]

# Orders that need no request, such as those that a journal knows, are handed on in chunks of this size.
_CHUNK = 1000
_MOST_OPEN = 4


# A Struct, because one is made of each order: a frozen dataclass takes six times as long.
class PreparedOrder(msgspec.Struct, gc=False):
    """An order that is ready to be sent: its place in the input, its key, its JSON, and the digest once a journal asks.

    Whoever makes the digest keeps it here: it costs as much as writing the order.
    """

    position: int
    key: OrderKey
    body: bytes
    digest: bytes | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(position={self.position}, key={self.key})"


Known = Callable[[Sequence[PreparedOrder]], Sequence[SendcloudId | None]]
"""Gives, order by order, an id where the service is known to hold the order, else None."""


@dataclass(frozen=True, slots=True)
class PlannedBatch:
    """Orders for one request, and what is decided already of the orders that the plan took out."""

    orders: tuple[PreparedOrder, ...]
    accepted: tuple[Accepted, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    not_sent: tuple[NotSent, ...] = ()

    @property
    def keys(self) -> frozenset[OrderKey]:
        """Give the keys that the request will write."""
        return frozenset(order.key for order in self.orders)


def join_bodies(orders: Iterable[PreparedOrder]) -> bytes:
    """Write the body of a request: a list, whatever the number of orders. Rule: UPSERT-LIST."""
    parts = [part for order in orders for part in (b",", order.body)]
    # One join, for each copy of a whole body costs as much as sending it.
    return b"".join([b"[", *parts[1:], b"]"])


# ---------------------------------------------------------------- one order

# What is most common comes first: a Mapping is the dearest to tell.
_WRITABLE = (OrderInput, dict, Mapping)


def prepare(
    order: object,
    position: int,
    *,
    check: bool = True,
    unknown_fields: UnknownFields = "refuse",
    check_for_label: bool = False,
) -> PreparedOrder | Rejected:
    """Turn a model or a dict into JSON, and refuse what cannot be sent, whatever it is: nothing is raised.

    The key is needed even with `check=False`: without it no answer can be matched and no retry is safe. An order that
    passes the check is written the same without it. With `check_for_label` it must hold what its label will need, too.
    Rules: UPSERT-KEY, UPSERT-ID, UPSERT-REQUIRED, UPSERT-BOUNDS, UPSERT-UNKNOWN-FIELD, LABEL-CHECK.
    """
    try:
        if not isinstance(order, _WRITABLE):
            wrong = FieldError(f"Input should be an OrderInput or a dict, not {type(order).__name__}", (), "invalid")
            return Rejected(position, None, (wrong,))
        prepared = PreparedOrder(position, *write_order(order, check=check, unknown_fields=unknown_fields))
        lacking = tuple(find_label_errors(msgspec.json.decode(prepared.body))) if check_for_label else ()
        return Rejected(position, prepared.key, lacking) if lacking else prepared
    except UnwritableBody as error:
        lacking = _lacking(order, error.errors) if check_for_label else ()
        return Rejected(position, read_key(order), (*error.errors, *lacking))
    except MemoryError:
        raise
    except Exception as error:
        # Its message may quote the order.
        unreadable = FieldError(f"Input cannot be read: it raised {type(error).__name__}", (), "invalid")
        return Rejected(position, None, (unreadable,))


def _lacking(order: object, told: Sequence[FieldError]) -> tuple[FieldError, ...]:
    """Say what the label of an order that is refused already will need: the caller wants to hear of all at once."""
    try:
        plain = msgspec.to_builtins(order, builtin_types=(Decimal,))
    except MemoryError:
        raise
    except Exception:  # it holds what no order can, which is told
        return ()
    paths = {error.path for error in told}
    return tuple(error for error in find_label_errors(plain) if error.path not in paths)


# ---------------------------------------------------------------- the plan


class Planner:
    """Batches filled order by order: `add` gives those that are ready, `finish` the rest.

    A batch holds at most `max_orders` and `max_body_bytes`, and never one `order_id` twice: references come without
    the integration, so that two shops' orders with one `order_id` could not be told apart. An order that does not fit
    waits in a later batch, and up to four are open at a time. With `duplicates`

    - "error" a key that came before in this call is refused, naming both positions. That needs every key of the call in
      memory: about 120 bytes an order, the one part of an upsert that grows with a stream;
    - "last" the later order replaces an earlier one that still waits here; otherwise both are sent, in order, so that
      the later one wins in the end;
    - "sequence" both are sent, in order, in different batches.

    `known` gives, order by order, an id where a journal knows that no request is needed. Rules: UPSERT-LIMIT,
    UPSERT-KEY-TWICE.
    """

    def __init__(
        self,
        *,
        check: bool = True,
        unknown_fields: UnknownFields = "refuse",
        check_for_label: bool = False,
        duplicates: Duplicates = "error",
        max_orders: int = MAX_ORDERS,
        max_body_bytes: int = MAX_BODY_BYTES,
        known: Known | None = None,
    ) -> None:
        self._check = check
        self._unknown_fields: UnknownFields = unknown_fields
        self._check_for_label = check_for_label
        self._duplicates = duplicates
        self._max_orders = max_orders
        self._max_body_bytes = max_body_bytes
        self.known = known
        self._seen: dict[int, _Positions] = {}
        self._waiting: list[PreparedOrder] = []
        self._in_work: dict[OrderKey, int] = {}
        self._open: list[_OpenBatch] = []
        self._decided = _Decided()
        self.taken: int = 0

    def add(self, order: object) -> list[PlannedBatch]:
        """Take the next order of the input, checked or not; give the batches that are ready now, if any."""
        checked = order if isinstance(order, PreparedOrder) else self.check(order)
        if isinstance(checked, Rejected):
            self._decided.rejected.append(checked)
            return self._decided_alone()
        if self.known is None:
            return self._place(checked)
        self._waiting.append(checked)
        return self._look_up() if len(self._waiting) >= self._max_orders else []

    def check(self, order: object) -> PreparedOrder | Rejected:
        """Prepare the next order of the input, or refuse it."""
        position = self.taken
        self.taken += 1
        prepared = prepare(
            order,
            position,
            check=self._check,
            unknown_fields=self._unknown_fields,
            check_for_label=self._check_for_label,
        )
        if isinstance(prepared, Rejected):
            return prepared
        return self._refuse_oversized(prepared) or self._refuse_twin(prepared) or prepared

    def finish(self, *, look_up: bool = True) -> list[PlannedBatch]:
        """Give what is left; without `look_up` the journal is not asked any more."""
        batches = [*self._look_up(ask=look_up), *self._close(_MOST_OPEN)]
        return [*batches, self._take()] if self._decided.count else batches

    def forget(self, key: OrderKey) -> None:
        """Note that the outcome of an order of this key is known: the journal holds again what is known of it."""
        left = self._in_work.pop(key, 0) - 1
        if left > 0:
            self._in_work[key] = left

    def leave(self, order: object, reason: str) -> NotSent:
        """Name an order of the input that will not be sent any more."""
        if isinstance(order, PreparedOrder):
            return NotSent(order.position, order.key, reason)
        position = self.taken
        self.taken += 1
        return NotSent(position, read_key(order), reason)

    def _place(self, order: PreparedOrder) -> list[PlannedBatch]:
        if self._duplicates == "last":
            self._supersede(order.key)
        # Never into a batch before one that writes the key: writes of a key must not overtake each other.
        place = len(self._open)
        while place and not self._open[place - 1].writes(order.key):
            place -= 1
        while place < len(self._open) and not self._open[place].has_room_for(order):
            place += 1
        closed: list[PlannedBatch] = []
        if place == _MOST_OPEN:
            closed = self._close(1)
            place -= 1
        if place == len(self._open):
            self._open.append(_OpenBatch(self._max_orders, self._max_body_bytes))
        batch = self._open[place]
        batch.add(order)
        return closed + self._close(place + 1) if batch.is_full else closed

    def _look_up(self, *, ask: bool = True) -> list[PlannedBatch]:
        """Ask the journal about many orders at once: each question is a transaction."""
        identifiers = self.known(self._waiting) if self.known and ask else [None] * len(self._waiting)
        orders, self._waiting = self._waiting, []
        closed: list[PlannedBatch] = []
        for order, identifier in zip(orders, identifiers, strict=True):
            if identifier is not None and order.key not in self._in_work:
                self._decided.accepted.append(Accepted(order.position, order.key, identifier))
                continue
            if self._duplicates != "error":
                # Until its outcome is known, what the journal holds of this key is older than what is about to be sent.
                self._in_work[order.key] = self._in_work.get(order.key, 0) + 1
            closed += self._place(order)
        return closed + self._decided_alone()

    def _supersede(self, key: OrderKey) -> None:
        for batch in self._open:
            if batch.writes(key):
                self._decided.not_sent.append(NotSent(batch.remove(key).position, key, SUPERSEDED))
                self.forget(key)

    def _decided_alone(self) -> list[PlannedBatch]:
        return [self._take()] if self._decided.count >= _CHUNK else []

    def _take(self, orders: tuple[PreparedOrder, ...] = ()) -> PlannedBatch:
        decided, self._decided = self._decided, _Decided()
        return decided.batch_with(orders)

    def _close(self, count: int) -> list[PlannedBatch]:
        closed, self._open = self._open[:count], self._open[count:]
        return [self._take(tuple(batch.orders.values())) for batch in closed if batch.orders]

    def _refuse_oversized(self, order: PreparedOrder) -> Rejected | None:
        size = len(order.body) + len("[]")
        if size <= self._max_body_bytes:
            return None
        message = f"The order alone makes a body of {size} bytes, more than max_body_bytes={self._max_body_bytes}"
        return Rejected(order.position, order.key, (FieldError(message, (), "too_large"),))

    def _refuse_twin(self, order: PreparedOrder) -> Rejected | None:
        if self._duplicates != "error":
            return None
        integration, order_id = order.key
        if (positions := self._seen.get(integration)) is None:
            positions = self._seen[integration] = _Positions()
        first = positions.note(order_id, order.position)
        if first == order.position:
            return None
        message = (
            f"The same key stands at position {first} and at position {order.position}; "
            'leave one out, or choose duplicates="last" or "sequence"'
        )
        return Rejected(order.position, order.key, (FieldError(message, (), "duplicate_key"),))


class _Positions:
    """The position at which each order_id of an integration came first.

    Beside the ids themselves there are eight bytes for each, until one comes twice.
    """

    def __init__(self) -> None:
        self._places: dict[OrderId, int | None] = {}
        self._positions = array("q")
        self._placed = False

    def note(self, order_id: OrderId, position: int) -> int:
        """Give the first position of an order_id: this one, unless it came before."""
        if order_id not in self._places:
            self._places[order_id] = len(self._positions) if self._placed else None
            self._positions.append(position)
            return position
        if not self._placed:
            self._places = dict(zip(self._places, range(len(self._places)), strict=True))
            self._placed = True
        place = self._places[order_id]
        assert place is not None
        return self._positions[place]


class _OpenBatch:
    """A batch that still takes orders."""

    def __init__(self, max_orders: int, max_bytes: int) -> None:
        self.orders: dict[OrderId, PreparedOrder] = {}
        self._max_orders = max_orders
        self._bytes_left = max_bytes - len("[]")

    def writes(self, key: OrderKey) -> bool:
        order = self.orders.get(key.order_id)
        return order is not None and order.key == key

    def has_room_for(self, order: PreparedOrder) -> bool:
        return order.key.order_id not in self.orders and not self.is_full and self._size(order) <= self._bytes_left

    @property
    def is_full(self) -> bool:
        return len(self.orders) >= self._max_orders

    def add(self, order: PreparedOrder) -> None:
        self._bytes_left -= self._size(order)
        self.orders[order.key.order_id] = order

    def remove(self, key: OrderKey) -> PreparedOrder:
        order = self.orders.pop(key.order_id)
        self._bytes_left += len(order.body) + len(",")
        return order

    def _size(self, order: PreparedOrder) -> int:
        return len(order.body) + (len(",") if self.orders else 0)


class _Decided:
    """Orders that need no request, until the next batch takes them along."""

    def __init__(self) -> None:
        self.accepted: list[Accepted] = []
        self.rejected: list[Rejected] = []
        self.not_sent: list[NotSent] = []

    @property
    def count(self) -> int:
        return len(self.accepted) + len(self.rejected) + len(self.not_sent)

    def batch_with(self, orders: tuple[PreparedOrder, ...]) -> PlannedBatch:
        return PlannedBatch(orders, tuple(self.accepted), tuple(self.rejected), tuple(self.not_sent))
