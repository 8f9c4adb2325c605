from typing import Any, TypeAlias

ServicePointExtraData: TypeAlias = dict[str, Any]
"""Further properties of the service point, by name."""
