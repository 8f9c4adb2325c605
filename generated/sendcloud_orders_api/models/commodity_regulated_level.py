from typing import Literal, TypeAlias

CommodityRegulatedLevel: TypeAlias = Literal["EQ", "LQ"]
"""Limited or excepted quantity."""
