"""What is asked about lists: `GET /orders`."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from probe.lab import CREATED, UPDATED, Lab, ids_of, rows_of
from probe.question import Answer, Neither, Seen, question
from probe.refusals import errors_of, refuses, unexpected
from suite.answer import Body, Reply

USUAL = 100
LARGEST = 200
# One more than a page usually has, so that it shows how many rows a page really has.
NEEDED = USUAL + 1
OUT_OF_RANGE = (str(LARGEST + 1), "0", "-1", "many")


@question("page_size", "LIST-PAGE-SIZE", writes=2, reads=12, orders=NEEDED)
def what_becomes_of_a_page_size_out_of_range(lab: Lab) -> Answer:
    """What happens to a page size that is not a number from 1 to 200?"""
    held = len(rows_of(_page(lab, str(NEEDED))))
    if held < NEEDED:
        _fill(lab, NEEDED - held)
    pages = {size: lab.page(page_size=size) for size in OUT_OF_RANGE}
    if all(_refuses_parameter(answer, "page_size") for answer in pages.values()):
        return Seen("reject")
    refused = next((answer for answer in pages.values() if answer.status != 200), None)
    if refused:
        return unexpected(refused)
    rows = [len(rows_of(answer)) for answer in pages.values()]
    if rows == [USUAL] * 4:
        return Seen("default")
    if NEEDED <= rows[0] <= LARGEST and rows[1:] == [USUAL] * 3:
        return Seen("clamp")
    told = ", ".join(f"{size} gave {count} rows" for size, count in zip(pages, rows, strict=True))
    return Neither(f"the sizes {told}")


@question("date_zone", "LIST-CREATED", "LIST-UPDATED", reads=2)
def in_which_zone_a_date_is_taken(lab: Lab) -> Answer:
    """In which time zone do the date filters take the date of a timestamp?"""
    order = lab.sample().sent
    # Half an hour before midnight where it was sent, and the next day in UTC.
    day, next_day = CREATED[:10], "2026-11-03"
    found = [bool(lab.listed(order_id=order["order_id"], order_created_at=date)) for date in (day, next_day)]
    match found:
        case [True, False]:
            return Seen("as_sent")
        case [False, True]:
            return Seen("utc")
    where = "neither" if not any(found) else "both"
    return Neither(f"an order of {CREATED} is found on {where} of {day} and {next_day}")


@question("date_filter_time", "LIST-CREATED", "LIST-UPDATED", reads=2, allowed=True)
def what_becomes_of_a_time_in_a_date_filter(lab: Lab) -> Answer:
    """Is a date filter with a time of day refused, or read as its date?"""
    order = lab.sample().sent
    days = (UPDATED[:10], "2026-11-04")
    answers = [lab.page(order_id=order["order_id"], order_updated_at=f"{day}T01:00:00+00:00") for day in days]
    if all(_refuses_parameter(answer, "order_updated_at") for answer in answers):
        return Seen("reject")
    wrong = next((answer for answer in answers if answer.status != 200), None)
    if wrong:
        return unexpected(wrong)
    found = [_names(answer, order) for answer in answers]
    if found == [True, False]:
        return Seen("cut")
    where = " and ".join(day for day, there in zip(days, found, strict=True) if there) or "no day"
    return Neither(f"a filter with a time finds an order of {UPDATED} on {where}")


@question("empty_filter", "LIST-EMPTY-FILTER", reads=4, allowed=True)
def what_becomes_of_an_empty_filter(lab: Lab) -> Answer:
    """Is an empty `cursor`, `order_id`, `order_number` or `status` refused, or no filter?"""
    order = lab.sample().sent
    narrow = {"order_id": order["order_id"], "order_number": order["order_number"]}
    answers = {}
    for name in ("cursor", "order_id", "order_number", "status"):
        other = {key: value for key, value in narrow.items() if key != name}
        answers[name] = lab.page(**{name: ""}, **other)
    if all(_refuses_parameter(answer, name) for name, answer in answers.items()):
        return Seen("reject")
    wrong = next((answer for answer in answers.values() if answer.status != 200), None)
    if wrong:
        return unexpected(wrong)
    if all(_names(answer, order) for answer in answers.values()):
        return Seen("ignore")
    return Neither("an empty filter is taken, and the order that it does not speak of is not found")


@question("link_base", "LIST-CURSOR", reads=1, allowed=True)
def what_links_start_with(lab: Lab) -> Answer:
    """Which path, or scheme, host and path, do the Link URLs start with?"""
    lab.sample()
    answer = _page(lab, "1")
    response = httpx.Response(200, headers={"Link": answer.headers.get("Link", "")})
    url = response.links.get("next", {}).get("url", "")
    parts, own = urlsplit(url), urlsplit(lab.url)
    if not (parts.scheme and parts.netloc and parts.path.endswith("/orders") and "cursor=" in parts.query):
        return Neither("the next page of two orders is not named by a URL of /orders with a cursor")
    base = parts.path.removesuffix("/orders")
    same = (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
    return Seen(base if same else f"{parts.scheme}://{parts.netloc}{base}")


@question("row_order", "UPSERT-RESULT", "LIST-SORT", reads=1, allowed=True)
def in_which_order_rows_come(lab: Lab) -> Answer:
    """In which order do references come, and rows that tie in every key of a sort?"""
    sample = lab.sample()
    posted = [int(row["id"]) for row in rows_of(sample.posted)]
    rows = lab.listed(order_number=sample.sent["order_number"], sort="order_created_at", page_size=USUAL)
    listed = [int(row["id"]) for row in rows]
    if len(posted) < 2 or len(listed) < 2:
        return Neither(f"{len(posted)} references and {len(listed)} rows came for orders stored together")
    orders = [_direction(posted), _direction(listed)]
    match orders:
        case ["up", "up"]:
            return Seen("request")
        case ["down", "down"]:
            return Seen("reversed")
    return Neither(f"by their ids, the references go {orders[0]} and rows that tie {orders[1]}")


def _direction(ids: list[int]) -> str:
    if ids == sorted(ids):
        return "up"
    return "down" if ids == sorted(ids, reverse=True) else "up and down"


def _page(lab: Lab, size: str) -> Reply:
    answer = lab.page(page_size=size)
    rows_of(answer)
    return answer


def _fill(lab: Lab, count: int) -> None:
    """Store so many orders, and wait until a page shows as many rows as the question needs."""
    made = [lab.order() for _ in range(count)]
    for start in range(0, count, USUAL):
        batch = made[start : start + USUAL]
        ids_of(lab.upsert(*batch), batch)
    lab.wait_until(lambda: len(rows_of(lab.page(page_size=NEEDED))) == NEEDED, "so many orders are not listed")


def _refuses_parameter(answer: Reply, name: str) -> bool:
    sources = [error.get("source") for error in errors_of(answer)]
    return refuses(answer) and all(isinstance(one, dict) and one.get("parameter") == name for one in sources)


def _names(answer: Reply, order: Body) -> bool:
    return any(row.get("order_id") == order["order_id"] for row in rows_of(answer))
