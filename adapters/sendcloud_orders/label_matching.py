"""Which order each part of an answer to create_labels belongs to: every order ends in one outcome, truthfully."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from sendcloud_orders_api.errors import UnreadableResponse
from sendcloud_orders_api.models import LabelsResult, ShipmentReference

from .error_bodies import ErrorBody, read_error_body
from .errors import ContractError, FieldError, joined
from .exchange import Answer
from .identity import OrderKey, OrderNumber
from .label_answers import is_about, parts_of, read_in_pieces
from .label_report import LabelAccepted, LabelOutcome, LabelRejected, LabelUnknown, UnaskedShipment
from .plural import counted
from .wordings import shown_id

_MISSING = "No such order in the integration, or it is not stored yet: wait_until_available waits for that"
_ONE_IS_MISSING = (
    "One of the orders of this request is not in the integration, or not stored yet: wait_until_available waits for "
    "that. Which one is not told: ask with at_a_time=1 to see"
)
_NOT_TOLD = "the answer tells neither of a shipment of it nor of an error"


@dataclass(frozen=True, slots=True)
class LabelsAnswer:
    """The shipments and the errors of an answer."""

    status: int
    made: list[ShipmentReference] = field(repr=False)
    said: ErrorBody


class AskedLabel(Protocol):
    """An order whose label was asked for."""

    @property
    def position(self) -> int: ...

    @property
    def key(self) -> OrderKey | OrderNumber: ...


def read_labels(answer: Answer) -> LabelsAnswer:
    """Read the shipments and errors of an answer, row by row where it cannot be read whole.

    Raises `UnreadableResponse` where nothing in it can be read. Rules: LABELS-PARTIAL, READ-TOLERANT.
    """
    said = read_error_body(answer.status, answer.content, missing_as_page=True)
    if said.form != "envelope":
        # Other words beside a success are no refusal of anything.
        said = ErrorBody(said.form)
    problem: UnreadableResponse | None = None
    try:
        made = answer.decode(LabelsResult).data
    except UnreadableResponse as error:
        made, problem = None, UnreadableResponse(*error.args)
    if made is None:
        rows = (read_in_pieces(answer, part, ShipmentReference) for part in parts_of(answer.content))
        made = [row for row in rows if row is not None and row != ShipmentReference(extra=row.extra)]
    if problem is not None and not made and not said.errors:
        raise problem
    return LabelsAnswer(answer.status, made, said)


def match_labels(asked: Sequence[AskedLabel], answer: LabelsAnswer) -> LabelOutcome:
    """Say of each order what the answer says of it.

    A shipment belongs to the order that was asked for by its `order_id` or `order_number`, to the letter; one that
    belongs to none, or is the second of an order, was not asked for and is told. An order with a shipment is accepted
    even if an error names it too. An error names an order by its place; one that names none is about every order
    without a shipment. An error of the service's own (5xx) settles nothing, and an order of which the answer says
    nothing is unknown. Rules: LABELS-CREATE, LABELS-PARTIAL, LABELS-SENDER, LABEL-ONCE.
    """
    shipments, unasked = _owners(asked, answer.made)
    errors = list(zip(answer.said.errors, answer.said.statuses, strict=True))
    about_all = [(error, status) for error, status in errors if error.index is None]
    accepted: list[LabelAccepted] = []
    rejected: list[LabelRejected] = []
    unknown: list[LabelUnknown] = []
    for place, one in enumerate(asked):
        own = [(replace(error, index=None), status) for error, status in errors if error.index == place]
        told = own or about_all
        said = tuple(_explained(error, status) for error, status in told)
        if place in shipments:
            shipment = shipments[place]
            about_it = said if own else ()
            id, parcels = shown_id(shipment.shipment_id), parcels_of(shipment)
            accepted.append(LabelAccepted(one.position, one.key, id, parcels, about_it, shipment))
        elif not told:
            unknown.append(LabelUnknown(one.position, one.key, _NOT_TOLD))
        elif any(status is not None and _settles_nothing(status) for _, status in told):
            unknown.append(LabelUnknown(one.position, one.key, f"the service failed at it: {joined(said)}"))
        else:
            status = next((status for _, status in told if status is not None), answer.status)
            rejected.append(LabelRejected(one.position, one.key, said, status))
    strangers = tuple(map(_unasked, unasked))
    problem = _problem(len(asked), len(answer.made), accepted, unknown, strangers)
    return LabelOutcome(tuple(accepted), tuple(rejected), (), tuple(unknown), strangers, 1, problem)


def _owners(
    asked: Sequence[AskedLabel], made: Sequence[ShipmentReference]
) -> tuple[dict[int, ShipmentReference], list[ShipmentReference]]:
    """Give each order its shipment, by place, and the shipments that are left over.

    An order may have been asked for by its id and another, the same perhaps, by its number: the id comes first.
    """
    owned: dict[int, ShipmentReference] = {}
    left: list[ShipmentReference] = []
    by_id_first = sorted(range(len(asked)), key=lambda place: isinstance(asked[place].key, OrderNumber))
    for shipment in made:
        fitting = (place for place in by_id_first if place not in owned and is_about(asked[place].key, shipment))
        place = next(fitting, None)
        if place is None:
            left.append(shipment)
        else:
            owned[place] = shipment
    return owned, left


def _settles_nothing(status: int) -> bool:
    return status >= 500 or status == 408


def _explained(error: FieldError, status: int | None) -> FieldError:
    """Say of an order that is not there what its missing page means. Rule: LABELS-MISSING."""
    return replace(error, hint=_MISSING) if status == 404 and not error.path else error


def explain_missing(errors: Sequence[FieldError], orders: int) -> tuple[FieldError, ...]:
    """Say what a 404 to a whole request of so many orders means. Rule: LABELS-MISSING."""
    hint = _MISSING if orders == 1 else _ONE_IS_MISSING
    return tuple(error if error.path else replace(error, hint=hint) for error in errors)


def parcels_of(shipment: ShipmentReference) -> tuple[int, ...]:
    """List the parcels of a shipment; older answers name the first alone."""
    if shipment.parcels_ids:
        return tuple(shipment.parcels_ids)
    return () if shipment.parcel_id is None else (shipment.parcel_id,)


def _unasked(shipment: ShipmentReference) -> UnaskedShipment:
    return UnaskedShipment(
        shown_id(shipment.shipment_id), parcels_of(shipment), shipment.order_id, shipment.order_number
    )


def _problem(
    asked: int,
    made: int,
    accepted: Sequence[LabelAccepted],
    unknown: Sequence[LabelUnknown],
    unasked: Sequence[UnaskedShipment],
) -> ContractError | None:
    doubted = sum(bool(one.errors) for one in accepted)
    if not (unknown or unasked or doubted):
        return None
    return ContractError(
        f"The answer of create_labels tells of {counted(made, 'shipment')} where {asked} were asked for: "
        f"{len(unknown)} unclear, {len(unasked)} of no order, and {doubted} that came with an error."
    )
