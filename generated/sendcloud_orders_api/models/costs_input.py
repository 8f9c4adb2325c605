import msgspec

from ..types import UNSET, Unset


class CostsInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Costs declared to customs. Unlike a price, the amount is a string."""

    value: str | Unset | None = UNSET
    """The amount as digits, such as `"4.50"`."""
    currency: str | Unset | None = UNSET
    """ISO 4217 code."""
