from decimal import Decimal
from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset


class PriceInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """An amount of money."""

    value: Decimal
    """The amount."""
    currency: Annotated[str, msgspec.Meta(min_length=3, max_length=3)]
    """ISO 4217 code. EUR, GBP and USD are documented; others have been seen in live orders."""
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
