"""Damages of the list's filters that show in one place."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from kill_matrix.cross import Place
from kill_matrix.damage import Damage, around, damage, enlist
from sendcloud_orders_sandbox.listing import Condition, Query
from sendcloud_orders_sandbox.problems import RefusedError, invalid_parameter

from .listing import PLACES, RULES
from .places_pages import FILTERS, Asked, filtered, filtered_twice, on_later_pages, sorted_

KNOWN = {*FILTERS, "cursor", "page_size", "sort"}


def forget(patch: pytest.MonkeyPatch, parameter: str, asked: Asked) -> None:
    """Let some lists overlook one filter."""

    def filters(true: Any, query: Query, *given: Any) -> Any:
        kept = {name: value for name, value in query.items() if name != parameter or not asked(query)}
        return true(kept, *given)

    around(patch, "listing.filters", filters)


def beside(*names: str) -> Asked:
    """Return what tells whether one of these filters is set as well."""
    return lambda query: not query.keys().isdisjoint(names)


FORGOTTEN: tuple[tuple[str, str, Place, Asked], ...] = (
    *((name, "on a later page", Place.LATER_PAGE, on_later_pages) for name in RULES if not name.endswith("_at")),
    *((name, "with a sort", Place.SORT_AND_FILTERS, sorted_) for name in RULES if not name.endswith(("_min", "_max"))),
    ("integration", "beside order_id", Place.FILTERS, beside("order_id")),
    ("integration", "beside order_number", Place.FILTERS, beside("order_number")),
    ("order_number", "beside status", Place.FILTERS, beside("status")),
    ("order_id", "beside integration", Place.FILTERS, beside("integration")),
    ("status", "beside integration", Place.FILTERS, beside("integration")),
    ("order_created_at_min", "beside order_created_at_max", Place.FILTERS, beside("order_created_at_max")),
    ("order_updated_at_max", "beside order_updated_at_min", Place.FILTERS, beside("order_updated_at_min")),
    ("order_updated_at_min", "beside integration", Place.FILTERS, beside("integration")),
)
for name, where, place, asked in FORGOTTEN:
    inflict = partial(forget, parameter=name, asked=asked)
    enlist(Damage(f"the filter {name} is forgotten {where}", "filters", (RULES[name],), inflict, place=place))


# ---------------------------------------------------------------------- integrations


@damage("filters", "LIST-INTEGRATION", place=Place.SECOND_INTEGRATION)
def the_second_integration_alone_lists_the_first_as_well(patch: pytest.MonkeyPatch) -> None:
    def integration_filter(true: Any, query: Query, known: Any) -> Iterator[Condition]:
        found = list(true(query, known))
        if query.get("integration") != str(max(known)):
            yield from found

    around(patch, "listing.integration_filter", integration_filter)


@damage("filters", "LIST-INTEGRATION-UNKNOWN", place=Place.LAST_ROW)
def a_foreign_integration_is_left_out_behind_one_of_the_account(patch: pytest.MonkeyPatch) -> None:
    def integration_filter(true: Any, query: Query, known: Any) -> Any:
        first, *rest = query.get("integration", "").split(",")
        own = [part for part in rest if part.isdigit() and int(part) in known]
        return true({"integration": ",".join([first, *own])} if rest else query, known)

    around(patch, "listing.integration_filter", integration_filter)


@damage("filters", "LIST-INTEGRATION-UNKNOWN", place=Place.FILTERS)
def a_foreign_integration_beside_other_filters_gives_an_empty_page(patch: pytest.MonkeyPatch) -> None:
    def filters(true: Any, query: Query, *given: Any) -> Any:
        try:
            return true(query, *given)
        except RefusedError:
            if filtered_twice(query):
                return [Condition("id < ?", (0,))]
            raise

    around(patch, "listing.filters", filters)


# ---------------------------------------------------------------------- texts


def exact(patch: pytest.MonkeyPatch, parameter: str, asked: Asked) -> None:
    """Let the case of one filter matter in some lists."""
    column = PLACES[parameter]

    def filters(true: Any, query: Query, *given: Any) -> Any:
        found = true(query, *given)
        return (
            [*found, Condition(f"{column} = ?", (query[parameter],))]
            if query.get(parameter) and asked(query)
            else found
        )

    around(patch, "listing.filters", filters)


for name, where, place, asked in (
    ("order_number", "on a later page", Place.LATER_PAGE, on_later_pages),
    ("order_id", "beside other filters", Place.FILTERS, filtered_twice),
    ("status", "beside other filters", Place.FILTERS, filtered_twice),
):
    inflict = partial(exact, parameter=name, asked=asked)
    enlist(Damage(f"the case of the filter {name} matters {where}", "filters", (RULES[name],), inflict, place=place))


def only_first(patch: pytest.MonkeyPatch, parameter: str) -> None:
    """Let one filter find orders of the first integration alone."""

    def filters(true: Any, query: Query, known: Any, policies: Any) -> Any:
        found = true(query, known, policies)
        return [*found, Condition("integration = ?", (min(known),))] if query.get(parameter) else found

    around(patch, "listing.filters", filters)


for name in ("order_number", "order_id", "status", "order_created_at"):
    inflict = partial(only_first, parameter=name)
    enlist(
        Damage(
            f"the filter {name} finds nothing in the second integration",
            "filters",
            (RULES[name],),
            inflict,
            place=Place.SECOND_INTEGRATION,
        )
    )


# ---------------------------------------------------------------------- unknown ones


def unknown(patch: pytest.MonkeyPatch, change: Callable[[Query, Query], Query]) -> None:
    """Let `change` make a query with unknown parameters out of its known ones and the whole."""

    def page(true: Any, rules: Any, query: Query) -> Any:
        known = {name: value for name, value in query.items() if name in KNOWN}
        return true(rules, query if len(known) == len(query) else change(known, query))

    around(patch, "rules.Rules.page", page)


@damage("filters", "LIST-UNKNOWN-FILTER", place=Place.ONE_FILTER)
def an_unknown_parameter_makes_the_filters_be_forgotten(patch: pytest.MonkeyPatch) -> None:
    unknown(patch, lambda known, query: {name: known[name] for name in known if name not in FILTERS})


@damage("filters", "LIST-UNKNOWN-FILTER", place=Place.FILTERS)
def an_unknown_parameter_beside_filters_is_refused(patch: pytest.MonkeyPatch) -> None:
    def change(known: Query, query: Query) -> Query:
        if filtered(known):
            raise RefusedError(invalid_parameter("Unknown parameter.", "q"))
        return known

    unknown(patch, change)


@damage("filters", "LIST-UNKNOWN-FILTER", "LIST-SORT", place=Place.SORT_AND_PAGES)
def an_unknown_parameter_makes_the_sort_be_forgotten(patch: pytest.MonkeyPatch) -> None:
    unknown(patch, lambda known, query: {name: known[name] for name in known if name != "sort"})
