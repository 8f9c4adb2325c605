from typing import Any

import msgspec

from ..types import EXTRA
from .tax_number import TaxNumber


class TaxNumbers(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """Tax numbers of the parties."""

    sender: list[TaxNumber] | None = None
    receiver: list[TaxNumber] | None = None
    importer_of_record: list[TaxNumber] | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
