from typing import Literal, TypeAlias

TransportationMode: TypeAlias = Literal["CAO", "Ground", "Highway", "PAX"]
"""How dangerous goods may travel."""
