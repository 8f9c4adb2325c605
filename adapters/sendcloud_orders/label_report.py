"""What became of each order of a run of labels: four outcomes, those of one request, and the report of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter

from sendcloud_orders_api.models import ShipmentReference

from .arguments import check_whole_number, described, reading
from .errors import FieldError, IncompleteLabels, InvalidRequest, SendcloudError, joined, named
from .identity import OrderKey, OrderNumber
from .plural import counted
from .tally import add_up, check_parts, listed, spell_counts
from .wordings import BLANK, shown_id


@dataclass(frozen=True, slots=True)
class LabelAccepted:
    """There is a shipment of the order; its label is made later, and read by GET /shipments/{shipment_id}.

    `errors` is what the answer says against it all the same, which is worth a look. `shipment` is the row of the answer
    as it was read. Rule: LABELS-CREATE.
    """

    position: int
    key: OrderKey | OrderNumber
    shipment_id: str | None
    parcel_ids: tuple[int, ...] = ()
    errors: tuple[FieldError, ...] = ()
    shipment: ShipmentReference = field(default_factory=ShipmentReference, repr=False, compare=False)

    def __str__(self) -> str:
        said = f", but the answer says as well: {joined(self.errors)}" if self.errors else ""
        return f"{named(self.position, self.key)}: shipment {self.shipment_id}{said}"


@dataclass(frozen=True, slots=True)
class LabelRejected:
    """The order was refused, and this run made no shipment of it.

    `errors` says what is wrong with this very order; it is empty when the order only shared a request with one that the
    service refused whole: ask for it again. `status` is that of its error or of the answer, or None when the check
    before sending refused it. `key` is None when what was given names no order. An order that came before in the run is
    refused as well: what became of it stands at its first position. Rules: LABELS-PARTIAL, LABEL-ONCE.
    """

    position: int
    key: OrderKey | OrderNumber | None
    errors: tuple[FieldError, ...]
    status: int | None = None

    def __str__(self) -> str:
        said = joined(self.errors) or "refused together with the other orders of its request"
        return f"{named(self.position, self.key)}: {said}"


@dataclass(frozen=True, slots=True)
class LabelNotSent:
    """No label of the order was asked for, or the service turned the request away unread; `reason` says why."""

    position: int
    key: OrderKey | OrderNumber | None
    reason: str

    def __str__(self) -> str:
        return f"{named(self.position, self.key)}: {self.reason}"


@dataclass(frozen=True, slots=True)
class LabelUnknown:
    """A label was asked for and no usable answer came: there may be a shipment of the order, or none.

    To ask again may cost a second one: look first, in the panel or by GET /shipments. Rule: LABEL-ONCE.
    """

    position: int
    key: OrderKey | OrderNumber
    reason: str

    def __str__(self) -> str:
        return f"{named(self.position, self.key)}: {self.reason}"


@dataclass(frozen=True, slots=True)
class UnaskedShipment:
    """A shipment that an answer tells of and that belongs to no order of the request, or is the second of one."""

    shipment_id: str | None
    parcel_ids: tuple[int, ...] = ()
    order_id: str | None = field(default=None, repr=False)
    order_number: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return (
            f"shipment {self.shipment_id} of order_id {_shown(self.order_id)}, order_number {_shown(self.order_number)}"
        )


@dataclass(frozen=True, slots=True)
class LabelOutcome:
    """What became of the orders of one request; every order of it stands in exactly one of the four.

    `unasked` are shipments beyond those that were asked for. `problem` is the error behind what was not accepted, where
    one stands behind it.
    """

    accepted: tuple[LabelAccepted, ...] = ()
    rejected: tuple[LabelRejected, ...] = ()
    not_sent: tuple[LabelNotSent, ...] = ()
    unknown: tuple[LabelUnknown, ...] = ()
    unasked: tuple[UnaskedShipment, ...] = ()
    requests: int = 0
    problem: SendcloudError | None = field(default=None, compare=False)

    @property
    def ok(self) -> bool:
        """Tell whether there is one shipment of each order, and nothing was said against it."""
        wrong = self.rejected or self.not_sent or self.unknown or self.unasked
        return not wrong and not any(one.errors for one in self.accepted)

    def __len__(self) -> int:
        return len(self.accepted) + len(self.rejected) + len(self.not_sent) + len(self.unknown)


@dataclass(slots=True)
class LabelReport:
    """What became of every order of a run of labels; no order is missing and none stands in two places.

    Each of the four is in the sequence of the input once the run has ended. `unasked` are shipments that answers told
    of and nobody had asked for: they cost money as well.

    Raises `InvalidRequest` for parts of another type.
    """

    accepted: list[LabelAccepted] = field(default_factory=list)
    rejected: list[LabelRejected] = field(default_factory=list)
    not_sent: list[LabelNotSent] = field(default_factory=list)
    unknown: list[LabelUnknown] = field(default_factory=list)
    unasked: list[UnaskedShipment] = field(default_factory=list)
    requests: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        check_parts(self, requests=int)

    @classmethod
    def of(cls, outcomes: Iterable[LabelOutcome]) -> LabelReport:
        """Add outcomes up. Raises `InvalidRequest` for what is none."""
        return add_up(cls(), outcomes)

    def add(self, outcome: LabelOutcome) -> None:
        """Take the outcome of one request in. Raises `InvalidRequest` for what is none."""
        with reading("outcome"):
            _check_outcome(outcome)
        self.accepted += outcome.accepted
        self.rejected += outcome.rejected
        self.not_sent += outcome.not_sent
        self.unknown += outcome.unknown
        self.unasked += outcome.unasked
        self.requests += outcome.requests

    def sort(self) -> None:
        """Put each of the four into the sequence of the input."""
        for group in (self.accepted, self.rejected, self.not_sent, self.unknown):
            group.sort(key=attrgetter("position"))

    @property
    def ok(self) -> bool:
        """Tell whether there is one shipment of each order, and nothing was said against it."""
        wrong = self.rejected or self.not_sent or self.unknown or self.unasked
        return not wrong and not any(one.errors for one in self.accepted)

    @property
    def total(self) -> int:
        """Count the orders of the run."""
        return len(self.accepted) + len(self.rejected) + len(self.not_sent) + len(self.unknown)

    @property
    def counts(self) -> str:
        """Spell the counts in one line."""
        told = spell_counts(self.accepted, self.rejected, self.not_sent, self.unknown)
        return f"{told}, {counted(len(self.unasked), 'shipment')} that nobody asked for" if self.unasked else told

    def raise_for_rejected(self) -> None:
        """Raise `IncompleteLabels` unless the run is `ok`; the report is on the error."""
        if not self.ok:
            raise IncompleteLabels("Not every order has its shipment", self)

    def __str__(self) -> str:
        lines = [f"{counted(self.total, 'order')}: {self.counts}"]
        lines += listed("accepted", [one for one in self.accepted if one.errors])
        guilty_first = sorted(self.rejected, key=lambda one: not one.errors)
        lines += listed("rejected", guilty_first)
        lines += [*listed("not sent", self.not_sent), *listed("unknown", self.unknown)]
        if self.unknown:
            lines.append(f"  {_HOW_TO_FIND_OUT}")
        return "\n".join([*lines, *listed("not asked for", self.unasked)])


_HOW_TO_FIND_OUT = (
    "Before you ask for the unknown ones again, look in the panel, or by GET /shipments, whether there is a shipment: "
    "each label costs money."
)


def _shown(name: str | None) -> str | None:
    """Show what an answer calls an order, unless it may be anything."""
    return None if name is None else shown_id(name) or BLANK


def _check_outcome(outcome: object) -> None:
    if not isinstance(outcome, LabelOutcome):
        raise InvalidRequest(
            f"outcome should be a LabelOutcome, as on_outcome of create_labels gets, not {described(outcome)}."
        )
    groups: tuple[tuple[tuple[object, ...], type], ...] = (
        (outcome.accepted, LabelAccepted),
        (outcome.rejected, LabelRejected),
        (outcome.not_sent, LabelNotSent),
        (outcome.unknown, LabelUnknown),
        (outcome.unasked, UnaskedShipment),
        ((outcome.requests,), int),
    )
    for group, kind in groups:
        for one in group:
            if not isinstance(one, kind):
                raise InvalidRequest(f"The outcome holds {described(one)} where {kind.__name__} should stand.")
            if not isinstance(one, UnaskedShipment | int):
                check_whole_number("A position of the outcome", getattr(one, "position"), 0)  # noqa: B009 - of any group
