"""What became of each order of an upsert: four outcomes, a batch of them, and the report of a run."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from .arguments import as_whole_number, described, reading
from .errors import BatchRejected, FieldError, IncompleteUpsert, InvalidRequest, SendcloudError, joined, named
from .identity import LARGEST_ID, OrderId, OrderKey, SendcloudId
from .plural import counted
from .tally import add_up, check_parts, listed, spell_counts


@dataclass(frozen=True, slots=True)
class Accepted:
    """The service took the order and named it. It may take seconds until it can be read back. Rule: UPSERT-ASYNC."""

    position: int
    key: OrderKey
    id: SendcloudId


@dataclass(frozen=True, slots=True)
class Rejected:
    """The order was refused and is not stored by this run.

    `errors` says what is wrong with this very order; it is empty when the order only shared a batch with a bad one
    (nothing of such a batch is stored: send this order again). `status` is the HTTP status, or None when the check
    before sending refused the order. `key` is None when the order has no readable one. Rule: UPSERT-ATOMIC.
    """

    position: int
    key: OrderKey | None
    errors: tuple[FieldError, ...]
    status: int | None = None

    def __str__(self) -> str:
        said = joined(self.errors) or "refused together with its batch"
        return f"{named(self.position, self.key)}: {said}"


@dataclass(frozen=True, slots=True)
class NotSent:
    """No request that held the order reached the service; `reason` says why."""

    position: int
    key: OrderKey | None
    reason: str

    def __str__(self) -> str:
        return f"{named(self.position, self.key)}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Unknown:
    """The order was sent and no usable answer came: it may be stored or not. Sending it again is safe."""

    position: int
    key: OrderKey
    reason: str

    def __str__(self) -> str:
        return f"{named(self.position, self.key)}: {self.reason}"


SUPERSEDED = "superseded by a later order with the same key"


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What became of the orders of one batch; every order of it stands in exactly one of the four.

    `requests` counts the requests that were needed, retries not counted. `problem` is the error behind what was not
    accepted, where one stands behind it.
    """

    accepted: tuple[Accepted, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    not_sent: tuple[NotSent, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    requests: int = 0
    problem: SendcloudError | None = field(default=None, compare=False)

    @property
    def ok(self) -> bool:
        """Tell whether each order was accepted, or superseded by one that was."""
        return not self.rejected and not self.unknown and all(one.reason == SUPERSEDED for one in self.not_sent)

    def __len__(self) -> int:
        return len(self.accepted) + len(self.rejected) + len(self.not_sent) + len(self.unknown)


# Orders that may have overtaken a batch, with room to spare; to make place before more of them would take long.
_NEAR = 10_000


class AcceptedOrders(Sequence[Accepted]):
    """Accepted orders in columns: about 100 bytes each, so that a million of them fit in memory."""

    __slots__ = ("_ids", "_integrations", "_order_ids", "_positions")

    def __init__(self) -> None:
        self._positions = array("q")
        self._integrations = array("q")
        self._order_ids: list[OrderId] = []
        self._ids = array("q")

    def add(self, accepted: Accepted) -> None:
        """Append one. Raises `InvalidRequest` for what is none."""
        self.extend([accepted])

    def extend(self, accepted: Sequence[Accepted]) -> None:
        """Add several. Raises `InvalidRequest` where one of them is none, and adds nothing then."""
        for one in accepted:
            _check_accepted(one)
        positions = [one.position for one in accepted]
        # To sort a million at the end takes more memory than they do.
        place = self._place_for(positions)
        self._positions[place:place] = array("q", positions)
        self._integrations[place:place] = array("q", [one.key.integration_id for one in accepted])
        self._order_ids[place:place] = [one.key.order_id for one in accepted]
        self._ids[place:place] = array("q", [one.id for one in accepted])

    def _place_for(self, positions: Sequence[int]) -> int:
        """Find where a batch belongs that others overtook; give the end where it belongs to no one place near it."""
        there = self._positions
        if not there or not positions or positions[0] > there[-1]:
            return len(there)
        place = bisect_left(there, positions[0], max(0, len(there) - _NEAR))
        fits = (place == 0 or there[place - 1] < positions[0]) and positions[-1] < there[place]
        return place if fits else len(there)

    def sort(self) -> None:
        """Put them into the sequence of the input; concurrent batches end in any."""
        positions = self._positions
        if all(positions[i] < positions[i + 1] for i in range(len(positions) - 1)):
            return
        order = sorted(range(len(positions)), key=positions.__getitem__)
        self._positions = array("q", map(positions.__getitem__, order))
        self._ids = array("q", map(self._ids.__getitem__, order))
        self._integrations = array("q", map(self._integrations.__getitem__, order))
        self._order_ids = [self._order_ids[i] for i in order]

    def _at(self, index: int) -> Accepted:
        key = OrderKey(self._integrations[index], self._order_ids[index])
        return Accepted(self._positions[index], key, SendcloudId(self._ids[index]))

    @overload
    def __getitem__(self, index: int) -> Accepted: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Accepted]: ...
    def __getitem__(self, index: int | slice) -> Accepted | Sequence[Accepted]:
        if isinstance(index, slice):
            return [self._at(i) for i in range(*index.indices(len(self)))]
        return self._at(index)

    def __len__(self) -> int:
        return len(self._positions)

    def __iter__(self) -> Iterator[Accepted]:
        return map(self._at, range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(one == another for one, another in zip(self, other, strict=True))

    def __repr__(self) -> str:
        return f"<{len(self)} accepted orders>"


@dataclass(slots=True)
class UpsertReport:
    """What became of every order of an upsert; no order is missing and none stands in two places.

    Each of the four is in the sequence of the input once the run has ended. Bodies are not kept.

    Raises `InvalidRequest` for parts of another type.
    """

    accepted: AcceptedOrders = field(default_factory=AcceptedOrders)
    rejected: list[Rejected] = field(default_factory=list)
    not_sent: list[NotSent] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    requests: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        check_parts(self, accepted=AcceptedOrders, requests=int)

    @classmethod
    def of(cls, outcomes: Iterable[BatchOutcome]) -> UpsertReport:
        """Add outcomes up, such as those that `upsert_iter` yields. Raises `InvalidRequest` for what is no outcome."""
        return add_up(cls(), outcomes)

    def add(self, outcome: BatchOutcome) -> None:
        """Take the outcome of one batch in. Raises `InvalidRequest` for what is none, and takes nothing of it."""
        with reading("outcome"):
            _check_outcome(outcome)
            self.accepted.extend(outcome.accepted)
        self.rejected.extend(outcome.rejected)
        self.not_sent.extend(outcome.not_sent)
        self.unknown.extend(outcome.unknown)
        self.requests += outcome.requests

    def sort(self) -> None:
        """Put each of the four into the sequence of the input."""
        self.accepted.sort()
        self.rejected.sort(key=_position)
        self.not_sent.sort(key=_position)
        self.unknown.sort(key=_position)

    @property
    def ok(self) -> bool:
        """Tell whether each order was accepted, or superseded by one that was."""
        return not self.rejected and not self.unknown and all(one.reason == SUPERSEDED for one in self.not_sent)

    @property
    def total(self) -> int:
        """Count the orders of the run."""
        return len(self.accepted) + len(self.rejected) + len(self.not_sent) + len(self.unknown)

    def raise_for_rejected(self) -> None:
        """Raise unless the run is `ok`.

        Raises `BatchRejected` when orders were refused, `IncompleteUpsert` when orders were not sent or their fate is
        unknown; the report is on the error. Rule: UPSERT-ATOMIC.
        """
        if self.rejected:
            raise BatchRejected(f"Orders were refused: {self.counts}", self)
        if not self.ok:
            raise IncompleteUpsert(f"Not every order was accepted: {self.counts}", self)

    @property
    def counts(self) -> str:
        """Spell the four counts in one line."""
        return spell_counts(self.accepted, self.rejected, self.not_sent, self.unknown)

    def __str__(self) -> str:
        guilty_first = sorted(self.rejected, key=lambda one: not one.errors)
        lines = [f"{counted(self.total, 'order')}: {self.counts}"]
        lines += [*listed("rejected", guilty_first), *listed("not sent", self.not_sent)]
        return "\n".join([*lines, *listed("unknown", self.unknown)])


def _check_outcome(outcome: object) -> None:
    if not isinstance(outcome, BatchOutcome):
        raise InvalidRequest(f"outcome should be a BatchOutcome, as upsert_iter yields, not {described(outcome)}.")
    groups: tuple[tuple[tuple[Any, ...], type[Any]], ...] = (
        (outcome.rejected, Rejected),
        (outcome.not_sent, NotSent),
        (outcome.unknown, Unknown),
    )
    for group, kind in groups:
        for one in group:
            if not isinstance(one, kind):
                raise InvalidRequest(f"The outcome holds {described(one)} where {kind.__name__} should stand.")
            _check_position(one.position)
    if as_whole_number(outcome.requests) is None:
        raise InvalidRequest(f"The outcome's requests should be a whole number, not {described(outcome.requests)}.")


def _check_accepted(accepted: object) -> None:
    if not isinstance(accepted, Accepted):
        raise InvalidRequest(f"The outcome holds {described(accepted)} where Accepted should stand.")
    _check_position(accepted.position)
    key, id = accepted.key, as_whole_number(accepted.id)
    whole = as_whole_number(key.integration_id) if isinstance(key, OrderKey) else None
    if whole is None or abs(whole) > LARGEST_ID or id is None or not 1 <= id <= LARGEST_ID:
        raise InvalidRequest("The outcome holds an accepted order whose key is no OrderKey or whose id is none.")


def _check_position(position: object) -> None:
    number = as_whole_number(position)
    if number is None or not 0 <= number <= LARGEST_ID:
        raise InvalidRequest(f"The outcome holds a position that is none: {described(position)}.")


def _position(outcome: Rejected | NotSent | Unknown) -> int:
    return outcome.position
