"""Buy labels one by one, and write down before and after each what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sendcloud_orders import (
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    InvalidRequest,
    LabelError,
    LabelMayExist,
    LabelNotSaved,
    LabelUnreadable,
    NotFoundError,
    OrderKey,
    PermissionDeniedError,
    RateLimitError,
    SendcloudError,
    TransportError,
)

from .endings import spell_error
from .file_names import free_path, name_of
from .label_record import LabelRecord, Outcome, Row

if TYPE_CHECKING:
    from sendcloud_orders import Label, OrdersClient

_UNKNOWN_IN_A_ROW = 3


@dataclass(slots=True)
class Plan:
    """What to do with the orders that were named: buy, or leave alone because a label exists or may exist."""

    to_buy: list[OrderKey] = field(default_factory=list)
    bought: list[Row] = field(default_factory=list)
    unknown: list[Row] = field(default_factory=list)
    named_twice: int = 0


def plan_purchase(keys: Iterable[OrderKey], record: LabelRecord, again: Iterable[OrderKey] = ()) -> Plan:
    """Decide by the record which orders get a label; those of `again` get one whatever it says."""
    plan, seen, wanted = Plan(), set[OrderKey](), set(again)
    for key in keys:
        if key in seen:
            plan.named_twice += 1
            continue
        seen.add(key)
        row = None if key in wanted else record.of(key)
        if row is None or row.outcome in (Outcome.REFUSED, Outcome.NOT_SENT):
            plan.to_buy.append(key)
        else:
            (plan.bought if row.outcome is Outcome.BOUGHT else plan.unknown).append(row)
    return plan


def outcome_of(error: SendcloudError, *, left: bool) -> Outcome:
    """Say what an error tells of the label; `left` says whether a request left at all. In doubt a label may exist.

    A conflict tells of an earlier request on the order, which may be one for its label.
    """
    match error:
        case LabelUnreadable() | LabelNotSaved():
            return Outcome.BOUGHT
        case InvalidRequest():
            return Outcome.REFUSED
        case ConfigurationError() | AuthenticationError() | PermissionDeniedError() | RateLimitError():
            return Outcome.NOT_SENT
        case TransportError(sent=False):
            return Outcome.NOT_SENT
        case BadRequestError() | NotFoundError():
            return Outcome.REFUSED
    return Outcome.UNKNOWN if left else Outcome.NOT_SENT


@dataclass(slots=True)
class Departures:
    """Whether a request of the order at hand has left; its `note` is the client's hook `request`."""

    any: bool = False

    def note(self, event: object) -> None:
        """Take notice of a request."""
        self.any = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Buys labels with a client whose hook `request` is `departures.note`, and saves them to a folder.

    `suffix` is that of the files, `options` are those of `create_label`.
    """

    client: OrdersClient
    record: LabelRecord
    folder: Path
    suffix: str
    departures: Departures
    options: Mapping[str, Any]

    def buy_all(self, keys: Iterable[OrderKey]) -> Iterator[Row]:
        """Buy a label for each order, and yield what is recorded of it.

        Raises, after the row of its order was yielded, what would stop the orders after it too: the error of a service
        that turns the caller away, that throttles, or that has left three orders in a row unknown, and of a disk that
        takes no label.
        """
        unknown = 0
        for key in keys:
            path = free_path(self.folder, name_of(key), self.suffix)
            self.departures.any = False
            self.record.write(key, Outcome.ASKED)
            try:
                label = self.client.create_label(key, path=path, **self.options)
            except SendcloudError as error:
                outcome = outcome_of(error, left=self.departures.any)
                yield self.record.write(key, outcome, reason=_reason(error), **_ids_on(error))
                unknown = unknown + 1 if outcome is Outcome.UNKNOWN else 0
                if unknown == _UNKNOWN_IN_A_ROW or isinstance(error, LabelNotSaved) or outcome is Outcome.NOT_SENT:
                    raise
            except BaseException as error:
                self._note_interrupt(key, getattr(error, "label", None))
                raise
            else:
                unknown = 0
                yield self.record.write(key, Outcome.BOUGHT, file=path.name, **_facts(label))

    def _note_interrupt(self, key: OrderKey, label: Label | None) -> None:
        """Write down what is known of a label at an interrupt, and save one that had come by then."""
        if label is None:
            outcome = Outcome.UNKNOWN if self.departures.any else Outcome.NOT_SENT
            self.record.write(key, outcome, reason="interrupted")
            return
        path = free_path(self.folder, name_of(key), self.suffix)
        try:
            label.save(path)
        except SendcloudError as error:
            self.record.write(key, Outcome.BOUGHT, reason=spell_error(error), **_facts(label))
        else:
            self.record.write(key, Outcome.BOUGHT, file=path.name, **_facts(label))


def _reason(error: SendcloudError) -> str:
    if isinstance(error, NotFoundError):
        return "the integration has no such order; one that was pushed a moment ago may take seconds to appear"
    cause = error.__cause__ if isinstance(error, LabelMayExist) else None
    return spell_error(cause or error)


def _facts(label: Label) -> dict[str, str]:
    return {
        "shipment": label.shipment_id or "",
        "parcel": "" if label.parcel_id is None else str(label.parcel_id),
        "tracking": label.tracking_number or "",
    }


def _ids_on(error: SendcloudError) -> dict[str, str]:
    """Give what an error tells of a shipment, so that it can be looked up."""
    if not isinstance(error, LabelError):
        return {}
    parcel = "" if error.parcel_id is None else str(error.parcel_id)
    return {"shipment": error.shipment_id or "", "parcel": parcel}
