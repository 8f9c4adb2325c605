"""Notice, once each, the fields that the service sends and this version does not know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sendcloud_orders_api.types import FieldPath

_MOST = 1000
"""Fields that are told of: names are the service's to choose, and a program must not fill up with them."""
_AROUND = ("data", "data[]")
"""What answers have around orders and references."""
_NAME = re.compile(r"[A-Za-z_][\w-]{0,63}(\[\])*", re.ASCII)
_NOT_SHOWN = "[...]"


class Sightings:
    """The unknown fields that were noticed so far. Safe to share between threads."""

    def __init__(self) -> None:
        self._seen: dict[str, object] = {}

    def first(self, fields: Iterable[str]) -> Iterator[str]:
        """Give those that were not noticed before."""
        for field in fields:
            mine = object()
            if len(self._seen) < _MOST and self._seen.setdefault(field, mine) is mine:
                yield field


def tell_fields(paths: Iterable[FieldPath]) -> list[str]:
    """Name fields by where they are in an order, such as `order_details.order_items[].x`.

    A name that does not look like one is not shown, for it may be anything, a customer's data included.
    """
    inside = (path[1:] if len(path) > 1 and path[0] in _AROUND else path for path in paths)
    return sorted({".".join(name if _NAME.fullmatch(name) else _NOT_SHOWN for name in path) for path in inside})
