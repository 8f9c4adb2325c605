from typing import Any

import msgspec

from ..types import EXTRA
from .tax_numbers import TaxNumbers


class CustomsDetails(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """What customs must know about the order."""

    commercial_invoice_number: str | None = None
    shipment_type: str | None = None
    export_type: str | None = None
    tax_numbers: TaxNumbers | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
