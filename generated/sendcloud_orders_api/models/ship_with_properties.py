from typing import Any

import msgspec

from ..types import EXTRA


class ShipWithProperties(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """Which option to use, and under which contract."""

    shipping_option_code: str | None = None
    contract_id: int | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
