from typing import Any

import msgspec

from ..types import EXTRA
from .order import Order


class OrderResult(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """One order."""

    data: Order
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
