from typing import Any

import msgspec

from ..types import EXTRA


class DangerousGoods(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """What a carrier must know about a dangerous product. Codes may come back in a different case."""

    chemical_record_identifier: str | None = None
    regulation_set: str | None = None
    packaging_type_quantity: str | None = None
    packaging_type: str | None = None
    packaging_instruction_code: str | None = None
    id_number: str | None = None
    class_division_number: str | None = None
    quantity: str | None = None
    unit_of_measurement: str | None = None
    proper_shipping_name: str | None = None
    commodity_regulated_level_code: str | None = None
    transportation_mode: str | None = None
    emergency_contact_name: str | None = None
    emergency_contact_phone: str | None = None
    adr_packing_group_letter: str | None = None
    local_proper_shipping_name: str | None = None
    transport_category: str | None = None
    tunnel_restriction_code: str | None = None
    weight_type: str | None = None
    extra: dict[str, Any] | None = msgspec.field(name=EXTRA, default=None)
    """Fields that the specification does not name."""
