from typing import Any

import msgspec

from ..types import EXTRA


class Dimension(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """Length, width and height."""

    length: float | None = None
    width: float | None = None
    height: float | None = None
    unit: str | None = None
    """A `DimensionUnit`, or a unit that is not known yet."""
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
