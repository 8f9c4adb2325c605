import msgspec

from .ship_with_properties import ShipWithProperties


class ShipWith(msgspec.Struct, kw_only=True, gc=False):
    """The shipping option to use."""

    type_: str | None = msgspec.field(name="type", default=None)
    properties: ShipWithProperties | None = None
