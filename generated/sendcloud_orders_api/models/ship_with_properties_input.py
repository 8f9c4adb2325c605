from typing import Annotated, Any

import msgspec

from ..types import EXTRA, UNSET, Unset


class ShipWithPropertiesInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Which option to use, and under which contract."""

    shipping_option_code: str | None
    """Code of the option, or null for none."""
    contract_id: Annotated[int, msgspec.Meta(ge=1)] | Unset | None = UNSET
    """Id of the contract, if there are several."""
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
