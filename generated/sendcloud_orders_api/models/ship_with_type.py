from typing import Literal, TypeAlias

ShipWithType: TypeAlias = Literal["shipping_option_code"]
"""How a shipping option is named."""
