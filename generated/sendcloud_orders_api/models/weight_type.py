from typing import Literal, TypeAlias

WeightType: TypeAlias = Literal["Gross", "Net"]
"""Whether the weight is net or gross."""
