"""One label: what names the order, what is asked for, and the purchase from before the first byte to the file.

A label costs money. So whatever can be refused is refused before the request leaves, the place of the file included,
and nothing that comes back is let go of: see `LabelError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self, get_args
from uuid import UUID

import msgspec

from sendcloud_orders_api.api.labels import create_label
from sendcloud_orders_api.models import (
    LabelDpi,
    LabelType,
    Order,
    OrderInput,
    Shipment,
    ShipmentDocument,
    ShipWithInput,
)
from sendcloud_orders_api.types import UNSET

from .arguments import check_choice, check_flag, check_readable, check_text, check_whole_number, described, reading
from .bodies import UnwritableBody, read_key, write_body
from .errors import (
    InvalidRequest,
    LabelError,
    LabelMayExist,
    LabelNotSaved,
    LabelUnreadable,
    SendcloudError,
)
from .exchange import CREATE_LABEL, Call, Conversation, Exchange, Outcome, Refused, Succeeded, error_of, is_uncertain
from .identity import LARGEST_ID, OrderId, OrderKey, OrderNumber
from .interrupts import left_by
from .label_answers import is_about, label_in, read_shipments, shipment_ids
from .label_check import LONGEST_ORDER_ID, LONGEST_ORDER_NUMBER
from .label_files import NotWritten, Place, reserve
from .label_report import LabelNotSent
from .report import Accepted
from .wordings import shown_id

OrderToLabel = OrderKey | OrderNumber | Accepted | LabelNotSent | Order | OrderInput | Mapping[str, Any]
"""What names the order of a label: its key or number, an outcome that says that it may be asked for, or the order."""

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Label:
    """A label, and the shipment that it belongs to.

    `key` is the order as it was named, `content` the bytes of the label, of `mime_type` and `dpi`. `shipment` is the
    rest of the answer as it was read, with what no model names in `extra`. `path` is the file that it was written to.
    `repr` shows nothing that tells of the customer.
    """

    key: OrderKey | OrderNumber
    shipment_id: str | None
    parcel_id: int | None
    content: bytes = field(repr=False)
    mime_type: str = PDF
    dpi: int | None = None
    tracking_number: str | None = field(default=None, repr=False)
    tracking_url: str | None = field(default=None, repr=False)
    documents: tuple[ShipmentDocument, ...] = field(default=(), repr=False, hash=False)
    shipment: Shipment = field(default_factory=Shipment, repr=False, compare=False)
    path: Path | None = field(default=None, compare=False)

    @property
    def suffix(self) -> str:
        """Give the ending of a file that holds it: `.pdf`, `.png`, `.zpl`, or `.bin` for a type that is not known."""
        return suffix_of(self.mime_type)

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write it to a file, or into a folder under a name of its own; give the path.

        The file is there whole or not at all. One that exists is left alone unless `overwrite`.

        Raises `InvalidRequest` for a place that nothing can be written to, `LabelNotSaved` when the writing fails.
        """
        with reserve(path, file_name(self.key), self.suffix, overwrite=overwrite) as place:
            return _written(self, place)


def suffix_of(mime_type: str) -> str:
    """Give the ending of files of a type."""
    return {PDF: ".pdf", "image/png": ".png", "application/zpl": ".zpl"}.get(mime_type, ".bin")


def _written(label: Label, place: Place) -> Path:
    try:
        return place.write(label.content, label.suffix)
    except NotWritten as error:
        message = (
            f"The label of {label.key} was made, and is `label` of this error; {error} Try label.save(another path)."
        )
        raise LabelNotSaved(
            message, label.key, shipment_id=label.shipment_id, parcel_id=label.parcel_id, label=label
        ) from None


# ---------------------------------------------------------------- what names an order


def name_order(order: object) -> OrderKey | OrderNumber:
    """Read by what an order is named to the label operations; a whole order is named by its key.

    Raises `InvalidRequest` for what names none, or one by a name that these operations do not take.
    Rule: LABEL-NAMED.
    """
    with reading("order"):
        named = _name_in(order)
    if named is None:
        raise InvalidRequest(
            "order should name an order by its integration and its order_id or order_number: OrderKey(41, 'A-1'), "
            "OrderNumber(41, '1001'), an accepted order of a report, or a whole order with its integration; not "
            f"{described(order)}."
        )
    check_whole_number("The integration's id", named.integration_id, 1, LARGEST_ID)
    what, longest = _limit_of(named)
    text = named[1]
    if not 1 <= len(text) <= longest:
        remedy = " Name it by its number: OrderNumber(…)." if isinstance(named, OrderKey) and text else ""
        raise InvalidRequest(
            f"The {what} of an order to label has from 1 to {longest} characters, not {len(text)}.{remedy}"
        )
    return named


def _name_in(order: object) -> OrderKey | OrderNumber | None:
    match order:
        case OrderNumber(integration_id=integration, order_number=number):
            return OrderNumber(integration, check_text("order_number", number))
        case OrderKey(integration_id=integration, order_id=order_id):
            return OrderKey(integration, OrderId(check_text("order_id", order_id)))
        case Accepted(key=key) | LabelNotSent(key=key):
            return key
        case msgspec.Struct() | Mapping():
            return read_key(order)
    return None


def _limit_of(name: OrderKey | OrderNumber) -> tuple[str, int]:
    if isinstance(name, OrderKey):
        return "order_id", LONGEST_ORDER_ID
    return "order_number", LONGEST_ORDER_NUMBER


def fields_of(name: OrderKey | OrderNumber) -> dict[str, Any]:
    """Write the name of an order as the label operations take it."""
    return {_limit_of(name)[0]: name[1]}


def file_name(name: OrderKey | OrderNumber) -> str:
    """Give what a file of this order's label is called, before its ending."""
    return f"label-{name.integration_id}-{name[1]}"


# ---------------------------------------------------------------- what is asked for

ShipWith = ShipWithInput | Mapping[str, Any] | str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipOptions:
    """How to ship: what both label operations take beside the orders; the clients' `create_label` describes it."""

    ship_with: ShipWith | None = None
    apply_shipping_rules: bool | None = None
    sender_address_id: int | None = None
    brand_id: int | None = None

    def __post_init__(self) -> None:
        check_readable(ship_with=self.ship_with)
        if self.apply_shipping_rules is not None:
            check_flag("apply_shipping_rules", self.apply_shipping_rules)
        for name in ("sender_address_id", "brand_id"):
            if (value := getattr(self, name)) is not None:
                check_whole_number(name, value, 1, LARGEST_ID)

    def of_request(self) -> dict[str, Any]:
        """Give the fields of the request."""
        given = {"ship_with": _ship_with(self.ship_with), "sender_address_id": self.sender_address_id}
        return _set(given | {"brand_id": self.brand_id})

    def of_order(self, name: OrderKey | OrderNumber) -> dict[str, Any]:
        """Give the fields of an order in the request."""
        return fields_of(name) | _set({"apply_shipping_rules": self.apply_shipping_rules})


def _set(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _ship_with(given: ShipWith | None) -> object:
    if not isinstance(given, str):
        return given
    return {"type": "shipping_option_code", "properties": {"shipping_option_code": str.__str__(given)}}


_DPI_OF: dict[str, tuple[int, ...]] = {PDF: (72,), "image/png": (150, 300)}


def form_of_label(mime_type: LabelType, dpi: LabelDpi | None) -> dict[str, Any]:
    """Give the fields that ask for a form of label. Raises `InvalidRequest`. Rule: LABEL-FORM."""
    check_choice("mime_type", mime_type, get_args(LabelType))
    if dpi is not None:
        check_whole_number("dpi", dpi)
        known = _DPI_OF.get(mime_type, get_args(LabelDpi))
        if dpi not in known:
            choices = " or ".join(map(str, known))
            raise InvalidRequest(f"A label of type {mime_type} has {choices} dpi: ask for that, or leave dpi out.")
    return _set({"mime_type": mime_type, "dpi": dpi})


# ---------------------------------------------------------------- the purchase


class LabelPurchase:
    """One label, from the check of what is asked for to the file; a context manager around the conversation.

    Whatever interrupts it (a Ctrl-C, a cancellation) leaves with a note that the label may have been made, or with the
    label as `label` of the exception when it had come by then.

    Raises `InvalidRequest` for what cannot be asked for. Rules: LABEL-CREATE, LABEL-ONCE, LABEL-NAMED, LABEL-FORM.
    """

    def __init__(
        self,
        order: object,
        options: ShipOptions,
        *,
        mime_type: LabelType,
        dpi: LabelDpi | None,
        path: str | Path | None,
        overwrite: bool,
        partner_id: UUID | None,
    ) -> None:
        form = form_of_label(mime_type, dpi)
        check_flag("overwrite", overwrite)
        self._name = name_order(order)
        self._mime_type = mime_type
        body = {"integration_id": self._name.integration_id, "order": options.of_order(self._name)}
        try:
            _, content = write_body(body | options.of_request() | {"label_details": form}, "LabelInput", check=True)
        except UnwritableBody as error:
            errors = error.errors
        else:
            errors = ()
        if errors:
            raise InvalidRequest("The label cannot be asked for", errors)
        self._request = create_label.build_request(body=content, sendcloud_partner_id=partner_id or UNSET)
        self._place: Place | None = None
        if path is not None:
            self._place = reserve(path, file_name(self._name), suffix_of(mime_type), overwrite=overwrite)
        self._label: Label | None = None
        self._asked = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._place is not None:
            self._place.release()
        if error is not None and not isinstance(error, SendcloudError) and self._asked:
            left = left_by(error, self._what_is_left())
            left.label = self._label  # type: ignore[attr-defined]
            if left is not error:
                raise left

    def converse(self) -> Conversation[Label]:
        """Ask for the label, once, and take it out of the answer."""
        self._asked = True
        exchange: Exchange[list[Shipment]] = yield Call(CREATE_LABEL, self._request, read_shipments)
        if not isinstance(exchange.outcome, Succeeded):
            raise self._failure(exchange)
        self._label = self._label_of(exchange.outcome.value)
        if self._place is None:
            return self._label
        return replace(self._label, path=_written(self._label, self._place))

    def _failure(self, exchange: Exchange[Any]) -> SendcloudError:
        problem = error_of(CREATE_LABEL, exchange)
        assert problem is not None
        if not may_have_been_made(exchange.outcome):
            return problem
        told = LabelMayExist(
            f"Whether the label of {self._name} was made is not known: {problem} {LOOK_FIRST}", self._name
        )
        told.__cause__ = problem
        return told

    def _label_of(self, shipments: list[Shipment]) -> Label:
        ours = [one for one in shipments if is_about(self._name, one) is not False]
        labels = ((one, label) for one in ours if (label := self._read(one)) is not None)
        first, label = next(labels, ((ours or shipments or [Shipment()])[0], None))
        if len(shipments) == 1 and label is not None:
            return label
        ids = shipment_ids(shipments)
        if shipments and not ours:
            told = "The answer is about another order than the one that was asked for"
        elif len(shipments) > 1:
            told = f"The answer tells of {len(shipments)} shipments where one was asked for"
        elif ours:
            raise self._unreadable(first)
        else:
            told = "The answer is a success that names no shipment"
        raise LabelMayExist(
            f"{told} ({self._name}){_made(ids)}. {LOOK_FIRST}",
            self._name,
            shipment_id=shown_id(first.shipment_id),
            parcel_id=first.parcel_id,
            label=label,
        )

    def _read(self, shipment: Shipment) -> Label | None:
        found = label_in(shipment, self._mime_type)
        if found is None:
            return None
        return Label(
            self._name,
            shown_id(shipment.shipment_id),
            shipment.parcel_id,
            found.content,
            found.mime_type,
            found.dpi,
            shipment.tracking_number,
            shipment.tracking_url,
            tuple(shipment.documents or ()),
            found.rest,
        )

    def _unreadable(self, shipment: Shipment) -> LabelError:
        ids = shipment_ids([shipment])
        return LabelUnreadable(
            f"The shipment of {self._name} was made{_made(ids)}, but the answer holds no label that can be read. It is "
            "there all the same: take it from the shipment, in the panel or by GET /shipments/{id} (which this package "
            "does not cover). To ask for it again would cost a second one.",
            self._name,
            shipment_id=ids[0] if ids else None,
            parcel_id=shipment.parcel_id,
        )

    def _what_is_left(self) -> str:
        if self._label is not None:
            return f"The label of {self._name} was made, and is `label` of this exception."
        return f"Whether the label of {self._name} was made is not known. {LOOK_FIRST}"


LOOK_FIRST = (
    "Each label costs money, so it was not asked for again. Before you do, look for a shipment of the order: in the "
    "panel, or by GET /shipments (which this package does not cover)."
)


def may_have_been_made(outcome: Outcome[Any]) -> bool:
    """Tell whether a label may have been made without our knowing.

    A 408 says that a request did not come in time, but who says so may be a gateway that had handed it on. Other
    refusals made no label. Rule: LABEL-ONCE.
    """
    return is_uncertain(outcome) or (isinstance(outcome, Refused) and outcome.status in (408, 499))


def _made(ids: list[str]) -> str:
    if not ids:
        return ""
    return f", as shipment {ids[0]}" if len(ids) == 1 else f", as shipments {', '.join(ids[:10])}"
