from decimal import Decimal

import msgspec

from ..types import UNSET, Unset


class ItemPriceInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A price of an item."""

    value: Decimal | Unset = UNSET
    """The amount."""
    currency: str | Unset = UNSET
    """ISO 4217 code. EUR, GBP and USD are documented; others have been seen in live orders."""

    def __post_init__(self) -> None:
        if isinstance(self.value, Decimal) and not self.value.is_finite():
            raise ValueError("value must be a finite number")
