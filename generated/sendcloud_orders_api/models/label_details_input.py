from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .label_dpi import LabelDpi
from .label_type import LabelType


class LabelDetailsInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The form of the label."""

    mime_type: LabelType | Unset = UNSET
    dpi: LabelDpi | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
