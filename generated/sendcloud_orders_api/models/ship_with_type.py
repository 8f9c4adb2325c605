from typing import Literal, TypeAlias

ShipWithType: TypeAlias = Literal["shipping_option_code"]
"""How the shipping option is identified."""
