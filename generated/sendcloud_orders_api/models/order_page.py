from typing import Any

import msgspec

from ..types import EXTRA
from .order import Order


class OrderPage(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """One page of orders."""

    data: list[Order]
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
