from decimal import Decimal

import msgspec


class Costs(msgspec.Struct, kw_only=True, gc=False):
    """Costs declared to customs, read as a decimal from a number or a string."""

    value: Decimal | None = None
    currency: str | None = None

    def __post_init__(self) -> None:
        if isinstance(self.value, Decimal) and not self.value.is_finite():
            raise ValueError("value must be a finite number")
