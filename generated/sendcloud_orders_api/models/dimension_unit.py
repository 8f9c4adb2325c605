from typing import Literal, TypeAlias

DimensionUnit: TypeAlias = Literal["cm", "ft", "in", "m", "mm", "yd"]
"""Unit of length."""
