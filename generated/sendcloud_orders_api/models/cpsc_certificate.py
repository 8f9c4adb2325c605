from typing import Any

import msgspec

from ..types import EXTRA


class CpscCertificate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """The product's safety certificate, as registered with the CPSC of the United States."""

    product_id: str | None = None
    certifier_id: str | None = None
    version_id: str | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
