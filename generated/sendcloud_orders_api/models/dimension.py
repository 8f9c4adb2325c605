import msgspec


class Dimension(msgspec.Struct, kw_only=True, gc=False):
    """Length, width and height."""

    length: float | None = None
    width: float | None = None
    height: float | None = None
    unit: str | None = None
    """One of the `DimensionUnit`s, or one not known yet."""
