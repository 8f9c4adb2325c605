from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset


class CpscCertificateInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The product's safety certificate, as registered with the CPSC of the United States."""

    product_id: str | Unset = UNSET
    """Id of the product in the certificate."""
    certifier_id: str | Unset = UNSET
    """Id of who certified the product."""
    version_id: str | Unset = UNSET
    """Id of the version of the certificate."""
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
