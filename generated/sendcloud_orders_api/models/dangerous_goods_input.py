from typing import Any

import msgspec

from ..types import EXTRA, UNSET, Unset
from .adr_packing_group import AdrPackingGroup
from .commodity_regulated_level import CommodityRegulatedLevel
from .dangerous_goods_unit import DangerousGoodsUnit
from .regulation_set import RegulationSet
from .transportation_mode import TransportationMode
from .weight_type import WeightType


class DangerousGoodsInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """What a carrier must know about a dangerous product."""

    chemical_record_identifier: str | Unset | None = UNSET
    """Id of the record in the carrier's chemical database."""
    regulation_set: RegulationSet | Unset = UNSET
    packaging_type_quantity: str | Unset | None = UNSET
    """Number of packages."""
    packaging_type: str | Unset | None = UNSET
    """Kind of packaging."""
    packaging_instruction_code: str | Unset | None = UNSET
    """Code of the packing instruction."""
    id_number: str | Unset | None = UNSET
    """UN, ID or NA number."""
    class_division_number: str | Unset | None = UNSET
    """Hazard class or division."""
    quantity: str | Unset | None = UNSET
    """Amount of the dangerous product."""
    unit_of_measurement: DangerousGoodsUnit | Unset = UNSET
    proper_shipping_name: str | Unset | None = UNSET
    """Name under the regulations."""
    commodity_regulated_level_code: CommodityRegulatedLevel | Unset = UNSET
    transportation_mode: TransportationMode | Unset = UNSET
    emergency_contact_name: str | Unset | None = UNSET
    """Whom to contact in an emergency."""
    emergency_contact_phone: str | Unset | None = UNSET
    """Telephone number to call in an emergency."""
    adr_packing_group_letter: AdrPackingGroup | Unset = UNSET
    local_proper_shipping_name: str | Unset | None = UNSET
    """Name in the local language."""
    transport_category: str | Unset | None = UNSET
    """Transport category under ADR."""
    tunnel_restriction_code: str | Unset | None = UNSET
    """Tunnel restriction code under ADR."""
    weight_type: WeightType | Unset = UNSET
    extra: dict[str, Any] | Unset = msgspec.field(name=EXTRA, default=UNSET)
    """Fields that the specification does not name."""
