from typing import Any

import msgspec

from ..types import EXTRA, AwareDatetime


class DeliveryDates(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """When the item is due to be handed over and delivered."""

    handover_at: AwareDatetime | None = None
    deliver_at: AwareDatetime | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
