from typing import Any

import msgspec

from ..types import EXTRA
from .shop_integration import ShopIntegration


class IntegrationList(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """The account's integrations."""

    data: list[ShopIntegration]
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
