"""Damages of pages and of the sequence of rows that show in one place."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from kill_matrix.cross import Place
from kill_matrix.damage import Damage, around, damage, enlist
from kill_matrix.past import Past, remember
from sendcloud_orders_sandbox import Rules, listing
from sendcloud_orders_sandbox.listing import Cursor, Query, SortKey
from sendcloud_orders_sandbox.problems import RefusedError
from sendcloud_orders_sandbox.rules import PageOfOrders, parse_id

Order = dict[str, Any]
Asked = Callable[[Query], bool]
FILTERS = {*listing.TEXT_FILTERS, "integration"} | {
    name + suffix for name in listing.DATE_FILTERS for suffix in listing.COMPARISONS
}


def on_later_pages(query: Query) -> bool:
    """Tell whether a later page is asked for."""
    return "cursor" in query


def sorted_(query: Query) -> bool:
    """Tell whether a sort is asked for."""
    return "sort" in query


def filtered(query: Query) -> bool:
    """Tell whether any filter is set."""
    return not FILTERS.isdisjoint(query)


def filtered_twice(query: Query) -> bool:
    """Tell whether several filters are set."""
    return len(FILTERS & set(query)) > 1


PLACES: dict[Place, tuple[str, Asked]] = {
    Place.LATER_PAGE: ("on a later page", on_later_pages),
    Place.FILTERS: ("with several filters", filtered_twice),
    Place.SORT_AND_PAGES: ("with a sort", sorted_),
}

# ---------------------------------------------------------------------- size of a page


def size(patch: pytest.MonkeyPatch, change: Callable[[Query, int], int]) -> None:
    """Let `change` make the size of a page out of the query and the true one."""
    around(patch, "listing.page_size", lambda true, query, policies: change(query, true(query, policies)))


def without_size(patch: pytest.MonkeyPatch, asked: Asked) -> None:
    """Let some pages have 100 rows, however many are asked for."""
    size(patch, lambda query, rows: 100 if asked(query) else rows)


def without_links(patch: pytest.MonkeyPatch, asked: Asked) -> None:
    """Let some pages have no link to the next."""

    def page(true: Any, rules: Rules, query: Query) -> PageOfOrders:
        found: PageOfOrders = true(rules, query)
        return replace(found, next_page=None) if asked(query) else found

    around(patch, "rules.Rules.page", page)


def any_cursor(patch: pytest.MonkeyPatch, asked: Asked) -> None:
    """Let an invalid cursor give the first page."""

    def read_cursor(true: Any, query: Query, keys: Sequence[SortKey]) -> Cursor | None:
        try:
            cursor: Cursor | None = true(query, keys)
        except RefusedError:
            if not asked(query):
                raise
            return None
        return cursor

    around(patch, "listing.read_cursor", read_cursor)


for place, (where, asked) in PLACES.items():
    enlist(
        Damage(
            f"the page size is lost {where}",
            "pagination",
            ("LIST-PAGE-SIZE",),
            partial(without_size, asked=asked),
            place=place,
        )
    )
    enlist(
        Damage(
            f"there is no link to the next page {where}",
            "pagination",
            ("LIST-CURSOR", "LIST-COMPLETE"),
            partial(without_links, asked=asked),
            place=place,
        )
    )
for place, where, asked in (
    (Place.ONE_FILTER, "with a filter", filtered),
    (Place.SORT_AND_PAGES, "with a sort", sorted_),
):
    enlist(
        Damage(
            f"an invalid cursor gives the first page {where}",
            "pagination",
            ("LIST-CURSOR-INVALID",),
            partial(any_cursor, asked=asked),
            place=place,
        )
    )


@damage("pagination", "LIST-PAGE-SIZE", place=Place.SINGLE)
def a_page_of_one_row_has_two(patch: pytest.MonkeyPatch) -> None:
    size(patch, lambda query, rows: max(2, rows))


@damage("pagination", "LIST-CURSOR", place=Place.LAST_PAGE)
def an_empty_page_follows_a_last_page_that_is_full(patch: pytest.MonkeyPatch) -> None:
    def page(true: Any, rules: Rules, query: Query) -> PageOfOrders:
        found: PageOfOrders = true(rules, query)
        keys = listing.sort_keys(query, rules.policies)
        if found.next_page is None and len(found.orders) == listing.page_size(query, rules.policies):
            [last] = rules.store.select(
                ["id = ?"], [int(found.orders[-1]["id"])], [key.column for key in keys], "id", 1
            )
            return replace(found, next_page=rules.cursor_at(last))
        return found

    around(patch, "rules.Rules.page", page)


@damage("pagination", "LIST-CURSOR", place=Place.EMPTY)
def the_data_of_an_empty_page_is_null(patch: pytest.MonkeyPatch) -> None:
    around(
        patch,
        "app.Operations.data",
        lambda true, operations, value: true(operations, None if value == [] else value),
    )


# ---------------------------------------------------------------------- rows of a page


def rows(patch: pytest.MonkeyPatch, change: Callable[[Query, PageOfOrders], list[Order]]) -> None:
    """Let `change` make the rows of a page out of the query and the true page."""

    def page(true: Any, rules: Rules, query: Query) -> PageOfOrders:
        found: PageOfOrders = true(rules, query)
        return replace(found, orders=change(query, found))

    around(patch, "rules.Rules.page", page)


@damage("pagination", "LIST-COMPLETE", place=Place.LATER_PAGE)
def the_third_page_skips_a_row(patch: pytest.MonkeyPatch) -> None:
    depth: dict[str, int] = {}

    def page(true: Any, rules: Rules, query: Query) -> PageOfOrders:
        found: PageOfOrders = true(rules, query)
        number = depth.get(query.get("cursor", ""), 1)
        if found.next_page:
            depth[listing.write_cursor(found.next_page)] = number + 1
        return replace(found, orders=found.orders[1:]) if number == 3 else found

    around(patch, "rules.Rules.page", page)


@damage("pagination", "LIST-COMPLETE", place=Place.LAST_PAGE)
def the_last_of_several_pages_lacks_its_last_row(patch: pytest.MonkeyPatch) -> None:
    rows(
        patch,
        lambda query, found: found.orders[:-1] if on_later_pages(query) and not found.next_page else found.orders,
    )


@damage("pagination", "LIST-COMPLETE", place=Place.LAST_ROW)
def a_page_repeats_its_last_row(patch: pytest.MonkeyPatch) -> None:
    rows(patch, lambda query, found: [*found.orders, found.orders[-1]] if found.next_page else found.orders)


def skipping(asked: Asked) -> Callable[[Query, PageOfOrders], list[Order]]:
    """Return what lets later pages start one row late."""
    return lambda query, found: found.orders[1:] if on_later_pages(query) and asked(query) else found.orders


@damage("pagination", "LIST-COMPLETE", place=Place.FILTERS)
def a_row_is_skipped_between_two_pages_with_several_filters(patch: pytest.MonkeyPatch) -> None:
    rows(patch, skipping(filtered_twice))


@damage("pagination", "LIST-COMPLETE", place=Place.SORT_AND_PAGES)
def a_row_is_skipped_between_two_pages_with_a_descending_sort(patch: pytest.MonkeyPatch) -> None:
    rows(patch, skipping(lambda query: query.get("sort", "").startswith("-")))


@damage("pagination", "LIST-COMPLETE", place=Place.SEVERAL_INTEGRATIONS)
def a_row_is_skipped_between_two_pages_of_two_integrations(patch: pytest.MonkeyPatch) -> None:
    rows(patch, skipping(lambda query: "," in query.get("integration", "")))


@damage("pagination", "LIST-COMPLETE", place=Place.AFTER_DELETE)
def a_row_is_skipped_when_the_one_before_it_was_deleted(patch: pytest.MonkeyPatch) -> None:
    past = remember(patch)

    def page(true: Any, rules: Rules, query: Query) -> PageOfOrders:
        found: PageOfOrders = true(rules, query)
        cursor = listing.read_cursor(query, listing.sort_keys(query, rules.policies))
        gone = cursor is not None and int(cursor.position[-1]) in past.deleted
        return replace(found, orders=found.orders[1:]) if gone else found

    around(patch, "rules.Rules.page", page)


@damage("pagination", "LIST-COMPLETE", place=Place.CREATION)
def a_row_is_repeated_when_an_order_comes_between_two_pages(patch: pytest.MonkeyPatch) -> None:
    newest: dict[str, int] = {}
    last: dict[str, Order] = {}

    def page(true: Any, rules: Rules, query: Query) -> PageOfOrders:
        found: PageOfOrders = true(rules, query)
        latest = max((row.id for row in rules.store.select([], [], ["id"], "id DESC", 1)), default=0)
        if found.next_page:
            cursor = listing.write_cursor(found.next_page)
            newest[cursor], last[cursor] = latest, found.orders[-1]
        asked = query.get("cursor", "")
        return replace(found, orders=[last[asked], *found.orders]) if newest.get(asked, latest) < latest else found

    around(patch, "rules.Rules.page", page)


# ---------------------------------------------------------------------- sequence of rows


def sorting(patch: pytest.MonkeyPatch, change: Callable[[Query, list[SortKey]], list[SortKey]]) -> None:
    """Let `change` make the sort out of the query and the true one."""
    around(patch, "listing.sort_keys", lambda true, query, policies: change(query, true(query, policies)))


@damage("sort", "LIST-SORT", place=Place.SORT_AND_FILTERS)
def without_a_sort_a_filtered_list_starts_with_the_oldest(patch: pytest.MonkeyPatch) -> None:
    sorting(patch, lambda query, keys: [SortKey("id", False)] if filtered(query) and not sorted_(query) else keys)


@damage("sort", "LIST-SORT", place=Place.FILTERS)
def the_sort_is_ignored_with_several_filters(patch: pytest.MonkeyPatch) -> None:
    sorting(patch, lambda query, keys: [SortKey("id", True)] if filtered_twice(query) else keys)


@damage("sort", "LIST-SORT", place=Place.SEVERAL_INTEGRATIONS)
def orders_of_several_integrations_are_not_sorted_together(patch: pytest.MonkeyPatch) -> None:
    def change(query: Query, keys: list[SortKey]) -> list[SortKey]:
        several = "," in query.get("integration", "") and keys[0].column != "integration"
        return (
            [SortKey("integration", False), *(key for key in keys if key.column != "integration")] if several else keys
        )

    sorting(patch, change)


@damage("sort", "LIST-SORT", place=Place.SORT_AND_PAGES)
def a_sort_holds_on_the_first_page_alone(patch: pytest.MonkeyPatch) -> None:
    rows(patch, lambda query, found: found.orders[:: -1 if sorted_(query) and on_later_pages(query) else 1])


@damage("sort", "LIST-SORT", place=Place.LAST_ROW)
def the_last_two_rows_of_a_page_are_swapped(patch: pytest.MonkeyPatch) -> None:
    rows(patch, lambda query, found: [*found.orders[:-2], *reversed(found.orders[-2:])])


@damage("sort", "LIST-SORT", place=Place.FIRST_ROW)
def the_first_two_rows_of_a_page_are_swapped(patch: pytest.MonkeyPatch) -> None:
    rows(patch, lambda query, found: [*reversed(found.orders[:2]), *found.orders[2:]])


def moved_up(patch: pytest.MonkeyPatch, moved: Callable[[Past], set[int]]) -> None:
    """Let some orders come first in a list without a sort."""
    past = remember(patch)

    def change(query: Query, keys: list[SortKey]) -> list[SortKey]:
        if sorted_(query):
            return keys
        ids = ", ".join(map(str, moved(past)))
        return [SortKey(f"CASE WHEN id IN ({ids}) THEN '1' ELSE '0' END", True), *keys]

    sorting(patch, change)


@damage("sort", "LIST-SORT", place=Place.AFTER_UPDATE)
def without_a_sort_updated_orders_come_first(patch: pytest.MonkeyPatch) -> None:
    moved_up(patch, lambda past: {order for order, times in past.updated.items() if times})


@damage("sort", "LIST-SORT", place=Place.AFTER_PATCH)
def without_a_sort_patched_orders_come_first(patch: pytest.MonkeyPatch) -> None:
    moved_up(patch, lambda past: past.patched)


# ---------------------------------------------------------------------- what a list knows of a change


def keep_column(held: Any, order: int, column: str, change: Callable[[], Any]) -> Any:
    """Make a change of an order, and leave one column of the table as it was."""
    row = held._connection.execute(f"SELECT {column} FROM orders WHERE id = ? AND document IS NOT NULL", [order])
    before = row.fetchone()
    result = change()
    if before:
        held._connection.execute(f"UPDATE orders SET {column} = ? WHERE id = ?", [before[0], order])
    return result


def stale_after_patch(patch: pytest.MonkeyPatch, column: str) -> None:
    """Let lists know an order by what it held before a PATCH."""

    def update(true: Any, rules: Rules, path_id: str, body: Any) -> Any:
        return keep_column(rules.store, parse_id(path_id) or 0, column, lambda: true(rules, path_id, body))

    around(patch, "rules.Rules.update", update)


def stale_after_update(patch: pytest.MonkeyPatch, column: str) -> None:
    """Let lists know an order by what it held when it was created."""
    patching: list[bool] = []

    def update(true: Any, *given: Any) -> Any:
        patching.append(True)
        try:
            return true(*given)
        finally:
            patching.clear()

    def save(true: Any, held: Any, order: int, document: Order, now: float) -> None:
        if patching:
            true(held, order, document, now)
        else:
            keep_column(held, order, column, lambda: true(held, order, document, now))

    around(patch, "rules.Rules.update", update)
    around(patch, "store.Store.save", save)


STALE = {
    "the sort by number": ("order_number", "sort", "LIST-SORT"),
    "the sort by creation": ("order_created_at", "sort", "LIST-SORT"),
    "the sort by change": ("order_updated_at", "sort", "LIST-SORT"),
    "the filter of numbers": ("number_folded", "filters", "LIST-ORDER-NUMBER"),
    "the filter of statuses": ("status_folded", "filters", "LIST-STATUS"),
    "the filter of creations": ("created_day_utc", "filters", "LIST-CREATED"),
    "the filter of changes": ("updated_day_utc", "filters", "LIST-UPDATED"),
}
for what, (column, category, rule) in STALE.items():
    for what_came, place, broken in (
        ("an update", Place.AFTER_UPDATE, stale_after_update),
        ("a patch", Place.AFTER_PATCH, stale_after_patch),
    ):
        inflict = partial(broken, column=column)
        enlist(Damage(f"{what} knows nothing of {what_came}", category, (rule,), inflict, place=place))
