from typing import Any

import msgspec

from ..types import EXTRA


class OrderReference(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """The identifiers of one order."""

    id: int
    """Sendcloud's id."""
    order_id: str | None = None
    """The shop's id for the order."""
    order_number: str | None = None
    """The order number shown to the customer."""
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
