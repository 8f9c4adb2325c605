from typing import Any

import msgspec

from ..types import EXTRA
from .error_links import ErrorLinks
from .error_meta import ErrorMeta
from .error_source import ErrorSource


class ApiError(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that went wrong."""

    status: int | str
    """The HTTP status, repeated."""
    code: str
    """Kind of error; other codes may come. Documented: unknown_field, invalid, forbidden, invalid_choice,
    min_value, null, not_found, required, not_a_list, non_field_errors, authentication_failed,
    validation_error, parcel_announcement_error. Also seen: missing, enum, extra_forbidden."""
    detail: str
    """What is wrong in this instance."""
    id: str | None = None
    """Id of this occurrence."""
    links: ErrorLinks | None = None
    title: str | None = None
    """Short summary, the same for every error of its kind."""
    source: ErrorSource | None = None
    meta: ErrorMeta | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
