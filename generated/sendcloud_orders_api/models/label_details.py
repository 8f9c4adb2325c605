from typing import Any

import msgspec

from ..types import EXTRA


class LabelDetails(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """A label."""

    file: str | None = None
    """The bytes of the label, in base64."""
    mime_type: str | None = None
    """A `LabelType`, or a type that is not known yet."""
    dpi: int | None = None
    """Dots per inch."""
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
