from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset


class CostsInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Costs declared to customs. Unlike a price, the amount is a string."""

    value: str | Unset | None = UNSET
    """The amount as digits, such as `"4.50"`."""
    currency: str | Unset | None = UNSET
    """ISO 4217 code."""
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
