from typing import Any

import msgspec

from ..types import EXTRA
from .dimension import Dimension
from .volume import Volume
from .weight import Weight


class Measurement(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """Size, weight and volume."""

    dimension: Dimension | None = None
    weight: Weight | None = None
    volume: Volume | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
