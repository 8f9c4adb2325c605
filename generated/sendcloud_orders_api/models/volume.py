from typing import Any

import msgspec

from ..types import EXTRA


class Volume(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """Volume."""

    value: float | None = None
    unit: str | None = None
    """A `VolumeUnit`, or a unit that is not known yet."""
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
