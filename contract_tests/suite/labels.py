"""What it takes to ask for labels, which cost money, and never to make one that nobody asked for."""

from base64 import b64decode
from typing import Any

from suite.answer import Body, Reply, data_of

ONE, SEVERAL = "/orders/create-label-sync", "/orders/create-labels-async"
# Names an order that nobody has, and an integration.
NOBODYS = "nobodys-"
NOBODYS_INTEGRATION = 2_000_000_011
# Far beyond what a shop counts to.
BEYOND = 10**15


class LabelNotAllowedError(AssertionError):
    """A request that might make a label on a server where none is wanted: a fault of the suite."""


def require_no_label(path: str, body: Any) -> None:
    """Refuse to ask for a label of an order that may be there; raise `LabelNotAllowedError`.

    A server that checks nothing may ship whatever it finds, so that each request names orders that nobody has.
    """
    if path.rstrip("/") in (ONE, SEVERAL) and not _is_nobodys(body):
        raise LabelNotAllowedError(f"{path} with {body!r} might make a label, and LABELS=yes was not said")


def _is_nobodys(body: Any) -> bool:
    if not isinstance(body, dict):
        return body is None or body == []
    if body.get("integration_id") == NOBODYS_INTEGRATION:
        return True
    named = body.get("orders", [body.get("order")])
    return isinstance(named, list) and all(isinstance(one, dict) and _are_nobodys(one) for one in named)


def _are_nobodys(names: Body) -> bool:
    order_id, number = names.get("order_id"), names.get("order_number", "")
    unknown = NOBODYS in order_id if isinstance(order_id, str) else isinstance(order_id, int) and order_id > BEYOND
    return unknown and isinstance(number, str) and (NOBODYS in number or not number)


def shipment_of(answer: Reply) -> Body:
    """Return the shipment of one label, in either form that is published. Raises `AssertionError` (LABEL-CREATE)."""
    assert answer.status == 201, (
        f"expected 201 for a label (LABEL-CREATE), got {answer.status} {answer.content[:300]!r}"
    )
    data = data_of(answer)
    found = data[0] if isinstance(data, list) and len(data) == 1 else data
    assert isinstance(found, dict), f"expected one shipment (LABEL-CREATE), got {answer.content[:300]!r}"
    return found


def label_of(shipment: Body) -> Body:
    """Return the label of a shipment, from either field that is published. Raises `AssertionError` (LABEL-FORM)."""
    found = shipment.get("label_details") or shipment.get("label")
    assert isinstance(found, dict), f"expected a label in label_details or label (LABEL-FORM), got {sorted(shipment)}"
    return found


def bytes_of(label: Body) -> bytes:
    """Return the bytes of a label. Raises `AssertionError` (LABEL-FORM)."""
    try:
        return b64decode(label["file"], validate=True)
    except (KeyError, TypeError, ValueError) as error:
        raise AssertionError(f"expected the label's file in base64 (LABEL-FORM): {error!r}") from error


def parcels_of(reference: Body) -> list[int]:
    """Return the ids of a shipment's parcels, from either field that is published."""
    several = reference.get("parcels_ids")
    return [int(parcel) for parcel in (several if several is not None else [reference.get("parcel_id", 0)])]


def shipments_in(answer: Reply) -> list[str]:
    """Return the ids of the shipments that an answer tells of."""
    data = data_of(answer) if 200 <= answer.status < 300 else None
    rows = data if isinstance(data, list) else [data]
    return [str(row["shipment_id"]) for row in rows if isinstance(row, dict) and row.get("shipment_id")]
