from typing import Literal, TypeAlias

RegulationSet: TypeAlias = Literal["ADR", "IATA"]
"""Rules that hold for the dangerous goods."""
