import msgspec

from .dimension import Dimension
from .volume import Volume
from .weight import Weight


class Measurement(msgspec.Struct, kw_only=True, gc=False):
    """Size, weight and volume."""

    dimension: Dimension | None = None
    weight: Weight | None = None
    volume: Volume | None = None
