"""What is asked at the edges: paths, methods, media types, sizes, the status of a conflict, and how keys may look."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from orders.factory import price, with_value
from probe.lab import ACCEPTED, Lab, OddAnswerError, ids_of, object_of, rows_of
from probe.question import Answer, Neither, NotSeen, Seen, question
from probe.refusals import errors_of, pointer_of, refuses, unexpected
from suite.answer import Body, Reply
from suite.target import is_conflict

# The limits of bodies that servers, gateways and frameworks usually have.
MEBIBYTE = 1024 * 1024
LIMITS = (
    1_000_000,
    *(int(mebibytes * MEBIBYTE) for mebibytes in (1, 2, 2.5, 4, 5, 8)),
    10_000_000,
    10 * MEBIBYTE,
    16 * MEBIBYTE,
)
# To halve the list as often as it takes, always upwards, and one byte more.
BODIES = 6
BODY_BYTES = LIMITS[5] + LIMITS[8] + 2 * LIMITS[9] + 2
# The lengths that the columns of databases usually have.
LENGTHS = (64, 100, 127, 128, 150, 191, 200, 250, 255, 256, 500, 511, 512, 1000, 1024, 2000, 2048, 4096)
AT_ONCE = len(LENGTHS)
# Each looks at `AT_ONCE` lengths between those that are known.
ROUNDS = 4
QUICK = 3
NO_SUCH_PATH = "/no-such-page"


@question("missing_page", "ERROR-EDGE", reads=1, allowed=True)
def what_a_path_is_answered_with_that_is_not_served(lab: Lab) -> Answer:
    """What says the 404 for a path that is not served?"""
    return form_of(lab.send("GET", NO_SUCH_PATH), 404)


@question("wrong_method", "ERROR-EDGE", writes=1, orders=0, allowed=True)
def what_a_method_is_answered_with_that_is_not_served(lab: Lab) -> Answer:
    """What says the 405 for a method that a path does not serve?"""
    return form_of(lab.send("PUT", "/orders"), 405)


@question("wrong_media_type", "ERROR-EDGE", writes=1, reads=1, allowed=True)
def what_another_media_type_is_answered_with(lab: Lab) -> Answer:
    """What says the 415 for a body that is not declared as JSON, or is the body read as JSON?"""
    order = lab.order()
    content = json.dumps([order]).encode()
    answer = lab.send("POST", "/orders", content=content, headers={"Content-Type": "text/plain"}, orders=[order])
    if answer.status not in ACCEPTED:
        return form_of(answer, 415)
    (id_,) = ids_of(answer, [order])
    return Seen("accept") if lab.read(id_)["order_id"] == order["order_id"] else Neither("another order was read back")


@question("trailing_slash", "ERROR-SLASH", writes=1, reads=2, allowed=True)
def what_becomes_of_a_slash_at_the_end_of_a_path(lab: Lab) -> Answer:
    """Is a path that ends in a slash served, redirected to the one without, or not served?"""
    id_ = object_of(lab.sample().got)["id"]
    order = lab.order()
    answers = [
        lab.send("GET", "/orders/", params={"page_size": 1}),
        lab.send("GET", f"/orders/{id_}/"),
        lab.send("POST", "/orders/", body=[order], orders=[order]),
    ]
    found = {_of_slash(answer) for answer in answers}
    if len(found) == 1 and None not in found:
        return Seen(found.pop())
    said = ", ".join(f"{answer.method} {answer.path} with {answer.status}" for answer in answers)
    return Neither(f"paths with a slash were answered in no way that is known, or not alike: {said}")


def _of_slash(answer: Reply) -> str | None:
    if answer.status in ACCEPTED:
        return "serve"
    if answer.status == 404:
        return "missing"
    plain = urlsplit(answer.path).path.removesuffix("/")
    # The other redirects let a client make a GET of a POST.
    leads = urlsplit(answer.headers.get("Location", "")).path.endswith(plain)
    return "redirect" if answer.status in (307, 308) and leads else None


@dataclass(frozen=True)
class Bodies:
    """The longest body that was taken, and the shortest that was refused with its refusal, if one was. In bytes."""

    taken: int
    refused: int | None
    refusal: Reply | None


@question("body_limit", "ERROR-EDGE", writes=BODIES, orders=0, sends=BODY_BYTES, allowed=True)
def how_long_a_body_may_be(lab: Lab) -> Answer:
    """How many bytes may a request's body have?"""
    bodies = _bodies(lab)
    if bodies.refused is None:
        return _unbounded("body", "bytes", bodies.taken)
    if bodies.taken < LIMITS[0]:
        return Neither(f"a body of {bodies.refused} bytes is refused")
    if bodies.refused == bodies.taken + 1:
        return Seen(bodies.taken)
    return Seen(bodies.taken, between=(bodies.taken, bodies.refused - 1))


@question("long_body", "ERROR-EDGE", writes=BODIES, orders=0, sends=BODY_BYTES, allowed=True)
def what_a_body_is_answered_with_that_is_too_long(lab: Lab) -> Answer:
    """What says the 413 for a body that is too long?"""
    bodies = _bodies(lab)
    return form_of(bodies.refusal, 413) if bodies.refusal else _unbounded("body", "bytes", bodies.taken)


def _bodies(lab: Lab) -> Bodies:
    """Look for the longest body among the usual limits, with lists of no orders that are padded with blanks."""

    def measure() -> Bodies:
        answers = {2: _empty_list_of(lab, 2)}

        def is_refused(size: int) -> bool:
            answers[size] = _empty_list_of(lab, size)
            if answers[size].status not in (413, answers[2].status):
                raise OddAnswerError(f"{unexpected(answers[size]).what}, for a list of no orders in {size} bytes")
            return answers[size].status == 413

        longer = bisect_left(LIMITS, True, key=is_refused)
        if longer:
            is_refused(LIMITS[longer - 1] + 1)
        taken = max(size for size, answer in answers.items() if answer.status != 413)
        refused = min((size for size, answer in answers.items() if answer.status == 413), default=None)
        return Bodies(taken, refused, answers[refused] if refused else None)

    return lab.shared("bodies", measure)


def _empty_list_of(lab: Lab, size: int) -> Reply:
    """Upsert no orders in so many bytes."""
    answer = lab.send("POST", "/orders", content=b"[" + b" " * (size - 2) + b"]")
    # Evidence is for people to read.
    answer.sent = f"[{size - 2} blanks]".encode()
    return answer


@question("order_id_length", "UPSERT-LONG-NAME", writes=ROUNDS + 2, reads=1 + ROUNDS * AT_ONCE, orders=2)
def how_long_an_order_id_may_be(lab: Lab) -> Answer:
    """How many characters may an `order_id` have?"""
    return _longest_name(lab, "order_id")


@question("order_number_length", "UPSERT-LONG-NAME", writes=ROUNDS + 2, reads=1 + ROUNDS * AT_ONCE, orders=2)
def how_long_an_order_number_may_be(lab: Lab) -> Answer:
    """How many characters may an `order_number` have?"""
    return _longest_name(lab, "order_number")


def _longest_name(lab: Lab, name: str) -> Answer:
    """Find the greatest length that is taken, then store a name of that length and offer one that is longer."""
    taken, refused = LENGTHS[0] - 1, LENGTHS[-1] + 1
    lengths: Sequence[int] = LENGTHS
    while lengths:
        too_long = _too_long(lab, name, lengths)
        taken = max((length for length in lengths if length not in too_long), default=taken)
        refused = min(too_long, default=refused)
        if taken > refused:
            raise OddAnswerError(f"{taken} characters are taken, and {refused} are not")
        lengths = range(taken + 1, refused, max(1, (refused - taken) // AT_ONCE))
    if taken < LENGTHS[0]:
        return Neither(f"an {name} of {LENGTHS[0]} characters is refused")
    return _of_length(lab, name, taken) or _beyond_length(lab, name, taken, refused)


def _of_length(lab: Lab, name: str, length: int) -> Neither | None:
    """Store a name of this length, and tell what else became of it."""
    order = _named(lab, name, length)
    answer = lab.upsert(order, orders=[order])
    if answer.status not in ACCEPTED:
        return unexpected(answer)
    id_ = int(rows_of(answer)[0]["id"])
    stored = lab.read(id_)
    if stored.get(name) == order[name]:
        return None
    if lab.target.ours(stored):
        # Nobody finds it by the name that was sent.
        lab.send("DELETE", f"/orders/{id_}")
    return Neither(f"an {name} of {length} characters comes back with {len(str(stored.get(name, '')))}")


def _beyond_length(lab: Lab, name: str, taken: int, refused: int) -> Answer:
    """Offer a name that is longer than the longest."""
    if taken == LENGTHS[-1]:
        return _unbounded(name, "characters", taken)
    order = _named(lab, name, refused)
    answer = lab.upsert(order, orders=[order])
    return Seen(taken) if refuses(answer, 0, name) else unexpected(answer)


def _too_long(lab: Lab, name: str, lengths: Sequence[int]) -> set[int]:
    """Return the lengths that are refused, of names in a batch that is refused as a whole for its last order."""
    broken = with_value(lab.order(), "order_details.order_items.0.quantity", 0)
    answer = lab.upsert(*(_named(lab, name, length) for length in lengths), broken)
    pointers = [pointer_of(error) for error in errors_of(answer)] if answer.status == 400 else []
    if [str(len(lengths)), "order_details", "order_items", "0", "quantity"] not in pointers:
        raise OddAnswerError(f"a batch with a quantity of 0: {unexpected(answer).what}")
    too_long = {place: lengths[int(place)] for place, *rest in pointers if rest == [name] and int(place) < len(lengths)}
    if len(too_long) != len(pointers) - 1:
        raise OddAnswerError(f"more than lengths and a quantity of 0 is refused: {unexpected(answer).what}")
    return set(too_long.values())


def _named(lab: Lab, name: str, length: int) -> Body:
    """Return an order with a name of this length."""
    order = lab.order()
    return {**order, name: order[name].ljust(length, "x")}


@question("key_case", "UPSERT-KEY-CASE", writes=3, reads=3, orders=2, allowed=True)
def whether_case_tells_keys_apart(lab: Lab) -> Answer:
    """Are two orders told apart by the letter case of their `order_id`?"""
    order = lab.order()
    lower, upper = ({**order, "order_id": f"{order['order_id']}-{end}", "order_number": end} for end in "aA")
    (first,) = lab.stored(lower)
    answer = lab.upsert(upper, orders=[upper])
    (second,) = ids_of(answer, [upper])
    read = lab.read(second, until=lambda read: read["order_number"] == "A")
    if first == second:
        # Whichever spelling it has now, it is looked up under both in the end.
        gone = lab.send("DELETE", f"/orders/{first}").status == 204
        return Seen("any") if gone else Neither("an order that two spellings of a key name cannot be deleted")
    if (lab.read(first)["order_id"], read["order_id"]) != (lower["order_id"], upper["order_id"]):
        return Neither("two spellings of a key got two ids, under which other orders are read")
    return Seen("exact")


@question("numeric_costs", "UPSERT-AMOUNT", writes=1, reads=1, allowed=True)
def whether_costs_may_be_numbers(lab: Lab) -> Answer:
    """May the value of costs be a number (`4.5`)?"""
    order = with_value(lab.order(), "payment_details.freight_costs", price(4.5))
    answer = lab.upsert(order)
    if refuses(answer, 0, "payment_details", "freight_costs"):
        return Seen("reject")
    (id_,) = ids_of(answer, [order])
    value = (lab.read(id_)["payment_details"].get("freight_costs") or {}).get("value")
    is_kept = isinstance(value, (int, float, str)) and Decimal(str(value)) == Decimal("4.5")
    return Seen("accept") if is_kept else Neither(f"costs of 4.5 were accepted and came back as {value!r}")


@question("conflict_status", "UPSERT-CONFLICT", writes=QUICK + 1, orders=2)
def which_status_a_conflict_has(lab: Lab) -> Answer:
    """Which status does a conflict have?"""
    order, twice = lab.order(), lab.order()
    for batch in (*[[order]] * QUICK, [twice, twice]):
        answer = lab.upsert(*batch, conflicts=True)
        if is_conflict(answer):
            return Seen(answer.status)
    return NotSeen("no upsert of an order that was just sent, and none of one key twice, met a conflict")


def form_of(answer: Reply, status: int) -> Answer:
    """Tell in which form a refusal of the edge comes."""
    if answer.status != status:
        return unexpected(answer)
    if not answer.content:
        return Seen("empty")
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        return Seen("html")
    if errors_of(answer):
        return Seen("errors")
    try:
        is_detail = list(answer.json) == ["detail"] and isinstance(answer.json["detail"], str)
    except (AssertionError, TypeError):
        is_detail = False
    return Seen("detail") if is_detail else unexpected(answer)


def _unbounded(what: str, unit: str, taken: int) -> NotSeen:
    return NotSeen(f"a length of {taken} {unit} is taken for the {what}, and no longer one was tried")
