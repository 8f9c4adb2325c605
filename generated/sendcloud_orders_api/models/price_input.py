from decimal import Decimal

import msgspec


class PriceInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """An amount of money."""

    value: Decimal
    """The amount."""
    currency: str
    """ISO 4217 code. EUR, GBP and USD are documented; others have been seen in live orders."""

    def __post_init__(self) -> None:
        if isinstance(self.value, Decimal) and not self.value.is_finite():
            raise ValueError("value must be a finite number")
