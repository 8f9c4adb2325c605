from typing import Literal, TypeAlias

ShipmentType: TypeAlias = Literal["commercial_goods", "commercial_sample", "gift", "returned_goods"]
"""What kind of goods customs sees."""
