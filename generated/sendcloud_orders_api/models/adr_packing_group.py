from typing import Literal, TypeAlias

AdrPackingGroup: TypeAlias = Literal["I", "II", "III"]
"""Packing group under ADR."""
