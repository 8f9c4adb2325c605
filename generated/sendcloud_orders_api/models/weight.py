import msgspec


class Weight(msgspec.Struct, kw_only=True, gc=False):
    """Weight."""

    value: float | None = None
    unit: str | None = None
    """A `WeightUnit`, or a unit that is not known yet."""
