"""Read the list's query: filters, sort, page size and cursor."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlencode

from .policies import Policies
from .problems import Problem, RefusedError, invalid_choice, invalid_cursor, invalid_parameter

Query = Mapping[str, str]

DEFAULT_PAGE_SIZE = 100
LARGEST_PAGE_SIZE = 200
SORT_COLUMNS = {
    "integration": "integration",
    "order_number": "order_number",
    "order_created_at": "order_created_at",
    "order_updated_at": "order_updated_at",
    "pk": "id",
}
NEVER_EMPTY = ("cursor", "order_id", "order_number", "status")
TEXT_FILTERS = {"order_number": "number_folded", "order_id": "order_id_folded", "status": "status_folded"}
DATE_FILTERS = {"order_created_at": "created_day", "order_updated_at": "updated_day"}
COMPARISONS = {"": "=", "_min": ">=", "_max": "<="}


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a row in SQL, with its values."""

    sql: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class SortKey:
    """A column to sort by, and the direction."""

    column: str
    descending: bool

    def reversed(self) -> SortKey:
        """Return the same column in the other direction."""
        return SortKey(self.column, not self.descending)


NEWEST_FIRST = SortKey("id", descending=True)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The sort values of the row that a page starts after; `backwards` reads towards the first page."""

    position: tuple[str, ...]
    backwards: bool = False


def filters(query: Query, known: Collection[int], policies: Policies) -> list[Condition]:
    """Read all filters; ignore unknown ones and most empty ones. Rule: LIST-UNKNOWN-FILTER."""
    conditions: list[Condition] = []
    problems: list[Problem] = list(empty_problems(query, policies))
    for read in (integration_filter(query, known), text_filters(query), date_filters(query, policies)):
        try:
            conditions.extend(read)
        except RefusedError as refused:
            problems.extend(refused.problems)
    if problems:
        raise RefusedError(*problems)
    return conditions


def empty_problems(query: Query, policies: Policies) -> Iterator[Problem]:
    """Find the empty values of parameters that have a least length. Rule: LIST-EMPTY-FILTER."""
    for name in NEVER_EMPTY:
        if query.get(name) == "" and policies.empty_filter == "reject":
            yield invalid_parameter("String should have at least 1 character", name, "LIST-EMPTY-FILTER")


def integration_filter(query: Query, known: Collection[int]) -> Iterator[Condition]:
    """Keep the orders of the listed integrations. Rules: LIST-INTEGRATION, LIST-INTEGRATION-UNKNOWN."""
    listed = [part.strip() for part in query.get("integration", "").split(",")]
    wanted = [part for part in listed if part]
    for part in wanted:
        if not (re.fullmatch(r"\d{1,18}", part, re.ASCII) and int(part) in known):
            raise RefusedError(invalid_choice(part, "integration"))
    if wanted:
        yield Condition(f"integration IN ({', '.join('?' * len(wanted))})", tuple(map(int, wanted)))


def text_filters(query: Query) -> Iterator[Condition]:
    """Keep the orders with the wanted text, ignoring case.

    Rules: LIST-ORDER-NUMBER, LIST-ORDER-ID, LIST-STATUS.
    """
    for name, column in TEXT_FILTERS.items():
        if query.get(name):
            yield Condition(f"{column} = ?", (query[name].casefold(),))


def date_filters(query: Query, policies: Policies) -> Iterator[Condition]:
    """Keep the orders of the wanted days, bounds included. Rules: LIST-CREATED, LIST-UPDATED."""
    for name, column in DATE_FILTERS.items():
        for suffix, comparison in COMPARISONS.items():
            parameter = name + suffix
            if query.get(parameter):
                day = read_day(query[parameter], parameter, policies)
                yield Condition(f"{column}_{policies.date_zone} {comparison} ?", (day,))


def read_day(text: str, parameter: str, policies: Policies) -> str:
    """Read the date of a filter as `YYYY-MM-DD`; raise `RefusedError`."""
    if policies.date_filter_time == "cut":
        text = text[:10]
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            raise ValueError(text)
        return date.fromisoformat(text).isoformat()
    except ValueError:
        rule = "LIST-UPDATED" if "updated" in parameter else "LIST-CREATED"
        raise RefusedError(invalid_parameter("Enter a valid date.", parameter, rule)) from None


def sort_keys(query: Query, policies: Policies) -> list[SortKey]:
    """Read the sort: newest first when it names no known field; one named twice counts once. Rule: LIST-SORT."""
    keys: dict[str, SortKey] = {}
    for name in query.get("sort", "").split(","):
        column = SORT_COLUMNS.get(name.strip().removeprefix("-"))
        if column:
            keys.setdefault(column, SortKey(column, name.strip().startswith("-")))
    if not keys:
        return [NEWEST_FIRST]
    # Rows that are equal in all wanted fields still need a fixed order, or pages would repeat and skip some.
    descending = next(reversed(keys.values())).descending
    keys.setdefault("id", SortKey("id", descending if policies.row_order == "request" else not descending))
    return list(keys.values())


def page_size(query: Query, policies: Policies) -> int:
    """Read how many rows a page has. Rule: LIST-PAGE-SIZE."""
    text = query.get("page_size", "")
    if not text:
        return DEFAULT_PAGE_SIZE
    number = int(text) if re.fullmatch(r"-?\d{1,18}", text, re.ASCII) else 0
    if 1 <= number <= LARGEST_PAGE_SIZE:
        return number
    if policies.page_size == "reject":
        detail = f"Enter a number from 1 to {LARGEST_PAGE_SIZE}."
        raise RefusedError(invalid_parameter(detail, "page_size", "LIST-PAGE-SIZE"))
    return LARGEST_PAGE_SIZE if policies.page_size == "clamp" and number > 0 else DEFAULT_PAGE_SIZE


def read_cursor(query: Query, keys: Sequence[SortKey]) -> Cursor | None:
    """Read the cursor; raise `RefusedError` for one that was not made for this sort. Rule: LIST-CURSOR-INVALID."""
    text = query.get("cursor", "")
    if not text:
        return None
    try:
        parts = parse_qs(
            b64decode(text, validate=True).decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=9
        )
        position = tuple(parts["p"])
        # A cursor of another sort is as invalid as a forged one.
        numbers = [int(value) for key, value in zip(keys, position, strict=True) if key.column in ("id", "integration")]
    except (ValueError, KeyError):
        raise RefusedError(invalid_cursor()) from None
    if any(abs(number) >= 2**63 for number in numbers):
        raise RefusedError(invalid_cursor())
    return Cursor(position, parts.get("r") == ["1"])


def write_cursor(cursor: Cursor) -> str:
    """Write a cursor as opaque text. Rule: LIST-CURSOR."""
    pairs = [("r", "1")] if cursor.backwards else []
    return b64encode(urlencode([*pairs, *(("p", value) for value in cursor.position)]).encode()).decode()


def behind(cursor: Cursor, keys: Sequence[SortKey]) -> Condition:
    """Keep the rows that the sort puts after the cursor's row. Rule: LIST-COMPLETE."""
    sql = ""
    values: list[Any] = []
    for key, value in reversed(list(zip(keys, cursor.position, strict=True))):
        number = int(value) if key.column in ("id", "integration") else value
        further = f"{key.column} {'<' if key.descending else '>'} ?"
        # The first comparison alone lets SQLite start at the right place of its index.
        bound = f"{key.column} {'<=' if key.descending else '>='} ?"
        sql = f"({bound} AND ({further} OR {sql}))" if sql else f"({further})"
        values = [number, number, *values] if values else [number]
    return Condition(sql, tuple(values))


def order_by(keys: Sequence[SortKey]) -> str:
    """Return the SQL that sorts by the keys. Rule: LIST-SORT."""
    return ", ".join(f"{key.column} {'DESC' if key.descending else 'ASC'}" for key in keys)


def link_url(base: str, query: Query, cursor: Cursor) -> str:
    """Return the URL of another page: the same query with another cursor. Rule: LIST-CURSOR."""
    return f"{base}/orders?{urlencode({**query, 'cursor': write_cursor(cursor)})}"


def link_header(base: str, query: Query, next_page: Cursor | None, previous_page: Cursor | None) -> str | None:
    """Return the `Link` header, or None when there is no other page. Rule: LIST-CURSOR."""
    pages = {"next": next_page, "prev": previous_page}
    links = [f'<{link_url(base, query, cursor)}>; rel="{name}"' for name, cursor in pages.items() if cursor]
    return ", ".join(links) or None
