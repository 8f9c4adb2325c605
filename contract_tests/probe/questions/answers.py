"""What is asked about answers: how they write what they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any

import schemas
from probe.lab import CREATED, UPDATED, Lab
from probe.question import Answer, Neither, NotSeen, Seen, question
from suite.answer import Body, Reply

Fields = dict[str, Any]
# How each form of a timestamp writes what was sent.
TIMES = {
    "service": ("2026-11-03T04:30:00.000000+00:00", "2026-11-03T12:00:00.000000+00:00"),
    "as_sent": (CREATED, UPDATED),
    "zulu": ("2026-11-03T04:30:00.000Z", "2026-11-03T12:00:00.000Z"),
}
ABSENT = {
    "the order": ("billing_address", "customs_details", "shipping_details", "service_point_details"),
    "its item": ("description", "hs_code", "unit_price", "measurement"),
}


@question("ids", "READ-ID", allowed=True)
def which_type_ids_have(lab: Lab) -> Answer:
    """Which JSON type does `id` have when an order is read?"""
    return _agreed(lab.sample().views, _type_of_id)


@question("reference_ids", "READ-ID", allowed=True)
def which_type_ids_of_references_have(lab: Lab) -> Answer:
    """Which JSON type does `id` have in the response to an upsert or a PATCH?"""
    return _agreed(lab.sample().references, _type_of_id)


@question("amounts", "READ-AMOUNT", allowed=True)
def which_type_amounts_have(lab: Lab) -> Answer:
    """Which JSON type does an amount of money have when an order is read?"""
    sent = lab.sample().sent["payment_details"]

    def form(order: Body) -> str:
        payment = order["payment_details"]
        number, text = payment["total_price"]["value"], payment["discount_granted"]["value"]
        same = _amount(number) == _amount(sent["total_price"]["value"]) and _amount(text) == Decimal("1.50")
        types = (_type(number), _type(text))
        forms = {("number", "text"): "as_sent", ("number", "number"): "number", ("text", "text"): "string"}
        return forms[types] if same and types in forms else f"{number!r} for 19.9 and {text!r} for '1.50'"

    return _agreed(lab.sample().views, form, {"as_sent", "number", "string"})


@question("timestamps", "READ-TIME", allowed=True)
def how_timestamps_are_printed(lab: Lab) -> Answer:
    """Are timestamps printed in UTC with `+00:00` and microseconds, as sent, or with `Z`?"""

    def form(order: Body) -> str:
        details = order["order_details"]
        printed = (details["order_created_at"], details["order_updated_at"])
        known = (name for name, times in TIMES.items() if times == printed)
        return next(known, f"{CREATED} and {UPDATED} as {' and '.join(map(repr, printed))}")

    return _agreed(lab.sample().views, form, TIMES.keys())


@question("nulls", "READ-TOLERANT", allowed=True)
def whether_absent_fields_are_null(lab: Lab) -> Answer:
    """Is an absent optional field left out of an order, or printed as null?"""

    def form(order: Body) -> str:
        holders = {"the order": order, "its item": order["order_details"]["order_items"][0]}
        fields = [(holders[holder], name) for holder, names in ABSENT.items() for name in names]
        if all(name not in holder for holder, name in fields):
            return "omit"
        if all(name in holder and holder[name] is None for holder, name in fields):
            return "null"
        given = [name for holder, name in fields if name in holder]
        return f"{', '.join(given)} and no other absent field, or not as null"

    return _agreed(lab.sample().views, form, {"omit", "null"})


@question("unrequired_fields", "READ-REQUIRED", allowed=True)
def whether_what_is_not_required_is_given(lab: Lab) -> Answer:
    """Is what the reference does not require given: a reference's `order_number`, its `order_id` after a PATCH, and
    the times at which an order was stored?
    """
    upsert, patch = lab.sample().references.values()
    given = {
        "a reference's order_number": "order_number" in upsert,
        "a PATCH's order_number": "order_number" in patch,
        "a PATCH's order_id": "order_id" in patch,
    }
    for how, order in lab.sample().views.items():
        given |= {f"{name} of a {how}": bool(order.get(name)) for name in ("created_at", "modified_at")}
    if all(given.values()):
        return Seen("given")
    if not any(given.values()):
        return Seen("left_out")
    return Neither(f"given: {', '.join(name for name, there in given.items() if there)}; the others are not")


@question("extra_fields", "READ-TOLERANT", allowed=True)
def whether_answers_have_unknown_fields(lab: Lab) -> Answer:
    """Do responses have fields that the specification does not name?"""
    sample = lab.sample()
    shapes = (
        ("UpsertResult", sample.posted),
        ("UpdateResult", sample.patched),
        ("OrderResult", sample.got),
        ("OrderPage", sample.listed),
    )
    # What holds no order and no reference tells nothing of their fields.
    assert sample.views
    assert sample.references
    return Seen(any(any(_unknown(schema, answer.json)) for schema, answer in shapes))


@question("retry_after", "RATE-RETRY-AFTER", late=True, allowed=True)
def how_a_429_says_when_to_try_again(lab: Lab) -> Answer:
    """How does a 429 say when to try again?"""
    throttled = lab.bench.throttled
    if not throttled:
        return NotSeen("no request met a 429")
    lab.show(throttled[0])
    forms = sorted({_form_of_wait(reply) for reply in throttled})
    if len(forms) == 1 and forms[0] in ("seconds", "date", "none"):
        return Seen(forms[0])
    return Neither(f"Retry-After is {' and '.join(forms)}")


def _form_of_wait(reply: Reply) -> str:
    after = reply.headers.get("Retry-After")
    if after is None:
        return "none"
    if after.isdecimal():
        return "seconds"
    try:
        parsedate_to_datetime(after)
    except ValueError:
        return repr(after)
    return "date"


def _agreed(views: dict[str, Body], form: Callable[[Body], str], known: Any = ("string", "number")) -> Answer:
    """Return the form that all views have."""
    forms = {name: form(view) for name, view in views.items()}
    if len(set(forms.values())) == 1 and set(forms.values()) <= set(known):
        return Seen(next(iter(forms.values())))
    return Neither("; ".join(f"{name}: {found}" for name, found in forms.items()))


def _type_of_id(order: Body) -> str:
    id_ = order.get("id")
    if isinstance(id_, str) and re.fullmatch(r"[0-9]+", id_):
        return "string"
    return "number" if type(id_) is int else repr(id_)


def _type(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    return {int: "number", float: "number", str: "text"}.get(type(value), repr(value))


def _amount(value: object) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _unknown(name: str, value: Any) -> Iterator[str]:
    """Yield the names of the fields, at any depth, that a schema of the spec does not have."""
    yield from _unknown_in({"$ref": f"#/components/schemas/{name}"}, value)


def _unknown_in(schema: Fields, value: Any) -> Iterator[str]:
    choices = schema.get("oneOf", [schema])
    schema = next((choice for choice in choices if "$ref" in choice), schema)
    if "$ref" in schema:
        schema = schemas.document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        for one in value:
            yield from _unknown_in(schema.get("items", {}), one)
    elif isinstance(value, dict) and (fields := schema.get("properties")):
        for name, field in value.items():
            if name in fields:
                yield from _unknown_in(fields[name], field)
            else:
                yield name
