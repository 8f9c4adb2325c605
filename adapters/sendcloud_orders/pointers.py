"""Read the service's pointers, whose forms differ from operation to operation.

| where                 | form                                              |
|-----------------------|---------------------------------------------------|
| a field of a batch    | `/data/attributes/[3]/order_details/.../0/name`   |
| the batch as a whole  | `/data/attributes/`                               |
| conflict, 401         | `/data`                                           |
| PATCH                 | `order/order_details/order_items`                 |
| labels                | `/data/attributes/orders/[1]`, `.../orders/0/x`   |
| logs                  | `body/unknown_field`                              |

None of them resolves by RFC 6901, so one lenient reader takes them all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FieldPath = tuple[str | int, ...]

_TOKEN = re.compile(r"[^/\[\]]+")
_LONGEST_INDEX = 9
_WRAPPERS = (("data", "body"), ("attributes",), ("orders", "order"))


@dataclass(frozen=True, slots=True)
class Pointer:
    """Say which order of the request is meant, if one is named, and which field of it."""

    index: int | None
    path: FieldPath


def parse_pointer(pointer: object) -> Pointer:
    """Read a pointer of any known form; what is not a string names nothing. Rule: ERROR-POINTER."""
    if not isinstance(pointer, str):
        return Pointer(None, ())
    tokens = [_token(text) for text in _TOKEN.findall(pointer)]
    for wrapper in _WRAPPERS:
        if tokens and tokens[0] in wrapper:
            del tokens[0]
    if tokens and isinstance(tokens[0], int):
        return Pointer(tokens[0], tuple(tokens[1:]))
    return Pointer(None, tuple(tokens))


def spell_path(path: FieldPath) -> str:
    """Write a path as a person does: `order_details.order_items[0].quantity`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _token(text: str) -> str | int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_INDEX else text
