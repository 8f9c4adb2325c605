from typing import Literal, TypeAlias

ShipmentType: TypeAlias = Literal["commercial_goods", "commercial_sample", "gift", "returned_goods"]
"""Kind of goods, for customs."""
