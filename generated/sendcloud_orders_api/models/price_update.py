from decimal import Decimal

import msgspec

from ..types import UNSET, Unset


class PriceUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A changed amount of money."""

    value: Decimal | Unset = UNSET
    currency: str | Unset = UNSET
    """ISO 4217 code. EUR, GBP and USD are documented; others have been seen in live orders."""

    def __post_init__(self) -> None:
        if isinstance(self.value, Decimal) and not self.value.is_finite():
            raise ValueError("value must be a finite number")
