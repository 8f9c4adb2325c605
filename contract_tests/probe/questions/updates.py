"""What is asked about one order: `GET`, `PATCH` and `DELETE /orders/{id}`."""

from __future__ import annotations

from probe.lab import NOTES, Lab
from probe.question import Answer, Neither, NotSeen, Seen, question
from probe.refusals import refuses, unexpected
from suite.answer import Body

MARKER = {"status": {"code": "probed"}}


@question("patch_null", "PATCH-MERGE", writes=1, reads=1, orders=0, takes=1, allowed=True)
def whether_null_clears_a_field(lab: Lab) -> Answer:
    """Does null in a PATCH clear the field?"""
    id_, _ = lab.taken()
    answer = lab.patch(id_, {"order_details": {"notes": None, **MARKER}})
    if answer.status != 200:
        return unexpected(answer)
    notes = lab.read(id_, until=_marked)["order_details"].get("notes")
    if notes is None:
        return Seen("clear")
    return Seen("ignore") if notes == NOTES else Neither(f"after null, the text {NOTES!r} became {notes!r}")


@question("patch_integration", "PATCH-IMMUTABLE", writes=1, reads=1, orders=0, takes=1, allowed=True)
def what_becomes_of_another_integration(lab: Lab) -> Answer:
    """Is a PATCH that names another integration refused?"""
    if len(lab.target.integrations) < 2:
        return NotSeen("SENDCLOUD_INTEGRATION_IDS names one integration, and this takes two")
    id_, order = lab.taken()
    own = order["order_details"]["integration"]["id"]
    other = next(integration for integration in lab.target.integrations if integration != own)
    answer = lab.patch(id_, {"order_details": {"integration": {"id": other}, **MARKER}})
    if refuses(answer, "order_details", "integration"):
        return Seen("reject")
    if answer.status != 200:
        return unexpected(answer)
    stored = lab.read(id_, until=_marked)["order_details"]["integration"]["id"]
    return Seen("ignore") if stored == own else Neither("the order was moved to the other integration")


@question("patch_same_names", "PATCH-ITEMS", writes=1, reads=1, orders=0, takes=1, allowed=True)
def which_of_the_items_with_one_name_change(lab: Lab) -> Answer:
    """Which items does a PATCH change when several share the name?"""
    id_, order = lab.taken()
    items = order["order_details"]["order_items"]
    change = {"name": items[0]["name"], "quantity": 9}
    answer = lab.patch(id_, {"order_details": {"order_items": [change], **MARKER}})
    if answer.status != 200:
        return unexpected(answer)
    read = lab.read(id_, until=_marked)["order_details"]["order_items"]
    quantities = {item.get("sku"): item.get("quantity") for item in read}
    sent = {item["sku"]: item["quantity"] for item in items}
    if quantities == sent | {"FIRST": 9}:
        return Seen("first")
    if quantities == dict.fromkeys(sent, 9):
        return Seen("all")
    return Neither(f"two items of one name were to get the quantity 9, and now have {list(quantities.values())}")


@question("wrong_path_id", "GET-MISSING", reads=1, allowed=True)
def what_a_path_is_whose_id_is_no_number(lab: Lab) -> Answer:
    """Is a path whose id is not a number a 404 or a 400?"""
    answer = lab.send("GET", "/orders/no-number")
    if refuses(answer, status=404):
        return Seen("missing")
    return Seen("invalid") if refuses(answer) else unexpected(answer)


def _marked(order: Body) -> bool:
    return bool(order["order_details"]["status"]["code"] == MARKER["status"]["code"])
