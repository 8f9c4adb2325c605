from typing import Any, TypeAlias

ErrorMeta: TypeAlias = dict[str, Any]
"""Anything else that the service says about an error."""
