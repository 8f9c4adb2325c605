from typing import Any

import msgspec

from ..types import EXTRA


class Integration(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """The shop connection that the order belongs to."""

    id: int
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
