"""All damages, by area."""

from kill_matrix.damage import DAMAGES

from . import access, adapters, answers, listing, one_order, pages, upsert, values

__all__ = ["DAMAGES", "access", "adapters", "answers", "listing", "one_order", "pages", "upsert", "values"]
