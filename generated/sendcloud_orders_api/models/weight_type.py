from typing import Literal, TypeAlias

WeightType: TypeAlias = Literal["Gross", "Net"]
"""What the quantity weighs."""
