from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .export_type import ExportType
from .shipment_type import ShipmentType
from .tax_numbers_input import TaxNumbersInput


class CustomsDetailsInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """What customs must know about the order."""

    commercial_invoice_number: str | Unset = UNSET
    """Number of the commercial invoice."""
    shipment_type: ShipmentType | Unset = UNSET
    export_type: ExportType | Unset = UNSET
    tax_numbers: TaxNumbersInput | Unset | None = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
