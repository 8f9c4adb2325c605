from typing import Literal, TypeAlias

TransportationMode: TypeAlias = Literal["CAO", "Ground", "Highway", "PAX"]
"""How the dangerous goods may be transported."""
