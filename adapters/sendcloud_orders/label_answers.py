"""Read what the label operations answer, and give up nothing of it that can be read: it was paid for.

The reference contradicts itself on the form of these answers, so every form that it or anybody else shows is taken. A
field that breaks the contract is left out and hides no other.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from sendcloud_orders_api.errors import UnreadableResponse
from sendcloud_orders_api.models import LabelDetails, LabelResult, Shipment, ShipmentReference
from sendcloud_orders_api.types import EXTRA

from .exchange import Answer
from .identity import OrderKey, OrderNumber
from .wordings import shown_id

S = TypeVar("S", bound=msgspec.Struct)

_NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def read_shipments(answer: Answer) -> list[Shipment]:
    """Read the shipments of an answer that should tell of one: an object, a list, or an object without `data` around.

    Raises `UnreadableResponse` where nothing in it tells of a shipment. Rules: LABEL-DATA, READ-TOLERANT.
    """
    try:
        data = answer.decode(LabelResult).data
    except UnreadableResponse as error:
        # Raised anew below, for a traceback leads to the answer.
        problem = UnreadableResponse(*error.args) if error.args else error
    else:
        return data if isinstance(data, list) else [data]
    shipments = [one for part in parts_of(answer.content) if (one := read_in_pieces(answer, part, Shipment))]
    if not any(map(_tells_something, shipments)):
        raise problem
    return shipments


def read_in_pieces(answer: Answer, part: bytes, kind: type[S]) -> S | None:
    """Read an object field by field where it cannot be read whole; give None for what is no object."""
    try:
        return answer.decode(kind, part)
    except UnreadableResponse:
        pass
    try:
        members = msgspec.json.decode(part, type=dict[str, msgspec.Raw])
    except _NO_JSON:
        return None
    read: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.encode_name in members and field.encode_name != EXTRA:
            value = bytes(members.pop(field.encode_name))
            try:
                read[field.name] = answer.decode(field.type, value)
            except UnreadableResponse:
                if field.type == str | None and _INTEGER.fullmatch(value):
                    read[field.name] = value.decode()
                elif field.type == LabelDetails | None:
                    read[field.name] = read_in_pieces(answer, value, LabelDetails)
    beyond = {name: msgspec.json.decode(value) for name, value in members.items() if name != EXTRA}
    return kind(**read, extra=beyond or None)


_INTEGER = re.compile(rb"-?[0-9]{1,20}")


def parts_of(content: bytes, *, alone: bool = True) -> Iterable[bytes]:
    """Cut an answer into the objects that may be shipments; with `alone` one may be the whole of it."""
    try:
        top = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
        if "data" not in top and not alone:
            return []
        data = bytes(top["data"]) if "data" in top else content
        return map(bytes, msgspec.json.decode(data, type=list[msgspec.Raw])) if data.startswith(b"[") else [data]
    except _NO_JSON:
        return []


def _tells_something(shipment: Shipment) -> bool:
    named = shipment.shipment_id, shipment.parcel_id, shipment.tracking_number
    return any(one is not None for one in named) or _text_of_label(shipment)[0] is not None


def is_about(name: OrderKey | OrderNumber, shipment: Shipment | ShipmentReference) -> bool | None:
    """Tell whether a shipment is that of an order; None where the answer does not say so."""
    told = shipment.order_id if isinstance(name, OrderKey) else shipment.order_number
    return None if told is None else told == name[1]


# ---------------------------------------------------------------- ids


def shipment_ids(shipments: Iterable[Shipment]) -> list[str]:
    """List the ids of shipments that can be shown."""
    return [id for id in (shown_id(one.shipment_id) for one in shipments) if id is not None]


# ---------------------------------------------------------------- the label in a shipment


@dataclass(frozen=True, slots=True)
class FoundLabel:
    """The label that a shipment holds, and the shipment without it."""

    content: bytes
    mime_type: str
    dpi: int | None
    rest: Shipment


def label_in(shipment: Shipment, asked: str) -> FoundLabel | None:
    """Take the label out of a shipment; None where it has none, or one whose base64 is damaged.

    It stands under `label_details.file`, or under `label` as text or object. Of what type it is its own bytes tell
    where the answer does not, and else it is what was asked for. Rule: LABEL-DATA.
    """
    text, details = _text_of_label(shipment)
    content = None if text is None else _from_base64(text)
    if content is None:
        return None
    rest = msgspec.structs.replace(shipment)
    if rest.extra:
        rest.extra = {name: value for name, value in rest.extra.items() if name != "label"} or None
    if rest.label_details is not None:
        rest.label_details = msgspec.structs.replace(rest.label_details, file=None)
    return FoundLabel(content, details.mime_type or _type_of(content) or asked, details.dpi, rest)


def _text_of_label(shipment: Shipment) -> tuple[str | None, LabelDetails]:
    details = shipment.label_details or LabelDetails()
    if details.file:
        return details.file, details
    other = (shipment.extra or {}).get("label")
    if isinstance(other, dict):
        try:
            other_details = msgspec.convert(
                {name: other.get(name) for name in ("file", "mime_type", "dpi")}, LabelDetails, strict=False
            )
        except msgspec.ValidationError:
            other_details = LabelDetails(file=other["file"] if isinstance(other.get("file"), str) else None)
        return other_details.file or None, other_details
    return (other or None) if isinstance(other, str) else None, details


def _from_base64(text: str) -> bytes | None:
    """Read base64, broken into lines or not, or a data URL; None for what is damaged or empty."""
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return b64decode("".join(text.split()), validate=True) or None
    except (Base64Error, ValueError):
        return None


_MAGIC = {b"%PDF": "application/pdf", b"\x89PNG": "image/png", b"^XA": "application/zpl"}


def _type_of(content: bytes) -> str | None:
    return next((kind for start, kind in _MAGIC.items() if content.startswith(start)), None)
