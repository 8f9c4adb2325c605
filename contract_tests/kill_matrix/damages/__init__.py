"""All damages, by area."""

from kill_matrix.damage import DAMAGES

from . import access, adapters, answers, in_flight, journal, listing, one_order, order_of_writes, pages, upsert, values

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
    "upsert",
    "values",
]
