import msgspec


class ShipWithProperties(msgspec.Struct, kw_only=True, gc=False):
    """Which option to use, and under which contract."""

    shipping_option_code: str | None = None
    contract_id: int | None = None
