import msgspec


class Weight(msgspec.Struct, kw_only=True, gc=False):
    """Weight."""

    value: float | None = None
    unit: str | None = None
    """One of the `WeightUnit`s, or one not known yet."""
