from typing import Any

import msgspec

from ..types import EXTRA
from .order_reference import OrderReference


class UpdateResult(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """The response to an update."""

    data: OrderReference
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
