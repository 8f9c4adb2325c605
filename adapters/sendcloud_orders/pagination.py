"""List filters, and the way from one page to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from difflib import get_close_matches
from itertools import islice
from numbers import Integral
from typing import Any, TypedDict, get_args
from urllib.parse import quote_plus, unquote, urlsplit

import msgspec

from sendcloud_orders_api.api.orders import list_orders
from sendcloud_orders_api.errors import UnreadableResponse
from sendcloud_orders_api.models import Order, OrderPage, SortKey

from .arguments import check_choice, check_whole_number, described, quoted, reading
from .errors import ContractError, InvalidRequest
from .exchange import LIST, Answer, Call, Conversation, Exchange, value_of
from .identity import LARGEST_ID
from .plural import counted
from .retry import read_http_date

LARGEST_PAGE = 200
"""Rows that a page may hold. Rule: LIST-PAGE-SIZE."""

_LONGEST_TEXT = 2000
"""Characters of a filter's text as a URL writes it: servers take about 8000 for everything."""
_MOST_VALUES = 200
"""Values of one filter, for the same reason."""


class Filters(TypedDict, total=False):
    """What `list` may ask for. Text compares without regard to case; days are included.

    Rules: LIST-INTEGRATION, LIST-ORDER-NUMBER, LIST-ORDER-ID, LIST-STATUS, LIST-CREATED, LIST-UPDATED, LIST-SORT,
    LIST-PAGE-SIZE.
    """

    integration: int | Iterable[int]
    order_number: str
    order_id: str
    status: str
    order_created_at: date
    order_created_at_min: date
    order_created_at_max: date
    order_updated_at: date
    order_updated_at_min: date
    order_updated_at_max: date
    sort: SortKey | Iterable[SortKey]
    page_size: int
    cursor: str


_TEXTS = ("order_number", "order_id", "status", "cursor")
_SORT_KEYS: tuple[str, ...] = get_args(SortKey)


@dataclass(frozen=True, slots=True)
class UnreadableRow:
    """Where a row of a page departs from the contract, and nothing of what it holds."""

    index: int
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its orders, and the cursor of the next page or None.

    `unreadable` names the rows that break the contract; the other orders are in `orders`. `answered_at` is when the
    page was sent, in seconds since 1970 by the service's clock, or None where its answer does not say so.
    Rule: READ-TOLERANT.
    """

    orders: tuple[Order, ...]
    next_cursor: str | None
    unreadable: tuple[UnreadableRow, ...] = ()
    answered_at: float | None = field(default=None, compare=False, repr=False)


def read_filters(filters: Filters | dict[str, Any]) -> dict[str, Any]:
    """Check filters and bring them into the types of the generated operation.

    The service ignores a parameter that it does not know and answers with the whole collection, and it falls back in
    silence from a value out of bounds; so both are refused here, as is what no URL can hold. Raises `InvalidRequest`.
    Rules: LIST-UNKNOWN-FILTER, LIST-EMPTY-FILTER, LIST-PAGE-SIZE, LIST-SORT.
    """
    found: dict[str, Any] = {}
    for name, value in filters.items():
        if name not in Filters.__annotations__:
            raise InvalidRequest(_unknown_filter(name))
        with reading(f"The filter {name}"):
            found[name] = _read_filter(name, value)
    return found


def _read_filter(name: str, value: Any) -> Any:
    if name == "integration":
        ids = [check_whole_number(name, one, 1, LARGEST_ID) for one in _several(name, value)]
        if not ids:
            raise InvalidRequest("The filter integration takes one id or several, and at least one.")
        return ids
    if name == "sort":
        keys = _several(name, value)
        if not keys:
            raise InvalidRequest(f"The filter sort takes one or several of {', '.join(_SORT_KEYS)}.")
        for key in keys:
            check_choice("The filter sort", key, _SORT_KEYS)
        return [str.__str__(key) for key in keys]
    if name == "page_size":
        return check_whole_number(name, value, 1, LARGEST_PAGE)
    if name in _TEXTS:
        return _read_text(name, value)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise InvalidRequest(f"The filter {name} takes a date, not {described(value)}: the service compares days.")
    return date(value.year, value.month, value.day)


def _several(name: str, value: Any) -> list[Any]:
    """Take one value, or an iterable of a bounded number of them."""
    if isinstance(value, str | bytes | bytearray | Mapping) or not isinstance(value, Iterable):
        return [value]
    values = list(islice(value, _MOST_VALUES + 1))
    if len(values) > _MOST_VALUES:
        raise InvalidRequest(f"The filter {name} takes at most {_MOST_VALUES} values: list them in several calls.")
    return values


def _read_text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        hint = ": str(...) it" if isinstance(value, Integral) and not isinstance(value, bool) else ""
        raise InvalidRequest(f"The filter {name} takes a text that is not empty, not {described(value)}{hint}.")
    text = str.__str__(value)
    try:
        length = len(quote_plus(text))
    except UnicodeEncodeError:
        raise InvalidRequest(f"The filter {name} holds a lone surrogate, which no URL can hold.") from None
    if not text:
        wanted = "start at the first page" if name == "cursor" else "list orders whatever theirs is"
        raise InvalidRequest(f"The filter {name} is empty, and needs a character at least: leave it out to {wanted}.")
    if length > _LONGEST_TEXT:
        raise InvalidRequest(
            f"The filter {name} takes a text of at most {_LONGEST_TEXT} characters in a URL, where this one has "
            f"{length}."
        )
    return text


def _unknown_filter(name: str) -> str:
    alike = get_close_matches(name, Filters.__annotations__, 1, 0.7)
    meant = _MEANT.get(name) or _meant_day(name) or next(iter(alike), "")
    hint = f" Did you mean {meant}?" if meant else ""
    return f"There is no filter {quoted(name)}.{hint} The filters are {', '.join(Filters.__annotations__)}."


# What other APIs call it, v2 of this one included.
_MEANT = {
    "after": "cursor",
    "integration_id": "integration",
    "integrations": "integration",
    "limit": "page_size",
    "number": "order_number",
    "order_by": "sort",
    "ordering": "sort",
    "page": "cursor",
    "per_page": "page_size",
    "since": "order_updated_at_min",
    "until": "order_updated_at_max",
}
_FROM = ("since", "after", "min", "from", "gt", "gte", "start")
_TO = ("until", "before", "max", "to", "lt", "lte", "end")


def _meant_day(name: str) -> str:
    """Find the filter for days that a name such as `updated_since` or `created_at__lte` means."""
    words = name.lower().split("_")
    for moment in ("updated", "created"):
        if moment in words or moment.removesuffix("d") in words:
            end = "_min" if set(words) & set(_FROM) else "_max" if set(words) & set(_TO) else ""
            return f"order_{moment}_at{end}"
    return ""


def page_call(filters: dict[str, Any], cursor: str | None) -> Call[Page]:
    """Make the request of a page: our own filters, and the cursor that the page before gave. Rule: LIST-CURSOR."""
    wanted = {"page_size": LARGEST_PAGE, **filters}
    if cursor is not None:
        wanted["cursor"] = cursor
    return Call(LIST, list_orders.build_request(**wanted), _PageReader(filters.get("integration")))


class _PageReader:
    def __init__(self, integrations: Sequence[int] | None) -> None:
        self._integrations = frozenset(integrations or ())

    def __call__(self, answer: Answer) -> Page:
        if answer.link_problem is not None:
            raise answer.link_problem
        cursor = None if answer.next_url is None else read_cursor(answer.next_url)
        page = replace(read_page(answer, cursor), answered_at=read_http_date(answer.headers.get("date", "")))
        found = [order.order_details.integration.id for order in page.orders]
        strangers = [index for index, id in enumerate(found) if id not in self._integrations]
        if self._integrations and strangers:
            raise ContractError(
                "The service answered with orders of integrations that were not asked for: the filter was ignored.",
                path=f"$.data[{strangers[0]}].order_details.integration.id",
                status=answer.status,
            )
        return page


def read_cursor(url: str) -> str:
    """Take the cursor out of the link to the next page; host and path of the link are not used.

    A plus sign stays one: a cursor is base64, and some servers print it unescaped. Raises `ContractError` without a
    cursor that can be sent back. Rule: LIST-CURSOR.
    """
    try:
        query = urlsplit(url).query
    except ValueError:
        query = ""
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name == "cursor" and value:
            cursor = unquote(value)
            if len(quote_plus(cursor)) > _LONGEST_TEXT:
                raise ContractError("The link to the next page holds a cursor too long for a URL.", path="Link")
            return cursor
    raise ContractError("The link to the next page holds no cursor, so the listing cannot go on.", path="Link")


def read_page(answer: Answer, next_cursor: str | None) -> Page:
    """Read a page at once, and row by row only when a row of it cannot be read. Rule: READ-TOLERANT."""
    try:
        return Page(tuple(answer.decode(OrderPage).data), next_cursor)
    except UnreadableResponse as failed:
        if not failed.path:
            raise
    rows = answer.decode(_RawPage).data
    orders: list[Order] = []
    unreadable: list[UnreadableRow] = []
    for index, row in enumerate(rows):
        try:
            orders.append(answer.decode(Order, bytes(row)))
        except UnreadableResponse as failed:
            unreadable.append(UnreadableRow(index, failed.path.replace("$", f"$.data[{index}]", 1), failed.reason))
    return Page(tuple(orders), next_cursor, tuple(unreadable))


class _RawPage(msgspec.Struct):
    data: list[msgspec.Raw]


class Listing:
    """A listing on its way from page to page; a cursor that comes twice would make it endless. Rule: LIST-CURSOR."""

    def __init__(self, filters: dict[str, Any]) -> None:
        self.ended: bool = False
        self._filters = filters
        self._cursor: str | None = None
        self._cursors = {filters.get("cursor")} - {None}

    def read_page(self) -> Conversation[Page]:
        """Read the next page. Raises `ContractError` for a cursor that came before."""
        exchange: Exchange[Page] = yield page_call(self._filters, self._cursor)
        page = value_of(LIST, exchange)
        self._cursor = self._follow(page)
        self.ended = self._cursor is None
        return page

    def _follow(self, page: Page) -> str | None:
        if page.next_cursor in self._cursors:
            raise ContractError("The service gave the same cursor again, so the listing would never end.", path="Link")
        if page.next_cursor is not None:
            self._cursors.add(page.next_cursor)
        return page.next_cursor


class UnreadableRows:
    """The rows of a listing that could not be read, so that none is passed over in silence."""

    def __init__(self) -> None:
        self._rows = 0
        self._found: list[tuple[int, UnreadableRow]] = []

    def note(self, page: Page) -> None:
        """Look at one more page. Raises `ContractError` at once when nothing of it can be read. Rule: READ-TOLERANT."""
        self._found += [(self._rows + row.index, row) for row in page.unreadable]
        self._rows += len(page.orders) + len(page.unreadable)
        if page.unreadable and not page.orders:
            self.complain(page.next_cursor)

    def complain(self, next_cursor: str | None = None) -> None:
        """Raise `ContractError` that names the rows, if there are any."""
        if not self._found:
            return
        position, first = self._found[0]
        raise ContractError(
            f"{len(self._found)} of {counted(self._rows, 'order')} cannot be read; all others were given. "
            f"The first is row {position}: {first.reason} at {first.path}.",
            path=first.path,
            positions=[position for position, _ in self._found],
            next_cursor=next_cursor,
        )
