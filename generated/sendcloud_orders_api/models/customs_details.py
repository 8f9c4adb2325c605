import msgspec

from .tax_numbers import TaxNumbers


class CustomsDetails(msgspec.Struct, kw_only=True, gc=False):
    """What customs must know about the order."""

    commercial_invoice_number: str | None = None
    shipment_type: str | None = None
    export_type: str | None = None
    tax_numbers: TaxNumbers | None = None
