from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset


class TaxNumberInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """One tax number."""

    name: str | Unset | None = UNSET
    """Kind of number, such as `VAT` or `EORI`."""
    country_code: str | Unset | None = UNSET
    """ISO 3166-1 alpha-2 code."""
    value: str | Unset | None = UNSET
    """The number."""
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
