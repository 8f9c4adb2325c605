from decimal import Decimal
from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset


class ItemPriceInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """A price of an item."""

    value: Decimal | Unset = UNSET
    """The amount."""
    currency: Annotated[str, msgspec.Meta(min_length=3, max_length=3)] | Unset = UNSET
    """ISO 4217 code. EUR, GBP and USD are documented; others have been seen in live orders."""
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
