import msgspec


class Volume(msgspec.Struct, kw_only=True, gc=False):
    """Volume."""

    value: float | None = None
    unit: str | None = None
    """A `VolumeUnit`, or a unit that is not known yet."""
