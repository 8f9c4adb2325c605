"""Damages of the way from page to page, and of the sequence of rows."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from kill_matrix.cross import Place
from kill_matrix.damage import around, damage, instead
from sendcloud_orders_sandbox import Rules, listing
from sendcloud_orders_sandbox.listing import Cursor, Query, SortKey
from sendcloud_orders_sandbox.problems import Problem, RefusedError
from sendcloud_orders_sandbox.rules import PageOfOrders

# ---------------------------------------------------------------------- page size


@damage("pagination", "LIST-PAGE-SIZE")
def the_page_size_is_ignored(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "listing.page_size", lambda query, policies: 100)


@damage("pagination", "LIST-PAGE-SIZE")
def a_page_holds_50_rows_unless_asked_otherwise(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "listing.DEFAULT_PAGE_SIZE", 50)


@damage("pagination", "LIST-PAGE-SIZE", place=Place.FULL)
def a_page_holds_100_rows_at_most(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "listing.LARGEST_PAGE_SIZE", 100)


@damage("pagination", "LIST-PAGE-SIZE")
def a_page_holds_one_row_more_than_asked_for(patch: pytest.MonkeyPatch) -> None:
    around(patch, "listing.page_size", lambda true, *given: true(*given) + 1)


# ---------------------------------------------------------------------- cursors


def links(patch: pytest.MonkeyPatch, change: Any) -> None:
    """Let `change` make the Link header out of the true one."""
    around(patch, "app.link_header", lambda true, *given: change(true(*given)))


@damage("pagination", "LIST-CURSOR")
def there_is_no_link_to_the_next_page(patch: pytest.MonkeyPatch) -> None:
    links(patch, lambda header: None)


@damage("pagination", "LIST-CURSOR")
def the_next_link_is_called_something_else(patch: pytest.MonkeyPatch) -> None:
    links(patch, lambda header: header and header.replace('rel="next"', 'rel="following"'))


@damage("pagination", "LIST-CURSOR")
def the_next_link_has_no_cursor(patch: pytest.MonkeyPatch) -> None:
    links(patch, lambda header: header and header.replace("cursor=", "page_token="))


@damage("pagination", "LIST-CURSOR", place=Place.LAST_PAGE)
def an_empty_page_follows_the_last(patch: pytest.MonkeyPatch) -> None:
    def page(true: Any, rules: Rules, query: Query) -> PageOfOrders:
        found: PageOfOrders = true(rules, query)
        if found.next_page is None and found.orders:
            keys = listing.sort_keys(query, rules.policies)
            columns = [key.column for key in keys]
            [last] = rules.store.select(["id = ?"], [int(found.orders[-1]["id"])], columns, "id", 1)
            return PageOfOrders(found.orders, rules.cursor_at(last), found.previous_page)
        return found

    around(patch, "rules.Rules.page", page)


@damage("pagination", "LIST-CURSOR")
def rows_come_as_results_instead_of_data(patch: pytest.MonkeyPatch) -> None:
    def data(true: Any, operations: Any, value: Any) -> Any:
        wrapped = true(operations, value)
        return {"results": value} if isinstance(value, list) and value and len(value[0]) > 3 else wrapped

    around(patch, "app.Operations.data", data)


@damage("pagination", "LIST-COMPLETE")
def the_cursor_leads_back_to_the_first_page(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "listing.read_cursor", lambda query, keys: None)


@damage("pagination", "LIST-COMPLETE", place=Place.LATER_PAGE)
def a_row_is_skipped_between_two_pages(patch: pytest.MonkeyPatch) -> None:
    def page(true: Any, rules: Rules, query: Query) -> PageOfOrders:
        found: PageOfOrders = true(rules, query)
        return PageOfOrders(found.orders[1 if "cursor" in query else 0 :], found.next_page, found.previous_page)

    around(patch, "rules.Rules.page", page)


@damage("pagination", "LIST-COMPLETE", place=Place.LATER_PAGE)
def a_row_is_repeated_between_two_pages(patch: pytest.MonkeyPatch) -> None:
    last: dict[str, Any] = {}

    def page(true: Any, rules: Rules, query: Query) -> PageOfOrders:
        found: PageOfOrders = true(rules, query)
        orders = [last["row"], *found.orders] if "cursor" in query and last else found.orders
        last["row"] = orders[-1] if orders else None
        return PageOfOrders(orders, found.next_page, found.previous_page)

    around(patch, "rules.Rules.page", page)


@damage("pagination", "LIST-COMPLETE")
def rows_that_tie_at_the_end_of_a_page_are_skipped(patch: pytest.MonkeyPatch) -> None:
    around(
        patch,
        "listing.behind",
        lambda true, cursor, keys: true(Cursor(cursor.position[:1]), keys[:1]),
    )


@damage("pagination", "LIST-COMPLETE", place=Place.LATER_PAGE)
def the_filters_are_lost_on_the_second_page(patch: pytest.MonkeyPatch) -> None:
    around(
        patch,
        "listing.filters",
        lambda true, query, known, policies: true({} if "cursor" in query else query, known, policies),
    )


@damage("pagination", "LIST-COMPLETE")
def pages_count_rows_from_the_start(patch: pytest.MonkeyPatch) -> None:
    def page(rules: Rules, query: Query) -> PageOfOrders:
        rules.save_due()
        conditions = listing.filters(query, rules.own_integrations, rules.policies)
        keys = listing.sort_keys(query, rules.policies)
        size = listing.page_size(query, rules.policies)
        cursor = listing.read_cursor(query, [SortKey("id", False)])
        start = int(cursor.position[0]) if cursor else 0
        rows = rules.store.select(
            [condition.sql for condition in conditions],
            [value for condition in conditions for value in condition.values],
            ["id"],
            listing.order_by(keys),
            start + size + 1,
        )[start:]
        more = Cursor((str(start + size),)) if len(rows) > size else None
        return PageOfOrders([rules.present(row) for row in rows[:size]], more, None)

    instead(patch, "rules.Rules.page", page)


@damage("pagination", "LIST-CURSOR-INVALID")
def an_invalid_cursor_gives_the_first_page(patch: pytest.MonkeyPatch) -> None:
    def read_cursor(true: Any, query: Query, keys: Sequence[SortKey]) -> Cursor | None:
        try:
            cursor: Cursor | None = true(query, keys)
        except RefusedError:
            return None
        return cursor

    around(patch, "listing.read_cursor", read_cursor)


@damage("pagination", "LIST-CURSOR-INVALID")
def an_invalid_cursor_is_a_400(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "listing.invalid_cursor", lambda: Problem(400, "invalid", "Invalid cursor"))


# ---------------------------------------------------------------------- sort


def sorting(patch: pytest.MonkeyPatch, change: Any) -> None:
    """Let `change` make the sort keys out of the true ones."""
    around(patch, "listing.sort_keys", lambda true, query, policies: change(true(query, policies)))


@damage("sort", "LIST-SORT")
def the_sort_is_ignored(patch: pytest.MonkeyPatch) -> None:
    sorting(patch, lambda keys: [SortKey("id", True)])


def unsorted(patch: pytest.MonkeyPatch, *keys: SortKey) -> None:
    """Sort a list by these keys that asks for no sort, or for one that is not supported."""

    def sort_keys(true: Any, query: Query, policies: Any) -> list[SortKey]:
        names = {name.strip().removeprefix("-") for name in query.get("sort", "").split(",")}
        found: list[SortKey] = true(query, policies)
        return list(keys) if names.isdisjoint(listing.SORT_COLUMNS) else found

    around(patch, "listing.sort_keys", sort_keys)


@damage("sort", "LIST-SORT")
def without_a_sort_the_oldest_come_first(patch: pytest.MonkeyPatch) -> None:
    unsorted(patch, SortKey("id", False))


@damage("sort", "LIST-SORT")
def without_a_sort_the_last_that_the_shop_placed_come_first(patch: pytest.MonkeyPatch) -> None:
    unsorted(patch, SortKey("order_created_at", True), SortKey("id", True))


@damage("sort", "LIST-SORT")
def without_a_sort_the_last_that_the_shop_changed_come_first(patch: pytest.MonkeyPatch) -> None:
    unsorted(patch, SortKey("order_updated_at", True), SortKey("id", True))


@damage("sort", "LIST-SORT")
def without_a_sort_rows_come_as_they_happen_to_lie(patch: pytest.MonkeyPatch) -> None:
    unsorted(patch, SortKey("id * 7919 % 104729", True), SortKey("id", True))


@damage("sort", "LIST-SORT", place=Place.LATER_PAGE)
def without_a_sort_only_the_first_page_starts_with_the_newest(patch: pytest.MonkeyPatch) -> None:
    def page(true: Any, rules: Rules, query: Query) -> PageOfOrders:
        found: PageOfOrders = true(rules, query)
        turned = "cursor" in query and "sort" not in query
        return PageOfOrders(found.orders[::-1] if turned else found.orders, found.next_page, found.previous_page)

    around(patch, "rules.Rules.page", page)


@damage("sort", "LIST-SORT")
def an_unsupported_sort_gives_the_oldest_first(patch: pytest.MonkeyPatch) -> None:
    def sort_keys(true: Any, query: Query, policies: Any) -> list[SortKey]:
        names = {name.strip().removeprefix("-") for name in query.get("sort", "pk").split(",")}
        found: list[SortKey] = true(query, policies)
        return [SortKey("id", False)] if names.isdisjoint(listing.SORT_COLUMNS) else found

    around(patch, "listing.sort_keys", sort_keys)


@damage("sort", "LIST-SORT")
def the_sort_by_pk_descends_whichever_is_asked_for(patch: pytest.MonkeyPatch) -> None:
    sorting(patch, lambda keys: [SortKey("id", True)] if [key.column for key in keys] == ["id"] else keys)


@damage("sort", "LIST-SORT")
def the_sort_is_reversed(patch: pytest.MonkeyPatch) -> None:
    sorting(patch, lambda keys: [key.reversed() for key in keys])


@damage("sort", "LIST-SORT")
def the_sort_never_descends(patch: pytest.MonkeyPatch) -> None:
    sorting(patch, lambda keys: [SortKey(key.column, False) for key in keys])


@damage("sort", "LIST-SORT")
def the_second_sort_key_is_ignored(patch: pytest.MonkeyPatch) -> None:
    sorting(patch, lambda keys: keys if keys[0].column == "id" else [keys[0], SortKey("id", keys[0].descending)])


@damage("sort", "LIST-SORT")
def the_last_sort_key_weighs_most(patch: pytest.MonkeyPatch) -> None:
    sorting(patch, lambda keys: [*reversed(keys[:-1]), keys[-1]])


@damage("sort", "LIST-SORT")
def the_sort_by_change_goes_by_creation(patch: pytest.MonkeyPatch) -> None:
    sorting(
        patch,
        lambda keys: [
            SortKey("order_created_at" if key.column == "order_updated_at" else key.column, key.descending)
            for key in keys
        ],
    )


@damage("sort", "LIST-SORT")
def rows_of_a_page_come_shuffled(patch: pytest.MonkeyPatch) -> None:
    random = Random(1)

    def page(true: Any, rules: Rules, query: Query) -> PageOfOrders:
        found: PageOfOrders = true(rules, query)
        return PageOfOrders(random.sample(found.orders, len(found.orders)), found.next_page, found.previous_page)

    around(patch, "rules.Rules.page", page)


@damage("sort", "LIST-SORT")
def a_sort_that_is_not_supported_is_refused(patch: pytest.MonkeyPatch) -> None:
    def sort_keys(true: Any, query: Query, policies: Any) -> Any:
        names = {name.removeprefix("-") for name in query.get("sort", "pk").split(",")}
        if not names <= listing.SORT_COLUMNS.keys():
            raise RefusedError(Problem(400, "invalid_choice", "Select a valid choice."))
        return true(query, policies)

    around(patch, "listing.sort_keys", sort_keys)
