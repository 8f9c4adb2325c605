"""Read the service's pointers, whose forms differ from operation to operation.

| where                 | form                                              |
|-----------------------|---------------------------------------------------|
| a field of a batch    | `/data/attributes/[3]/order_details/.../0/name`   |
| the batch as a whole  | `/data/attributes/`                               |
| conflict, 401         | `/data`                                           |
| PATCH                 | `order/order_details/order_items`                 |
| labels                | `/data/attributes/orders/[1]`, `.../orders/0/x`   |
| logs                  | `body/unknown_field`                              |

None of them resolves by RFC 6901, so one lenient reader takes them all. It keeps the names that the spec knows and the
places in lists; any other step is blanked, for it may quote what was sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from .vocabulary import vocabulary
from .wordings import BLANK

FieldPath = tuple[str | int, ...]

_TOKEN = re.compile(r"[^/\[\]]+")
# A batch has 100 orders, and a longer run of digits may be a customer's.
_INDEX = re.compile(r"0|[1-9][0-9]{0,2}")
# No pointer of the spec is as long or as deep.
_LONGEST = 500
_DEEPEST = 20
_WRAPPERS = (("data", "body"), ("attributes",), ("orders", "order"))


@dataclass(frozen=True, slots=True)
class Pointer:
    """The order of the request that is meant, if one is named, and the field of it."""

    index: int | None
    path: FieldPath


def parse_pointer(pointer: object) -> Pointer:
    """Read a pointer of any known form; what is not a string names nothing. Rule: ERROR-POINTER."""
    if not isinstance(pointer, str):
        return Pointer(None, ())
    tokens = [_token(text) for text in _TOKEN.findall(pointer[:_LONGEST])[:_DEEPEST]]
    for wrapper in _WRAPPERS:
        if tokens and tokens[0] in wrapper:
            del tokens[0]
    # How many unknown steps there are is of no use to anyone.
    known = [_known(token) for token in tokens]
    steps = [step for before, step in pairwise(("", *known)) if not step == before == BLANK]
    if steps and isinstance(steps[0], int):
        return Pointer(steps[0], tuple(steps[1:]))
    return Pointer(None, tuple(steps))


def spell_path(path: FieldPath) -> str:
    """Write a path as a person does: `order_details.order_items[0].quantity`.

    The keys of a map, such as an item's properties, are the caller's own words and are blanked.
    """
    maps = vocabulary().maps
    shown = (_known(part) if before in maps else part for before, part in pairwise(("", *path)))
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in shown).removeprefix(".")


def _token(text: str) -> str | int:
    return int(text) if _INDEX.fullmatch(text) else text


def _known(token: str | int) -> str | int:
    return token if isinstance(token, int) or token in vocabulary().fields else BLANK
