"""Damages of the list's filters."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from kill_matrix.cross import Place
from kill_matrix.damage import Damage, around, damage, enlist, instead
from sendcloud_orders_sandbox import listing
from sendcloud_orders_sandbox.listing import Condition, Query
from sendcloud_orders_sandbox.problems import RefusedError, invalid_parameter

RULES = {
    "integration": "LIST-INTEGRATION",
    "order_number": "LIST-ORDER-NUMBER",
    "order_id": "LIST-ORDER-ID",
    "status": "LIST-STATUS",
    "order_created_at": "LIST-CREATED",
    "order_created_at_min": "LIST-CREATED",
    "order_created_at_max": "LIST-CREATED",
    "order_updated_at": "LIST-UPDATED",
    "order_updated_at_min": "LIST-UPDATED",
    "order_updated_at_max": "LIST-UPDATED",
}


def ignore(patch: pytest.MonkeyPatch, parameter: str) -> None:
    """Let the list overlook one query parameter."""

    def filters(true: Any, query: Query, *given: Any) -> Any:
        return true({name: value for name, value in query.items() if name != parameter}, *given)

    around(patch, "listing.filters", filters)


for name, rule in RULES.items():
    enlist(Damage(f"the filter {name} is ignored", "filters", (rule,), partial(ignore, parameter=name)))


# ---------------------------------------------------------------------- integrations


@damage("filters", "LIST-INTEGRATION", place=Place.SEVERAL_INTEGRATIONS)
def only_the_first_of_several_integrations_counts(patch: pytest.MonkeyPatch) -> None:
    around(
        patch,
        "listing.integration_filter",
        lambda true, query, known: true({"integration": query.get("integration", "").split(",")[0]}, known),
    )


@damage("filters", "LIST-INTEGRATION-UNKNOWN")
def a_foreign_integration_gives_an_empty_page(patch: pytest.MonkeyPatch) -> None:
    def integration_filter(true: Any, query: Query, known: Any) -> Iterator[Condition]:
        try:
            yield from true(query, known)
        except RefusedError:
            yield Condition("id < ?", (0,))

    around(patch, "listing.integration_filter", integration_filter)


@damage("filters", "LIST-INTEGRATION-UNKNOWN")
def a_foreign_integration_is_no_filter(patch: pytest.MonkeyPatch) -> None:
    def integration_filter(true: Any, query: Query, known: Any) -> Iterator[Condition]:
        try:
            yield from true(query, known)
        except RefusedError:
            return

    around(patch, "listing.integration_filter", integration_filter)


@damage("filters", "LIST-INTEGRATION-UNKNOWN")
def a_foreign_integration_is_refused_without_its_parameter(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "listing.invalid_choice", lambda choice, parameter: invalid_parameter("Select a valid choice.", "q"))


# ---------------------------------------------------------------------- texts


def by_text(patch: pytest.MonkeyPatch, parameter: str, sql: str) -> None:
    """Compare the text of one filter by another SQL expression, with `?` for the value asked for."""

    def text_filters(true: Any, query: Query) -> Iterator[Condition]:
        yield from true({name: value for name, value in query.items() if name != parameter})
        if query.get(parameter):
            yield Condition(sql, (query[parameter],))

    around(patch, "listing.text_filters", text_filters)


# A status has no column of its own with its letters as they were sent.
PLACES = {
    "order_number": "order_number",
    "order_id": "order_id",
    "status": "json_extract(CAST(document AS TEXT), '$.order_details.status.code')",
}
COMPARISONS = {
    "matches only as it was written": "{place} = ?",
    "matches the beginning": "{place} LIKE ? || '%'",
    "matches any part": "{place} LIKE '%' || ? || '%'",
}
for name, place in PLACES.items():
    for how, comparison in COMPARISONS.items():
        enlist(
            Damage(
                f"the filter {name} {how}",
                "filters",
                (RULES[name],),
                partial(by_text, parameter=name, sql=comparison.format(place=place)),
            )
        )


@damage("filters", "LIST-ORDER-NUMBER")
def only_one_of_the_orders_that_share_a_number_is_found(patch: pytest.MonkeyPatch) -> None:
    by_text(
        patch,
        "order_number",
        "id = (SELECT min(o.id) FROM orders o WHERE lower(o.order_number) = lower(?) AND o.document IS NOT NULL)",
    )


@damage("filters", "LIST-ORDER-NUMBER")
def a_number_is_cut_at_a_hash(patch: pytest.MonkeyPatch) -> None:
    by_text(
        patch,
        "order_number",
        "lower(order_number) = lower(substr(?1, 1, CASE instr(?1, '#') WHEN 0 THEN 999 ELSE instr(?1, '#') - 1 END))",
    )


# ---------------------------------------------------------------------- days


def compare(patch: pytest.MonkeyPatch, suffix: str, comparison: str) -> None:
    instead(patch, "listing.COMPARISONS", {**listing.COMPARISONS, suffix: comparison})


@damage("filters", "LIST-CREATED", "LIST-UPDATED")
def a_lower_bound_excludes_its_day(patch: pytest.MonkeyPatch) -> None:
    compare(patch, "_min", ">")


@damage("filters", "LIST-CREATED", "LIST-UPDATED")
def an_upper_bound_excludes_its_day(patch: pytest.MonkeyPatch) -> None:
    compare(patch, "_max", "<")


@damage("filters", "LIST-CREATED", "LIST-UPDATED")
def an_exact_day_is_taken_for_a_lower_bound(patch: pytest.MonkeyPatch) -> None:
    compare(patch, "", ">=")


def off_by_one_day(patch: pytest.MonkeyPatch, parameter: str) -> None:
    def read_day(true: Any, text: str, name: str, policies: Any) -> str:
        day: str = true(text, name, policies)
        return str(date.fromisoformat(day) + timedelta(days=1)) if name == parameter else day

    around(patch, "listing.read_day", read_day)


for name in ("order_created_at", "order_created_at_max", "order_updated_at_min"):
    inflict = partial(off_by_one_day, parameter=name)
    enlist(Damage(f"the filter {name} is off by one day", "filters", (RULES[name],), inflict))


@damage("filters", "LIST-UPDATED")
def the_day_of_change_is_looked_up_in_the_creation(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "listing.DATE_FILTERS", {**listing.DATE_FILTERS, "order_updated_at": "created_day"})


# ---------------------------------------------------------------------- several, and unknown ones


@damage("filters", "LIST-STATUS", place=Place.FILTERS)
def one_filter_of_several_is_enough(patch: pytest.MonkeyPatch) -> None:
    def select(true: Any, held: Any, conditions: Sequence[str], *given: Any) -> Any:
        return true(held, [f"({' OR '.join(conditions)})"] if conditions else [], *given)

    around(patch, "store.Store.select", select)


@damage("filters", "LIST-UNKNOWN-FILTER")
def an_unknown_query_parameter_is_refused(patch: pytest.MonkeyPatch) -> None:
    def filters(true: Any, query: Query, *given: Any) -> Any:
        unknown = set(query) - RULES.keys() - {"cursor", "page_size", "sort"}
        if unknown:
            raise RefusedError(invalid_parameter("Unknown parameter.", min(unknown)))
        return true(query, *given)

    around(patch, "listing.filters", filters)
