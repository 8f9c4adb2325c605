from typing import Any

import msgspec

from ..types import EXTRA


class CustomerDetails(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """Who placed the order."""

    name: str | None = None
    phone_number: str | None = None
    email: str | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
