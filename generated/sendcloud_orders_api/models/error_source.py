from typing import Any

import msgspec

from ..types import EXTRA


class ErrorSource(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """What the error is about."""

    pointer: str | None = None
    """A path into the body, such as `/data/attributes/[0]/order_id`. Not an RFC 6901 pointer."""
    parameter: str | None = None
    """Name of a query parameter."""
    header: str | None = None
    """Name of a header."""
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
