"""All damages, by area."""

from kill_matrix.damage import DAMAGES

from . import access, adapters, answers, journal, listing, one_order, order_of_writes, pages, upsert, values

__all__ = [
    "DAMAGES",
    "access",
    "adapters",
    "answers",
    "journal",
    "listing",
    "one_order",
    "order_of_writes",
    "pages",
    "upsert",
    "values",
]
