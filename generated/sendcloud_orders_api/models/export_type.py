from typing import Literal, TypeAlias

ExportType: TypeAlias = Literal["commercial_b2b", "commercial_b2c", "private"]
"""Who exports to whom, for customs."""
