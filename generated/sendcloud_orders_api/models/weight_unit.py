from typing import Literal, TypeAlias

WeightUnit: TypeAlias = Literal["g", "kg", "lbs", "oz"]
"""Unit of weight."""
