"""Present stored orders as the service does, or in another form that readers must accept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from .moments import read_moment, service_form, zulu_form
from .policies import Policies
from .schema import load_specification
from .store import Document, Stored

EXTRA_FIELD = {"sandbox_extra": {"note": "readers ignore what they do not know"}}


@dataclass(frozen=True, slots=True)
class Shape:
    """What presenting needs to know about a schema."""

    format: str | None
    fields: Mapping[str, Shape]
    items: Shape | None
    nullable: bool


def present_order(stored: Stored, policies: Policies) -> Document:
    """Return an order as a client reads it. Rules: GET-ORDER, VALUES-SURVIVE."""
    document = {
        "id": present_id(stored.id, policies.ids),
        **stored.document,
        "created_at": service_form(datetime.fromtimestamp(stored.created_at, UTC)),
        "modified_at": service_form(datetime.fromtimestamp(stored.modified_at, UTC)),
    }
    return present_object(shape("Order"), document, policies)


def present_reference(order: int, document: Document, policies: Policies) -> Document:
    """Return the identifiers of one order. Rules: UPSERT-RESULT, PATCH-RESULT."""
    reference = {
        "id": present_id(order, policies.reference_ids),
        "order_id": document["order_id"],
        "order_number": document["order_number"],
    }
    return reference | (EXTRA_FIELD if policies.extra_fields else {})


def present_id(order: int, kind: str) -> int | str:
    """Return Sendcloud's id as the wanted JSON type. Rule: READ-ID."""
    return str(order) if kind == "string" else order


def present_value(shape: Shape, value: Any, policies: Policies) -> Any:
    """Return a value, with everything inside it, in the form that the policies set."""
    if isinstance(value, dict):
        return present_object(shape, value, policies)
    if isinstance(value, list) and shape.items:
        return [present_value(shape.items, item, policies) for item in value]
    if value is not None and shape.format == "date-time":
        return present_timestamp(value, policies)
    if value is not None and shape.format == "decimal":
        return present_amount(value, policies)
    return value


def present_object(shape: Shape, value: Document, policies: Policies) -> Document:
    """Return an object; fields that the specification does not name keep their value."""
    fields = shape.fields
    document = {
        name: present_value(fields[name], field, policies) if name in fields else field for name, field in value.items()
    }
    if policies.nulls == "null":
        document |= {name: None for name, field in fields.items() if field.nullable and name not in value}
    if policies.extra_fields and fields:
        document |= EXTRA_FIELD
    return document


def present_timestamp(value: str, policies: Policies) -> str:
    """Return the same moment in the form that the policy sets. Rule: READ-TIME."""
    match policies.timestamps:
        case "service":
            return service_form(read_moment(value))
        case "zulu":
            return zulu_form(read_moment(value))
    return value


def present_amount(value: Any, policies: Policies) -> Any:
    """Return the same amount as the JSON type that the policy sets. Rule: READ-AMOUNT."""
    match policies.amounts:
        case "number":
            return Decimal(str(value))
        case "string":
            return format(Decimal(str(value)), "f")
    return value


@cache
def shape(name: str) -> Shape:
    """Return the shape of what is read by a named schema."""
    return shape_of({"$ref": f"#/components/schemas/{name}"})


def shape_of(schema: Mapping[str, Any]) -> Shape:
    """Return the shape that a schema describes, references followed."""
    choices = schema.get("oneOf", [schema])
    meant = next((choice for choice in choices if "$ref" in choice), schema)
    if "$ref" in meant:
        meant = load_specification()["components"]["schemas"][meant["$ref"].rpartition("/")[2]]
    return Shape(
        format=meant.get("format"),
        fields={name: shape_of(field) for name, field in meant.get("properties", {}).items()},
        items=shape_of(meant["items"]) if "items" in meant else None,
        nullable=any("null" in choice.get("type", ()) for choice in choices),
    )
