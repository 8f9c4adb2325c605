"""Write what is publicly known of the reference as the vendor would: OpenAPI 3.0, everything inline, `nullable`.

The fields come from `reference_fields.csv`; parameters, statuses and answers that have no row there are given here.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spec_diff.documents import Document

FIELDS = Path(__file__).parent / "reference_fields.csv"
INTEGRATION_SORT_KEYS = ["integration_type", "created_at", "updated_at", "last_fetch", "failing_since"]
LABEL, LABELS = "/orders/create-label-sync", "/orders/create-labels-async"
REQUEST, UPDATE, ORDER, ERROR = "POST request item", "PATCH request", "GET response order", "error response"
NUMBERS = ("minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "exclusiveMinimum")
SORT_KEYS = ("integration", "order_number", "order_created_at", "order_updated_at", "pk")


def document() -> Document:
    """Return the reconstructed document."""
    security: list[dict[str, Any]] = [{"HTTPBasicAuth": []}, {"OAuth2ClientCreds": ["api"]}]
    one = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]
    content: dict[str, Any] = {
        "openapi": "3.0.3",
        "info": {"title": "Orders", "version": "3"},
        "servers": [{"url": "https://panel.sendcloud.sc/api/v3"}],
        "paths": {
            "/orders": {
                "post": {
                    "security": security,
                    "parameters": [{"name": "Sendcloud-Partner-Id", "in": "header", "schema": _text(format="uuid")}],
                    "requestBody": _body({"type": "array", "maxItems": 100, "items": schema(REQUEST)}),
                    "responses": {
                        "201": _body(_data({"type": "array", "items": _reference()})),
                        "400": _body(schema(ERROR)),
                    },
                },
                "get": {
                    "security": security,
                    "parameters": list(_filters()),
                    "responses": {
                        "200": _body(_data({"type": "array", "items": schema(ORDER)})),
                        "400": _body(schema(ERROR)),
                        "404": _body(schema(ERROR)),
                    },
                },
            },
            "/orders/{id}": {
                "get": {
                    "security": security,
                    "parameters": one,
                    "responses": {"200": _body(_data(schema(ORDER))), "404": _body(schema(ERROR))},
                },
                "patch": {
                    "security": security,
                    "parameters": one,
                    "requestBody": _body(schema(UPDATE)),
                    "responses": {
                        "200": _body(_data(_reference())),
                        "400": _body(schema(ERROR)),
                        "404": _body(schema(ERROR)),
                    },
                },
                "delete": {
                    "security": security,
                    "parameters": one,
                    "responses": {"204": {"description": "Deleted."}, "404": _body(schema(ERROR))},
                },
            },
            LABEL: {"post": _labels(LABEL, "201", security)},
            LABELS: {"post": _labels(LABELS, "202", security)},
            "/integrations": {
                "get": {
                    "security": security,
                    "parameters": [{"name": "sort", "in": "query", "schema": _text(enum=INTEGRATION_SORT_KEYS)}],
                    "responses": {"200": _body(schema("GET /integrations 200"))},
                },
            },
            "/integrations/{id}": {
                "get": {
                    "security": security,
                    "parameters": one,
                    "responses": {"200": _body(schema("GET /integrations/{id} 200")), "404": _body(schema(ERROR))},
                },
            },
        },
        "components": {
            "securitySchemes": {
                "HTTPBasicAuth": {"type": "http", "scheme": "basic"},
                "OAuth2ClientCreds": {"type": "oauth2", "flows": {}},
            }
        },
    }
    return Document("the reconstruction", content)


def schema(context: str) -> dict[str, Any]:
    """Return the schema of one of the bodies of the list of fields."""
    rows = [row for row in csv.DictReader(FIELDS.read_text(encoding="utf-8").splitlines()) if row["context"] == context]
    root: dict[str, Any] = {"type": "object"}
    for row in rows:
        if row["path"] != "(root)":
            _put(root, row)
    return root


def _put(root: dict[str, Any], row: dict[str, str]) -> None:
    *above, last = row["path"].split(".")
    owner = root
    for step in above:
        owner = _step(owner, step)
    name = re.sub("<.*>", "", last).removesuffix("[]")
    if last.endswith("[]"):
        owner["properties"][name]["items"] = _stated(row)
    elif last != name:
        varied = owner.setdefault("properties", {}).setdefault(name, {})
        # A shape of the items where the list is what varies.
        varied = varied["items"] if "[]<" in last else varied
        varied.setdefault("oneOf", []).append({"title": last, **_stated(row)})
    else:
        owner.setdefault("properties", {})[name] = _stated(row)
        if row["required"] == "yes":
            owner.setdefault("required", []).append(name)


def _step(owner: dict[str, Any], step: str) -> dict[str, Any]:
    name = re.sub("<.*>", "", step).removesuffix("[]")
    found: dict[str, Any] = owner["properties"][name]
    if step.endswith("[]"):
        # A list or a single object, for the errors.
        found = (
            next(one for one in found["oneOf"] if one["type"] == "array")["items"]
            if "oneOf" in found
            else found["items"]
        )
    elif "<" in step:
        found = found["items"] if "[]<" in step else found
        found = next(one for one in found["oneOf"] if one["title"] == step)
    return found


def _stated(row: dict[str, str]) -> dict[str, Any]:
    if row["type"] == "array|object":
        return {"oneOf": [{"type": "array", "items": {}}, {"type": "object"}]}
    found: dict[str, Any] = {"type": row["type"]} if row["type"] else {}
    found |= {"nullable": True} if row["nullable"] == "yes" else {}
    found |= {"readOnly": True} if row["readOnly"] == "yes" else {}
    found |= {"additionalProperties": True} if row["additional"] == "open" else {}
    found |= {"format": row["format"]} if row["format"] else {}
    found |= {"enum": [_typed(row, value) for value in row["enum"].split()]} if row["enum"] else {}
    for constraint in row["constraints"].split():
        name, value = constraint.split("=", 1)
        found[name] = float(value) if name in NUMBERS else _typed(row, value)
    if "exclusiveMinimum" in found:
        found |= {"minimum": found["exclusiveMinimum"], "exclusiveMinimum": True}
    return found


def _typed(row: dict[str, str], value: str) -> Any:
    if row["type"] == "boolean" or value == "True":
        return value == "True"
    return int(value) if row["type"] == "integer" else value


def _labels(path: str, status: str, security: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "security": security,
        "parameters": [{"name": "Sendcloud-Partner-Id", "in": "header", "schema": _text()}],
        "requestBody": _body(schema(f"POST {path} request")),
        "responses": {
            status: _body(schema(f"POST {path} {status}")),
            "400": _body(schema(ERROR)),
            "404": _body(schema(ERROR)),
        },
    }


def _filters() -> Iterator[dict[str, Any]]:
    yield {"name": "integration", "in": "query", "schema": {"type": "integer"}}
    for name in ("order_number", "order_id", "status", "cursor"):
        yield {"name": name, "in": "query", "schema": _text(minLength=1)}
    for name in ("order_created_at", "order_updated_at"):
        for bound in ("", "_min", "_max"):
            yield {"name": f"{name}{bound}", "in": "query", "schema": _text(format="date")}
    keys = [f"{sign}{key}" for key in SORT_KEYS for sign in ("", "-")]
    yield {"name": "sort", "in": "query", "schema": _text(enum=keys, default="-pk")}
    yield {
        "name": "page_size",
        "in": "query",
        "schema": {"type": "number", "minimum": 1, "maximum": 200, "default": 100},
    }


def _reference() -> dict[str, Any]:
    return {"type": "object", "properties": {"id": {"type": "integer"}, "order_id": _text(), "order_number": _text()}}


def _data(inner: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"data": inner}}


def _body(inner: dict[str, Any]) -> dict[str, Any]:
    return {"description": "", "content": {"application/json": {"schema": inner}}}


def _text(**more: Any) -> dict[str, Any]:
    return {"type": "string", **more}
