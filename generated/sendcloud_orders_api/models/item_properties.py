from typing import Any, TypeAlias

ItemProperties: TypeAlias = dict[str, Any]
"""Further properties of the product, by name."""
