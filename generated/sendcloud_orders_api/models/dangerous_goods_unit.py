from typing import Literal, TypeAlias

DangerousGoodsUnit: TypeAlias = Literal["G", "KG", "L", "ML"]
"""Unit of the dangerous goods' quantity."""
