from typing import Literal, TypeAlias

VolumeUnit: TypeAlias = Literal["cm3", "gal", "l", "m3", "ml"]
"""Unit of volume."""
