from typing import Any, TypeAlias

ServicePointExtraData: TypeAlias = dict[str, Any]
"""Further facts of the service point, by name."""
