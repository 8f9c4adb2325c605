"""Read JSON bodies strictly."""

from __future__ import annotations

import json
from typing import Any

from .store import LARGEST_EXPONENT, decode_json

DEEPEST = 100
TOO_LARGE = 10 ** (LARGEST_EXPONENT + 1)


def read_json(body: bytes) -> Any:
    """Read a JSON body; raise `ValueError` where it is not JSON, or is JSON that readers disagree about.

    That is: invalid UTF-8, a byte order mark, lone surrogates, NaN and infinity, numbers that no double can hold,
    an object that has a name twice, and values nested deeper than 100 levels.
    """
    value = decode_json(body)
    require_bounds(value)
    json.loads(body, object_pairs_hook=require_unique_names)
    return value


def require_bounds(value: Any) -> None:
    """Refuse gigantic integers and deep nesting; raise `ValueError`."""
    level = [value]
    for _ in range(DEEPEST):
        if any(type(child) is int and abs(child) >= TOO_LARGE for child in level):
            raise ValueError("integer out of range")
        containers = [child for child in level if isinstance(child, (dict, list))]
        if not containers:
            return
        level = [child for node in containers for child in (node.values() if isinstance(node, dict) else node)]
    raise ValueError("nested too deeply")


def require_unique_names(pairs: list[tuple[str, Any]]) -> None:
    """Refuse an object that has a name twice; raise `ValueError`."""
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name occurs twice")
