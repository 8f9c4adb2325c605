"""What is asked about upserts: `POST /orders`."""

from __future__ import annotations

import math
import time
from decimal import Decimal
from typing import Any
from uuid import uuid4

from orders.factory import address, item, with_value
from probe.lab import ACCEPTED, Lab, OddAnswerError, ids_of, rows_of
from probe.question import Answer, Neither, NotSeen, Seen, question
from probe.refusals import errors_of, pointer_of, refuses, unexpected
from suite.answer import Body, Reply, data_of
from suite.target import is_conflict

# Random conflicts do not come three times in a row and spare what is sent in between.
IN_A_ROW = 3
TRIES = 3
WEIGHT_UNIT = "order_details.order_items.0.measurement.weight"
IMPORT_FIELDS = {
    "dds_reference": "25NL00000000",
    "taric_code": "0000000000",
    "cpsc": {"product_id": "P-1", "certifier_id": "C-1", "version_id": "V-1"},
}


@question("save_lag", "UPSERT-ASYNC", writes=1, reads=2, allowed=True)
def how_long_saving_takes(lab: Lab) -> Answer:
    """How many seconds after the 201 can an order be read?"""
    order = lab.order()
    sent = time.monotonic()
    (id_,) = ids_of(lab.upsert(order), [order])
    accepted = time.monotonic()
    unreadable = accepted
    looks = 0

    def look() -> Reply | None:
        nonlocal unreadable, looks
        asked = time.monotonic()
        looks += 1
        answer = lab.get(id_)
        if answer.status == 404:
            unreadable = asked
            return None
        return answer

    answer = lab.wait(look)
    if answer is None:
        return Neither(f"an accepted order could not be read within {lab.target.patience:g} s")
    if answer.status != 200:
        return unexpected(answer)
    between = (unreadable - accepted, time.monotonic() - sent)
    return Seen(0.0 if looks == 1 else math.ceil(between[1] * 10) / 10, between)


@question("conflict_while_saving", "UPSERT-CONFLICT", assumed=True, writes=15, reads=6)
def whether_an_order_that_is_being_saved_is_a_conflict(lab: Lab) -> Answer:
    """Is an upsert of an order that is still being saved a conflict?"""
    for _ in range(TRIES):
        order = lab.order()
        (id_,) = ids_of(lab.upsert(order), [order])
        if lab.get(id_).status == 200:
            return NotSeen("saving does not lag, so that no order is seen while it is being saved")
        first, second = (lab.upsert(order, conflicts=True) for _ in range(2))
        answer = first if first.status in ACCEPTED else second
        if answer.status not in ACCEPTED and not is_conflict(answer):
            return unexpected(answer)
        if lab.get(id_).status == 200:
            continue
        if answer.status in ACCEPTED:
            return Seen(False)
        spared = any(not is_conflict(lab.upsert(lab.order(), conflicts=True)) for _ in range(2))
        return Seen(True) if spared else Neither("orders that were never sent before meet conflicts as well")
    return NotSeen("saving ended before a second upsert could meet it")


@question("success_status", "UPSERT-STATUS")
def which_status_a_success_has(lab: Lab) -> Answer:
    """Which status does a successful upsert return?"""
    posted = lab.sample().posted
    return Seen(posted.status) if lab.sample().references else unexpected(posted)


@question("omitted_optionals", "UPSERT-ITEMS", writes=1, reads=1, orders=0, takes=1, allowed=True)
def what_becomes_of_omitted_fields(lab: Lab) -> Answer:
    """What happens to a stored optional field that a later upsert leaves out?"""
    id_, order = lab.taken()
    details = {name: order["order_details"][name] for name in ("integration", "order_created_at", "order_items")}
    later = {name: order[name] for name in ("order_id", "order_number", "payment_details")}
    answer = lab.upsert({**later, "order_details": {**details, "status": {"code": "probed"}}})
    if ids_of(answer, [order]) != [id_]:
        return Neither("the upsert of a known key was answered with another id")
    stored = lab.read(id_, until=lambda read: read["order_details"]["status"]["code"] == "probed")
    left_out = {
        "customer_details": (order, stored),
        "shipping_address": (order, stored),
        "notes": (order["order_details"], stored["order_details"]),
        "tags": (order["order_details"], stored["order_details"]),
    }
    kept = {name for name, (sent, read) in left_out.items() if _holds(read.get(name), sent[name])}
    gone = {name for name, (_, read) in left_out.items() if read.get(name) is None}
    if kept == left_out.keys():
        return Seen("keep")
    if gone == left_out.keys():
        return Seen("clear")
    return Neither(f"kept {sorted(kept)}, cleared {sorted(gone)}, and others changed")


@question("key_twice", "UPSERT-KEY-TWICE", writes=6, reads=3, orders=4)
def what_becomes_of_a_key_twice(lab: Lab) -> Answer:
    """What happens to a batch that has the same key twice?"""
    first = lab.order(notes="first")
    second = with_value(first, "order_details.notes", "second")
    for _ in range(IN_A_ROW):
        answer = lab.upsert(first, second, conflicts=True)
        if not is_conflict(answer):
            break
        if lab.upsert(lab.order()).status not in ACCEPTED:
            return Neither("orders that were never sent before are refused as well")
    if is_conflict(answer):
        return Seen("conflict")
    if refuses(answer, 1) or refuses(answer, 0):
        return Seen("reject")
    if answer.status not in ACCEPTED:
        return unexpected(answer)
    ids = {int(row["id"]) for row in rows_of(answer)}
    if len(ids) != 1 or len(rows_of(answer)) != 2:
        return Neither(f"{len(rows_of(answer))} references with {len(ids)} ids came for two orders of one key")
    (id_,) = ids
    notes = lab.read(id_)["order_details"].get("notes")
    if notes != "second":
        # The one may be saved before the other.
        notes = lab.settled(id_)["order_details"].get("notes")
    return Seen("last") if notes == "second" else Neither(f"of two orders with one key, {notes!r} is stored")


@question("unknown_id", "UPSERT-ID", writes=2, reads=2, orders=1, takes=1, allowed=True)
def what_becomes_of_an_unknown_id(lab: Lab) -> Answer:
    """Is an `id` that names no order of the integration refused with 400, refused with 404, or ignored?"""
    deleted, _ = lab.taken()
    if lab.send("DELETE", f"/orders/{deleted}").status != 204:
        return Neither("the order whose id was to be unknown could not be deleted")
    order = lab.order()
    answer = lab.upsert({**order, "id": str(deleted)})
    if refuses(answer, 0, "id"):
        return Seen("reject")
    if refuses(answer, status=404):
        return Seen("missing")
    if answer.status not in ACCEPTED:
        return unexpected(answer)
    (id_,) = ids_of(answer, [order])
    if id_ == deleted:
        return Neither("the order was stored under the id of the deleted one")
    stored = lab.read(id_)
    return Seen("create") if stored.get("order_id") == order["order_id"] else Neither("another order was read back")


@question("empty_list", "UPSERT-LIMIT", writes=1, orders=0, allowed=True)
def whether_no_orders_are_a_success(lab: Lab) -> Answer:
    """Is an upsert of no orders a success?"""
    answer = lab.upsert()
    if refuses(answer):
        return Seen("reject")
    return Seen("accept") if answer.status in ACCEPTED and data_of(answer) == [] else unexpected(answer)


@question("unknown_fields", "UPSERT-BOUNDS", writes=1, reads=1, allowed=True)
def what_becomes_of_an_unknown_field(lab: Lab) -> Answer:
    """Is a field that the specification does not name refused, stored or left out?"""
    return _stored_as_sent(
        lab, lab.order(), "probe_unknown", "kept?", refused="reject", stored="store", left_out="drop"
    )


@question("enum_case", "UPSERT-BOUNDS", writes=1, reads=1)
def whether_a_choice_may_be_written_in_another_case(lab: Lab) -> Answer:
    """May a fixed choice be written in another case (`KG` for `kg`)?"""
    order = with_value(lab.order(), WEIGHT_UNIT, {"value": 1, "unit": "kg"})
    return _stored_as_sent(lab, order, f"{WEIGHT_UNIT}.unit", "KG", refused="exact", stored="any")


@question("numeric_strings", "UPSERT-BOUNDS", writes=1, reads=1)
def whether_a_price_may_be_text(lab: Lab) -> Answer:
    """May the value of a price be a string (`"12.00"`)?"""
    path = "payment_details.total_price.value"
    return _stored_as_sent(lab, lab.order(), path, "12.00", refused="reject", stored="accept")


@question("mail", "UPSERT-MAIL", writes=1, reads=1)
def whether_a_mail_address_may_lie_outside_ascii(lab: Lab) -> Answer:
    """May the mail address of an address lie outside ASCII?"""
    order = lab.order(shipping_address=address())
    return _stored_as_sent(
        lab, order, "shipping_address.email", "jörg@example.com", refused="ascii", stored="international"
    )


@question("import_fields", "UPSERT-IMPORT", writes=3, reads=2, orders=2)
def whether_what_importers_are_asked_for_is_known(lab: Lab) -> Answer:
    """Are an item's `dds_reference`, `taric_code` and `cpsc` known?"""
    where = ("order_details", "order_items", "0")
    order = lab.order(order_items=[item("Tea tin", **IMPORT_FIELDS)])
    answer = lab.upsert(order)
    if _refused_fields(answer, where) == IMPORT_FIELDS.keys():
        return Seen("reject")
    (id_,) = ids_of(answer, [order])
    (stored,) = lab.read(id_)["order_details"]["order_items"]
    if all(stored.get(name) is None for name in IMPORT_FIELDS):
        # Left out like any unknown field, or known and lost.
        unknown = lab.order(order_items=[item("Tea tin", probe_unknown="kept?")])
        answer = lab.upsert(unknown)
        if answer.status in ACCEPTED:
            (other,) = lab.read(ids_of(answer, [unknown])[0])["order_details"]["order_items"]
            if other.get("probe_unknown") is None:
                return Seen("reject")
    if not all(_holds(stored.get(name), value) for name, value in IMPORT_FIELDS.items()):
        return Neither("an order with these fields is accepted, and they are not stored")
    # Where unknown fields are stored, a known one is told by its type being checked.
    wrong = {"dds_reference": 5, "probe_unknown": "kept?"}
    order = lab.order(order_items=[item("Tea tin", **wrong)])
    answer = lab.upsert(order)
    refused = _refused_fields(answer, where)
    if "dds_reference" in refused:
        return Seen("store")
    if answer.status not in ACCEPTED:
        return unexpected(answer)
    # It breaks the spec wherever it is listed, so it goes as soon as it is there.
    (id_,) = ids_of(answer, [order])
    lab.read(id_)
    lab.send("DELETE", f"/orders/{id_}")
    return Seen("reject")


@question("partner_ids", "UPSERT-PARTNER", writes=1, assumed="none")
def whether_a_partner_id_that_is_well_formed_is_known(lab: Lab) -> Answer:
    """Is each well-formed partner id known, or none?"""
    answer = lab.upsert(order := lab.order(), headers={"Sendcloud-Partner-Id": str(uuid4())})
    if refuses(answer) and b"partner" in answer.content.lower():
        return Seen("none")
    return Seen("any") if ids_of(answer, [order]) else unexpected(answer)


@question("error_codes", "ERROR-CODES-OPEN", writes=1, orders=3, allowed=True)
def which_codes_errors_have(lab: Lab) -> Answer:
    """Is a validation error's code `invalid`, or the finer one seen in the wild?"""
    codes = [error.get("code") for error in sorted(_three_errors(lab), key=pointer_of)]
    match codes:
        case ["invalid", "invalid", "invalid"]:
            return Seen("documented")
        case ["missing", "enum", "missing"]:
            return Seen("observed")
    return Neither(f"a missing field, an unknown choice and a missing field have the codes {codes}")


@question("error_order", "ERROR-TOGETHER", writes=1, orders=3, allowed=True)
def in_which_order_errors_come(lab: Lab) -> Answer:
    """In which order do the errors of one response come?"""
    places = [pointer_of(error)[0] for error in _three_errors(lab)]
    match places:
        case ["0", "1", "2"]:
            return Seen("found")
        case ["2", "1", "0"]:
            return Seen("reversed")
    return Neither(f"the errors of the orders came in the order {', '.join(places)}")


def _three_errors(lab: Lab) -> list[Body]:
    """Return the errors of a batch whose first and last order lack a field, and whose second has an unknown choice."""

    def make() -> list[Body]:
        orders = [lab.order() for _ in range(3)]
        del orders[0]["order_number"], orders[2]["order_number"]
        orders[1] = with_value(orders[1], WEIGHT_UNIT, {"value": 1, "unit": "bushel"})
        answer = lab.upsert(*orders)
        errors = errors_of(answer) if answer.status == 400 else []
        if sorted(pointer_of(error)[:1] for error in errors) != [["0"], ["1"], ["2"]]:
            raise OddAnswerError(f"not one error for each of three broken orders: {unexpected(answer).what}")
        return errors

    return lab.shared("three errors", make)


def _stored_as_sent(
    lab: Lab, order: Body, path: str, value: Any, *, refused: str, stored: str, left_out: str = ""
) -> Answer:
    """Upsert an order with a value in question, and tell whether it is refused for it, or stored with it.

    left_out: what it means that the order is stored without it; neither, if empty.
    """
    order = with_value(order, path, value)
    answer = lab.upsert(order)
    if refuses(answer, 0, *path.split(".")):
        return Seen(refused)
    if answer.status not in ACCEPTED:
        return unexpected(answer)
    read: Any = lab.read(ids_of(answer, [order])[0])
    for step in path.split("."):
        read = read[int(step)] if isinstance(read, list) else (read or {}).get(step)
    if _holds(read, value):
        return Seen(stored)
    if read is None and left_out:
        return Seen(left_out)
    return Neither(f"{value!r} was accepted and came back as {read!r}")


def _refused_fields(answer: Reply, where: tuple[str, ...]) -> set[str]:
    """Return the fields below a place of the first order that an answer refuses; none where it refuses others too."""
    path = ("0", *where)
    if not refuses(answer, *path):
        return set()
    return {pointer_of(error)[len(path)] for error in errors_of(answer) if len(pointer_of(error)) > len(path)}


def _holds(read: Any, sent: Any) -> bool:
    """Tell whether a value was stored: what is read may have more fields, and an amount in another form."""
    if isinstance(sent, dict):
        return isinstance(read, dict) and all(_holds(read.get(name), value) for name, value in sent.items())
    if isinstance(sent, str) and isinstance(read, int | float) and not isinstance(read, bool):
        return sent == "12.00" and Decimal(str(read)) == Decimal(sent)
    return bool(read == sent)
