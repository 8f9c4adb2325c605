from typing import Literal, TypeAlias

SortKey: TypeAlias = Literal[
    "-integration",
    "-order_created_at",
    "-order_number",
    "-order_updated_at",
    "-pk",
    "integration",
    "order_created_at",
    "order_number",
    "order_updated_at",
    "pk",
]
"""A field to sort by; `-` before it means descending."""
