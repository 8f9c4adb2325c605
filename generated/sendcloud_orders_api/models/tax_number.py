from typing import Any

import msgspec

from ..types import EXTRA


class TaxNumber(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """One tax number."""

    name: str | None = None
    country_code: str | None = None
    value: str | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
