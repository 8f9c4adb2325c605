"""The form that the spec names for each field of a request, and what a caller means brought into it.

| the spec wants                                   | given                        | written                            |
|--------------------------------------------------|------------------------------|------------------------------------|
| a number: a price, a weight, a length            | numeric text                 | the number, digit for digit        |
| an amount as text: costs                         | a number, other numeric text | its digits, never with an exponent |
| a field of an order, optional and never null     | None                         | nothing: the field is left out     |

All else is left as it is. Integers are not amounts: a quantity or an id as text is refused by the check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal

from .amounts import read_number, write_digits
from .pointers import FieldPath
from .vocabulary import document

SchemaName = Literal["OrderInput", "OrderUpdate", "LabelInput", "LabelsInput", "OrderWithParcelsInput"]

_DIGITS = r"^[0-9]+(\.[0-9]+)?$"
"""The pattern by which the spec names an amount as text."""


@dataclass(frozen=True, slots=True)
class Form:
    """What the spec wants at one place of a body: as far as it matters for bringing a value into that form."""

    amount: Literal["number", "digits"] | None = None
    members: Mapping[str, Form] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    omitted: frozenset[str] = frozenset()
    """Members that are left out where they are None."""
    items: Form | None = None
    nullable: bool = False

    def of(self, name: str | int) -> Form:
        """Give the form of a member or an item."""
        return (self.items or FREE) if isinstance(name, int) else self.members.get(name, FREE)

    def at(self, path: FieldPath) -> Form:
        """Give the form of what is further below."""
        below = self
        for name in path:
            below = below.of(name)
        return below

    def bring(self, value: object) -> object:
        """Give an amount in this form; whatever is none, and whatever is in this form already, as it is.

        Rule: UPSERT-AMOUNT.
        """
        brought: object = None
        if self.amount == "number" and isinstance(value, str):
            brought = read_number(value)
        elif self.amount == "digits":
            brought = write_digits(value)
        return value if brought is None else brought


FREE = Form()
"""Of a place that the spec leaves open."""


@cache
def form_of(schema: SchemaName) -> Form:
    """Give the form of an order or of an update, in which None might mean to clear and so is never left out.

    Rules: UPSERT-NONE, PATCH-NONE.
    """
    return _read({"$ref": f"#/components/schemas/{schema}"}, whole=schema == "OrderInput")


def _read(schema: Mapping[str, Any], *, whole: bool) -> Form:
    if "$ref" in schema:
        return _read(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]], whole=whole)
    if "oneOf" in schema:
        choices = [choice for choice in schema["oneOf"] if choice.get("type") != "null"]
        # Of several, none is meant for certain.
        form = _read(choices[0], whole=whole) if len(choices) == 1 else FREE
        return replace(form, nullable=len(choices) < len(schema["oneOf"]))
    types = schema["type"] if isinstance(schema.get("type"), list) else [schema.get("type")]
    members = {name: _read(part, whole=whole) for name, part in schema.get("properties", {}).items()}
    required = frozenset(schema.get("required", ()))
    return Form(
        amount="number" if "number" in types else "digits" if schema.get("pattern") == _DIGITS else None,
        members=members,
        required=required,
        omitted=frozenset(name for name, form in members.items() if whole and not form.nullable) - required,
        items=_read(schema["items"], whole=whole) if "items" in schema else None,
        nullable="null" in types,
    )
