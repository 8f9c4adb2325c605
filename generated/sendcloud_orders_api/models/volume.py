import msgspec


class Volume(msgspec.Struct, kw_only=True, gc=False):
    """Volume."""

    value: float | None = None
    unit: str | None = None
    """One of the `VolumeUnit`s, or one not known yet."""
