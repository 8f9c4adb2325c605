from typing import Any

import msgspec

from ..types import EXTRA
from .api_error import ApiError


class ErrorResponse(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """What went wrong. A list in every response seen; the reference also allows a single object."""

    errors: ApiError | list[ApiError] | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
