"""Edits of a document that are one change each, wherever they are made, and rewritings that are none."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from spec_diff.documents import Document, step
from spec_diff.operations import METHODS

Content = dict[str, Any]
TEXTS = {"description", "summary", "title", "example", "examples"}


# ---------------------------------------------------------------- schemas in use


def schemas(document: Document) -> list[str]:
    """Return the pointers to all schemas of the operations, each once."""
    found: dict[str, None] = {}
    for pointer, node in walk("#", document.content):
        if isinstance(node, dict) and pointer.rpartition("/")[2] == "schema":
            _collect(document, pointer, found)
    return list(found)


def _collect(document: Document, pointer: str, found: dict[str, None]) -> None:
    pointer = document.resolve(pointer)
    if pointer in found:
        return
    found[pointer] = None
    schema = document.at(pointer)
    for name in schema.get("properties", {}):
        _collect(document, step(pointer, "properties", name), found)
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            _collect(document, step(pointer, name), found)
    for name in ("oneOf", "anyOf", "allOf"):
        for index in range(len(schema.get(name, ()))):
            _collect(document, step(pointer, name, index), found)


def walk(pointer: str, node: Any) -> Iterator[tuple[str, Any]]:
    yield pointer, node
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from walk(step(pointer, key), value)


def at(content: Content, pointer: str) -> Any:
    """Return what stands at a pointer of a copy."""
    return Document("copy", content).at(pointer)


# ---------------------------------------------------------------- one change

# What was changed, the text that a finding of it has to hold, and how to change a copy.
Edit = tuple[str, str, Callable[[Content], object]]


def edits(document: Document) -> Iterator[Edit]:
    """Yield every edit that there is, each one change."""
    for pointer in schemas(document):
        yield from _edits_of_schema(pointer, document.at(pointer))
    for pointer, node in walk("#/paths", document.content["paths"]):
        parent, _, last = pointer.rpartition("/")
        if last in METHODS and isinstance(node, dict):
            yield f"operation removed {pointer}", "operation removed", _removing(pointer)
            yield f"parameter added {pointer}", "x_new", _adding_parameter(pointer)
            yield (
                f"status added {pointer}",
                "status added",
                _adding(pointer + "/responses", "418", {"description": "Tea."}),
            )
        elif parent.endswith("/responses"):
            yield f"status removed {pointer}", f"{last}: status removed", _removing(pointer)
            yield (
                f"status renamed {pointer}",
                f"status changed: {last} → {last[0]}77",
                _renaming(pointer, f"{last[0]}77"),
            )
        elif parent.endswith("/parameters") and last.isdigit():
            yield f"parameter removed {pointer}", "parameter removed", _removing(pointer)
            if isinstance(node, dict) and node.get("in") == "query":
                yield f"parameter required {pointer}", "required", _adding(pointer, "required", True)
    for name, parameter in document.content["components"]["parameters"].items():
        if parameter["in"] != "path":
            yield f"shared parameter {name}", "required", _adding(f"#/components/parameters/{name}", "required", True)
    for name, response in document.content["components"]["responses"].items():
        pointer = f"#/components/responses/{name}/content"
        yield (
            f"media type {name}",
            "media type changed",
            _renaming(f"{pointer}/application~1json", "application/problem+json"),
        )
        yield f"media type removed {name}", "media type removed", _removing(f"{pointer}/application~1json")
        for header in response.get("headers", {}):
            yield f"header {name}", "header removed", _removing(f"#/components/responses/{name}/headers/{header}")


def _edits_of_schema(pointer: str, schema: Any) -> Iterator[Edit]:
    types = schema.get("type", [])
    plain = {*([types] if isinstance(types, str) else types)} - {"null"}
    name = pointer.rpartition("/")[2]
    for field in schema.get("properties", {}):
        yield f"field removed {pointer} {field}", f"{field}", _removing(step(pointer, "properties", field))
        yield (
            f"retyped {pointer} {field}",
            "type: ",
            _adding(step(pointer, "properties"), field, {"type": "boolean", "x": 1})
            if (schema["properties"][field].get("type") not in ("boolean", ["boolean", "null"]))
            else _adding(step(pointer, "properties"), field, {"type": "integer", "format": "int32"}),
        )
        yield f"required {pointer} {field}", f"{field}", _toggling(pointer, field)
        yield f"nullable {pointer} {field}", "nullable", _nulling(step(pointer, "properties", field))
    if "properties" in schema:
        yield (
            f"field added {pointer}",
            "x_new",
            _adding(step(pointer, "properties"), "x_new", {"type": ["string", "null"], "maxLength": 3}),
        )
        closed = schema.get("additionalProperties") is False
        yield f"openness {pointer}", "unknown fields", _adding(pointer, "additionalProperties", closed)
    if "enum" in schema:
        yield f"enum value added {pointer}", 'enum value added: "x_new"', _appending(step(pointer, "enum"), "x_new")
        if len(schema["enum"]) > 1:
            yield f"enum value removed {pointer}", "enum value removed", _removing(step(pointer, "enum", 0))
        yield f"enum opened {pointer}", "enum", _removing(step(pointer, "enum"))
    elif plain == {"string"}:
        yield f"enum closed {pointer}", "enum", _adding(pointer, "enum", ["x_new"])
    bounds = {
        "string": ("minLength", "maxLength"),
        "integer": ("minimum", "maximum"),
        "number": ("minimum", "maximum"),
        "array": ("minItems", "maxItems"),
    }
    for type_, (lower, upper) in bounds.items():
        if type_ in plain:
            yield (
                f"bound {lower} {pointer}",
                "minimum" if "exclusiveMinimum" in schema else lower,
                (
                    _adding(pointer, "exclusiveMinimum", 3)
                    if "exclusiveMinimum" in schema
                    else _adding(pointer, lower, schema.get(lower, 6) + 1)
                ),
            )
            yield f"bound {upper} {pointer}", upper, _adding(pointer, upper, schema.get(upper, 400) + 1)
    if plain & {"string", "integer", "number"}:
        yield f"format {pointer}", "format", _adding(pointer, "format", "x-new")
        yield f"default {pointer}", "default", _adding(pointer, "default", 7)
    if "string" in plain:
        yield f"pattern {pointer}", "pattern", _adding(pointer, "pattern", "^x$")
    if "/properties/" in pointer and plain:
        yield f"read only {pointer}", "readOnly", _adding(pointer, "readOnly", not schema.get("readOnly", False))
    if "if" in schema:
        yield f"condition {pointer} {name}", "condition", _removing(step(pointer, "then"))


def _removing(pointer: str) -> Callable[[Content], object]:
    parent, _, last = pointer.rpartition("/")
    name = last.replace("~1", "/").replace("~0", "~")

    def edit(content: Content) -> object:
        owner = at(content, parent)
        return owner.pop(int(name) if isinstance(owner, list) else name)

    return edit


def _adding(pointer: str, name: str, value: Any) -> Callable[[Content], object]:
    return lambda content: at(content, pointer).__setitem__(name, copy.deepcopy(value))


def _appending(pointer: str, value: Any) -> Callable[[Content], object]:
    return lambda content: at(content, pointer).append(value)


def _renaming(pointer: str, name: str) -> Callable[[Content], object]:
    parent, _, last = pointer.rpartition("/")
    old = last.replace("~1", "/")
    return lambda content: at(content, parent).__setitem__(name, at(content, parent).pop(old))


def _adding_parameter(pointer: str) -> Callable[[Content], object]:
    new = {"name": "x_new", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}}
    return lambda content: at(content, pointer).setdefault("parameters", []).append(new)


def _toggling(pointer: str, field: str) -> Callable[[Content], object]:
    def edit(content: Content) -> object:
        required = at(content, pointer).setdefault("required", [])
        return required.remove(field) if field in required else required.append(field)

    return edit


def _nulling(pointer: str) -> Callable[[Content], object]:
    def edit(content: Content) -> None:
        schema = at(content, pointer)
        types = schema.get("type")
        if types is not None:
            types = [types] if isinstance(types, str) else types
            kept = [one for one in types if one != "null"]
            schema["type"] = kept if "null" in types else [*kept, "null"]
        elif any(branch.get("type") == "null" for branch in schema.get("oneOf", ())):
            schema["oneOf"] = [branch for branch in schema["oneOf"] if branch.get("type") != "null"]
        else:
            inner = dict(schema)
            schema.clear()
            schema["anyOf"] = [inner, {"type": "null"}]

    return edit


# ---------------------------------------------------------------- no change

Rewriting = Callable[[Content, Any], Content]


def inlined(content: Content, _: Any) -> Content:
    """Write out every reference in its place, and leave out the components that nobody names any more."""
    document = Document("copy", content)

    def inline(node: Any) -> Any:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                return inline(document.at(document.resolve(node["$ref"])))
            return {name: inline(value) for name, value in node.items()}
        return [inline(one) for one in node] if isinstance(node, list) else node

    whole = {name: inline(value) for name, value in content.items() if name != "components"}
    return {**whole, "components": {"securitySchemes": content["components"]["securitySchemes"]}}


def in_version_30(content: Content, _: Any) -> Content:
    """Write null, exclusive bounds and conditions as OpenAPI 3.0 does; what it cannot say stays."""

    def rewrite(node: Any) -> Any:
        if isinstance(node, list):
            return [rewrite(one) for one in node]
        if not isinstance(node, dict):
            return node
        node = {name: rewrite(value) for name, value in node.items()}
        types = node.get("type")
        if isinstance(types, list) and "null" in types and len(types) <= 2:
            node = {**node, "type": next(one for one in types if one != "null"), "nullable": True}
        branches = node.get("oneOf") or node.get("anyOf")
        if isinstance(branches, list) and {"type": "null"} in branches and len(branches) == 2:
            node = {name: value for name, value in node.items() if name not in ("oneOf", "anyOf")}
            node |= {"allOf": [one for one in branches if one != {"type": "null"}], "nullable": True}
        if isinstance(node.get("exclusiveMinimum"), int | float) and not isinstance(node["exclusiveMinimum"], bool):
            node |= {"minimum": node["exclusiveMinimum"], "exclusiveMinimum": True}
        return node

    return {**rewrite(content), "openapi": "3.0.3"}


def reordered(content: Content, draw: Any) -> Content:
    """Turn round the order of everything whose order means nothing, and say other words."""

    def rewrite(node: Any, name: str = "") -> Any:
        if isinstance(node, dict):
            turned = {key: rewrite(value, key) for key, value in reversed(node.items())}
            return turned | {
                key: "Other words." for key in ("description", "summary") if isinstance(node.get(key), str)
            }
        if isinstance(node, list):
            turned_list = [rewrite(one) for one in node]
            return (
                turned_list[::-1]
                if name in ("required", "enum", "type", "oneOf", "parameters", "security")
                else turned_list
            )
        return node

    rewritten = rewrite(content)
    assert isinstance(rewritten, dict)
    return rewritten


def composed(content: Content, draw: Any) -> Content:
    """Split schemas into overlays by `allOf`, and put types beside references."""
    copied = copy.deepcopy(content)
    chosen = draw(st.sets(st.sampled_from(schemas(Document("copy", content))), min_size=1, max_size=12))
    for pointer in sorted(chosen, key=len, reverse=True):
        schema = at(copied, pointer)
        whole = dict(schema)
        required = whole.pop("required", None)
        others = whole.pop("additionalProperties", None)
        schema.clear()
        schema["allOf"] = [whole, *([{"required": required}] if required else ())]
        if others is not None:
            schema |= {"type": "object", "additionalProperties": others}
    return copied


def renamed(content: Content, _: Any) -> Content:
    """Give every schema, operation and parameter of a path another name, and the server another prefix."""
    text = json.dumps(content)
    for name in content["components"]["schemas"]:
        text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/Other{name}"')
    copied: Content = json.loads(text)
    copied["components"]["schemas"] = {f"Other{name}": one for name, one in copied["components"]["schemas"].items()}
    copied["servers"] = [{"url": "https://{host}/api", "variables": {"host": {"default": "panel.example"}}}]
    for name in ("Id", "IntegrationId"):
        copied["components"]["parameters"][name]["name"] = "other"
    copied["paths"] = {f"/v3{path.replace('{id}', '{other}')}/": item for path, item in copied["paths"].items()} | {
        "/v3/parcels": {"get": {"responses": {"200": {"description": "Another group."}}}}
    }
    for pointer, node in walk("#/paths", copied["paths"]):
        if pointer.rpartition("/")[2] in METHODS:
            node |= {"operationId": f"other{hash(pointer)}", "tags": ["other"]}
    return copied


def unioned(content: Content, _: Any) -> Content:
    """Write several types as branches, as pydantic does, and an enum of one as a constant."""

    def rewrite(node: Any) -> Any:
        if isinstance(node, list):
            return [rewrite(one) for one in node]
        if not isinstance(node, dict):
            return node
        node = {name: value if name in TEXTS else rewrite(value) for name, value in node.items()}
        types = node.get("type")
        if isinstance(types, list):
            string = {
                name: node[name]
                for name in ("pattern", "minLength", "maxLength", "enum")
                if name in node and "string" in types
            }
            rest = {name: value for name, value in node.items() if name not in (*string, "type")}
            branches = [
                {
                    "type": one,
                    **(string if one == "string" else {}),
                    **(rest if one not in ("string", "null") or (len(types) <= 2 and one != "null") else {}),
                }
                for one in types
            ]
            node = {"anyOf": branches}
        if isinstance(node.get("enum"), list) and len(node["enum"]) == 1:
            node = {**node, "const": node.pop("enum")[0]}
        return node

    rewritten = rewrite(content)
    assert isinstance(rewritten, dict)
    return rewritten


REWRITINGS: list[Rewriting] = [inlined, in_version_30, reordered, composed, renamed, unioned]
