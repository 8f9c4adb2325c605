import msgspec

from .tax_number import TaxNumber


class TaxNumbers(msgspec.Struct, kw_only=True, gc=False):
    """Tax numbers of the parties."""

    sender: list[TaxNumber] | None = None
    receiver: list[TaxNumber] | None = None
    importer_of_record: list[TaxNumber] | None = None
