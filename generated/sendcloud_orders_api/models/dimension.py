import msgspec


class Dimension(msgspec.Struct, kw_only=True, gc=False):
    """Length, width and height."""

    length: float | None = None
    width: float | None = None
    height: float | None = None
    unit: str | None = None
    """A `DimensionUnit`, or a unit that is not known yet."""
