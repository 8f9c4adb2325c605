"""Read what the label operations answer, and give up nothing of it that can be read: it was paid for.

The reference contradicts itself on the form of these answers, so every form that it or anybody else shows is taken. A
field that breaks the contract is left out and hides no other.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable, Iterator
from contextlib import suppress
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
    """Read the shipments of an answer that should tell of one: an object or a list, with `data` around or without.

    What names neither a shipment nor a parcel, and holds no label, is none. Raises `UnreadableResponse` where an answer
    that cannot be read whole tells of none. Rules: LABEL-DATA, READ-TOLERANT.
    """
    try:
        data = answer.decode(LabelResult).data
    except UnreadableResponse as error:
        # Raised anew below, for a traceback leads to the answer.
        problem = UnreadableResponse(*error.args) if error.args else error
    else:
        return [one for one in (data if isinstance(data, list) else [data]) if _tells_something(one)]
    read = (read_in_pieces(answer, part, Shipment) for part in parts_of(answer.content))
    shipments = [one for one in read if one is not None and _tells_something(one)]
    if not shipments:
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
    beyond = {}
    for name, value in members.items():
        with suppress(*_NO_JSON):  # a text that is not Unicode, a number out of range
            if name != EXTRA:
                beyond[name] = msgspec.json.decode(value)
    return kind(**read, extra=beyond or None)


_INTEGER = re.compile(rb"-?[0-9]{1,20}")


def parts_of(content: bytes) -> list[bytes]:
    """Cut an answer into the objects that may be shipments: what stands under `data`, or else the whole of it."""
    try:
        return _parts_of(content)
    except _NO_JSON:
        pass
    try:
        return _parts_of(_made_readable(content))
    except (ValueError, RecursionError):  # those of msgspec are a ValueError too
        return []


def _parts_of(content: bytes) -> list[bytes]:
    top = msgspec.json.decode(content, type=dict[str, msgspec.Raw] | list[msgspec.Raw])
    if isinstance(top, dict):
        data = bytes(top["data"]) if "data" in top else content
        top = msgspec.json.decode(data, type=list[msgspec.Raw]) if data.startswith(b"[") else [msgspec.Raw(data)]
    return [bytes(part) for part in top]


def _made_readable(content: bytes) -> bytes:
    """Write JSON anew whose texts are not Unicode, such as one cut in the middle of a letter, with marks for letters.

    Raises `ValueError` or `RecursionError` for what is no JSON all the same.
    """
    plain = json.loads(content.decode(errors="replace"), parse_constant=lambda name: None)
    return json.dumps(plain, ensure_ascii=False, allow_nan=False).encode(errors="replace")


def _tells_something(shipment: Shipment) -> bool:
    named = shipment.shipment_id, shipment.parcel_id, shipment.tracking_number
    return any(one is not None for one in named) or any(True for _ in _labels_told(shipment))


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
    read = ((_from_base64(text), details) for text, details in _labels_told(shipment))
    content, details = next((one for one in read if one[0] is not None), (None, None))
    if content is None or details is None:
        return None
    rest = msgspec.structs.replace(shipment)
    if rest.extra:
        rest.extra = {name: value for name, value in rest.extra.items() if name != "label"} or None
    if rest.label_details is not None:
        rest.label_details = msgspec.structs.replace(rest.label_details, file=None)
    return FoundLabel(content, details.mime_type or _type_of(content) or asked, details.dpi, rest)


def _labels_told(shipment: Shipment) -> Iterator[tuple[str, LabelDetails]]:
    """Give the text of each label in a shipment, and what is told of it."""
    details = shipment.label_details or LabelDetails()
    if details.file:
        yield details.file, details
    other = (shipment.extra or {}).get("label")
    if isinstance(other, str) and other:
        yield other, LabelDetails(mime_type=details.mime_type, dpi=details.dpi)
    elif isinstance(other, dict):
        try:
            other_details = msgspec.convert(
                {name: other.get(name) for name in ("file", "mime_type", "dpi")}, LabelDetails, strict=False
            )
        except msgspec.ValidationError:
            other_details = LabelDetails(file=other["file"] if isinstance(other.get("file"), str) else None)
        if other_details.file:
            yield other_details.file, other_details


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
