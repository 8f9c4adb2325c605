import datetime

import msgspec

from ..types import UNSET, AwareDatetime, Unset


class DeliveryDatesInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """When the item is due to be handed over and delivered."""

    handover_at: AwareDatetime | Unset | None = UNSET
    """When it is handed over to the carrier."""
    deliver_at: AwareDatetime | Unset | None = UNSET
    """When it is delivered to the customer."""

    def __post_init__(self) -> None:
        if isinstance(self.handover_at, datetime.datetime) and self.handover_at.tzinfo is None:
            raise ValueError("handover_at needs an offset: give the datetime a tzinfo")
        if isinstance(self.deliver_at, datetime.datetime) and self.deliver_at.tzinfo is None:
            raise ValueError("deliver_at needs an offset: give the datetime a tzinfo")
