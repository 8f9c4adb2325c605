from typing import Literal, TypeAlias

RegulationSet: TypeAlias = Literal["ADR", "IATA"]
"""Regulations that apply to the dangerous goods."""
