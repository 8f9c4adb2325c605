"""All damages, by area."""

from kill_matrix.damage import DAMAGES

from . import (
    access,
    adapters,
    answers,
    in_flight,
    journal,
    listing,
    one_order,
    order_of_writes,
    pages,
    places_access,
    places_checks,
    places_delete,
    places_filters,
    places_pages,
    places_patch,
    places_upsert,
    places_values,
    upsert,
    values,
)

__all__ = [
    "DAMAGES",
    "access",
    "adapters",
    "answers",
    "in_flight",
    "journal",
    "listing",
    "one_order",
    "order_of_writes",
    "pages",
    "places_access",
    "places_checks",
    "places_delete",
    "places_filters",
    "places_pages",
    "places_patch",
    "places_upsert",
    "places_values",
    "upsert",
    "values",
]
