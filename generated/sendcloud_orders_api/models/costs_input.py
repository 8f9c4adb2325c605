import msgspec

from ..types import UNSET, Unset


class CostsInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Costs for customs. The amount is a string here, unlike prices."""

    value: str | Unset | None = UNSET
    """The amount in digits, such as `"4.50"`."""
    currency: str | Unset | None = UNSET
    """ISO 4217 code."""
