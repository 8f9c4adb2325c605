from typing import Any

import msgspec

from ..types import EXTRA


class Status(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """A status, in the shop's own words."""

    code: str
    message: str | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
