from typing import Any, TypeAlias

ItemProperties: TypeAlias = dict[str, Any]
"""Any further facts of the product, by name."""
