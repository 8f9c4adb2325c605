import msgspec

from ..types import UNSET, Unset


class IntegrationUpdate(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The shop connection that the order belongs to."""

    id: int | Unset = UNSET
