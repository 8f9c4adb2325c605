import datetime
from typing import Any

import msgspec

from ..types import EXTRA, UNSET, AwareDatetime, Unset


class DeliveryDatesInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """When the item is due to be handed over and delivered."""

    handover_at: AwareDatetime | Unset | None = UNSET
    """When it is handed over to the carrier."""
    deliver_at: AwareDatetime | Unset | None = UNSET
    """When it is delivered to the customer."""
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""

    def __post_init__(self) -> None:
        if isinstance(self.handover_at, datetime.datetime) and self.handover_at.tzinfo is None:
            raise ValueError("handover_at needs an offset: give the datetime a tzinfo")
        if isinstance(self.deliver_at, datetime.datetime) and self.deliver_at.tzinfo is None:
            raise ValueError("deliver_at needs an offset: give the datetime a tzinfo")
