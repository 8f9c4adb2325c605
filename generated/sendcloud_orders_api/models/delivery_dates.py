import msgspec

from ..types import AwareDatetime


class DeliveryDates(msgspec.Struct, kw_only=True, gc=False):
    """When the item is due to be handed over and delivered."""

    handover_at: AwareDatetime | None = None
    deliver_at: AwareDatetime | None = None
