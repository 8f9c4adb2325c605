"""The fields that the spec has for a body, those that are absent included: the spec read a second time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from schemas import resolved, types

ABSENT: Any = object()
Path = tuple[str | int, ...]


class Place(NamedTuple):
    """A field of a body: what stands there, and what the spec says of it."""

    path: Path
    value: Any
    schema: dict[str, Any]
    required: bool
    nullable: bool

    @property
    def silent(self) -> bool:
        """Tell whether the field may be absent, and never null."""
        return not self.required and not self.nullable

    @property
    def amount(self) -> Literal["number", "text"] | None:
        """Tell whether the spec wants an amount here, and in which form."""
        if "number" in types(self.schema):
            return "number"
        pattern = self.schema.get("pattern")
        return "text" if pattern and re.search(pattern, "4.50") and not re.search(pattern, "4,50") else None


def places(schema: str, body: Any) -> Iterator[Place]:
    """Yield each field that a named schema of the spec has at the objects of a body."""
    return _below({"$ref": schema}, body, ())


def _below(schema: dict[str, Any], value: Any, path: Path) -> Iterator[Place]:
    schema, _ = resolved(schema)
    if isinstance(value, dict):
        for name, part in schema.get("properties", {}).items():
            meant, nullable = resolved(part)
            found = value.get(name, ABSENT)
            yield Place((*path, name), found, meant, name in schema.get("required", ()), nullable)
            yield from _below(meant, found, (*path, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _below(schema.get("items", {}), part, (*path, index))


def in_form(schema: Literal["OrderInput", "OrderUpdate"], body: Any) -> Any:
    """Change a decoded body into what the adapters promise to send for it."""
    for place in list(places(schema, body)):
        holder = body
        for step in place.path[:-1]:
            holder = holder[step]
        value = place.value
        if value is None and place.silent and schema == "OrderInput":
            del holder[place.path[-1]]
        elif place.amount == "number" and isinstance(value, str) and re.fullmatch(_NUMERAL, value):
            holder[place.path[-1]] = Decimal(value)
        elif place.amount == "text" and isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            holder[place.path[-1]] = plain(Decimal(str(value)))
        elif place.amount == "text" and isinstance(value, str) and re.fullmatch(_NUMERAL, value):
            holder[place.path[-1]] = value if value.replace(".", "").isdigit() else plain(Decimal(value))
    return body


_NUMERAL = r"[-+]?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]{1,2})?"


def plain(amount: Decimal) -> str:
    """Write an amount in digits without the help of a format: shift the point by hand."""
    sign, digits, exponent = amount.as_tuple()
    assert isinstance(exponent, int)
    written = "".join(map(str, digits)) + "0" * max(exponent, 0)
    if exponent < 0:
        written = written.rjust(1 - exponent, "0")
        written = f"{written[:exponent]}.{written[exponent:]}"
    whole, _, cents = written.partition(".")
    whole = whole.lstrip("0") or "0"
    return ("-" if sign and any(digits) else "") + (f"{whole}.{cents}" if cents else whole)
