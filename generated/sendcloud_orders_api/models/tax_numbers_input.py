from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .tax_number_input import TaxNumberInput


class TaxNumbersInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Tax numbers of the parties."""

    sender: list[TaxNumberInput] | Unset = UNSET
    receiver: list[TaxNumberInput] | Unset = UNSET
    importer_of_record: list[TaxNumberInput] | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
