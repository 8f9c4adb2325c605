from decimal import Decimal
from typing import Any

import msgspec

from ..types import EXTRA


class Costs(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """Costs declared to customs, read as a decimal from a number or a string."""

    value: Decimal | None = None
    currency: str | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""

    def __post_init__(self) -> None:
        if isinstance(self.value, Decimal) and not self.value.is_finite():
            raise ValueError("value must be a finite number")
