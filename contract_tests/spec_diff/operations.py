"""Find the operations of a document by method and path, with their parameters, bodies and answers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from spec_diff.documents import Document, listing, mapping, normal, step
from spec_diff.shapes import UNSAID, Raw, Term, canonical

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
FLAGS = ("deprecated", "allowEmptyValue", "allowReserved")
# Defined by HTTP and by `security`: OpenAPI ignores such parameters.
IGNORED_HEADERS = ("accept", "authorization", "content-type")
# What a server may put before the path that we know.
PREFIX = re.compile(r"^(/api)?(/v3)?(?=/|$)")
# What is known about: orders with all below them, and integrations without their logs and shop statuses.
KNOWN = re.compile(r"/orders(/.*)?|/integrations(/\{[^/]*\})?")


@dataclass(frozen=True)
class Body:
    """What is sent or answered: a schema for each media type, and whether it has to be there."""

    origin: str
    media: dict[str, Term | None]
    required: bool = True


@dataclass(frozen=True)
class Parameter:
    """A parameter, or a header of an answer."""

    name: str
    origin: str
    term: Term
    required: bool
    serialisation: str
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Answer:
    """What is answered with one status."""

    body: Body
    headers: dict[str, Parameter]


@dataclass(frozen=True)
class Operation:
    """One operation. Parameters are known by their place and name; those of the path by their position in it."""

    name: str
    origin: str
    path: str
    parameters: dict[tuple[str, str], Parameter]
    request: Body | None
    answers: dict[str, Answer]
    security: tuple[frozenset[str], str | None]
    deprecated: bool


def operations(document: Document) -> dict[str, Operation]:
    """Return the operations by method and path, such as `GET /orders/{}`, whatever the server prefixes are."""
    found = {}
    for path, method, origin in _places(document):
        one = _operation(document, path, method, origin)
        found[f"{method.upper()} {re.sub(r'{[^}]*}', '{}', one.path)}"] = one
    return found


def _places(document: Document) -> Iterator[tuple[str, str, str]]:
    """Yield the path, the method and the pointer of each operation on orders and integrations."""
    for path in mapping(document.content, "paths"):
        pointer = document.resolve(step("#/paths", path))
        item = document.at(pointer)
        known = _without_prefix(document, item, path)
        if KNOWN.fullmatch(known):
            yield from ((known, method, step(pointer, method)) for method in METHODS if mapping(item, method))


def _without_prefix(document: Document, item: Any, path: str) -> str:
    servers = listing(item, "servers") or listing(document.content, "servers")
    server: dict[str, Any] = next(filter(_is_mapping, servers), {})
    url = str(server.get("url", ""))
    for name in mapping(server, "variables"):
        url = url.replace(f"{{{name}}}", str(mapping(server["variables"], name).get("default", "")))
    try:
        base = urlsplit(url).path.rstrip("/")
    except ValueError:
        base = ""
    whole = base + path.rstrip("/")
    # Some documents say the prefix twice, in the server and in each path.
    while (shorter := PREFIX.sub("", whole)) != whole and shorter:
        whole = shorter
    return whole


def _is_mapping(node: object) -> bool:
    return isinstance(node, dict)


def _operation(document: Document, path: str, method: str, origin: str) -> Operation:
    raw = document.at(origin)
    return Operation(
        name=f"{method.upper()} {path}",
        origin=origin,
        path=path,
        parameters=_parameters(document, path, origin),
        request=_body(document, document.resolve(step(origin, "requestBody"))) if mapping(raw, "requestBody") else None,
        answers={
            status if status == "default" else status.upper(): _answer(
                document, document.resolve(step(origin, "responses", status))
            )
            for status in mapping(raw, "responses")
            if not status.startswith("x-")
        },
        security=_security(document, raw, origin),
        deprecated=raw.get("deprecated") is True,
    )


def _parameters(document: Document, path: str, origin: str) -> dict[tuple[str, str], Parameter]:
    found: dict[tuple[str, str], Parameter] = {}
    positions = re.findall(r"{([^}]*)}", path)
    # Those of an operation take the place of those of its path.
    for owner in (origin.rpartition("/")[0], origin):
        for index in range(len(listing(document.at(owner), "parameters"))):
            pointer = document.resolve(step(owner, "parameters", index))
            raw = document.at(pointer)
            if not isinstance(raw, dict) or "name" not in raw:
                continue
            name, place = str(raw["name"]), str(raw.get("in"))
            key = name.lower() if place == "header" else name
            if place == "path" and name in positions:
                key = str(positions.index(name))
            if place != "header" or key not in IGNORED_HEADERS:
                found[place, key] = _parameter(document, pointer, name, place)
    return found


def _parameter(document: Document, pointer: str, name: str, place: str) -> Parameter:
    raw = document.at(pointer)
    style = str(raw.get("style") or ("form" if place in ("query", "cookie") else "simple"))
    exploded = raw.get("explode", style == "form") is True
    media = next(iter(mapping(raw, "content")), None)
    if media is not None:
        style, term = f"content {media}", Raw(step(pointer, "content", media, "schema"))
        has_schema = "schema" in mapping(raw["content"], media)
    else:
        term, has_schema = Raw(step(pointer, "schema")), "schema" in raw
    return Parameter(
        name=name,
        origin=pointer,
        term=term if has_schema else UNSAID,
        required=raw.get("required") is True or place == "path",
        serialisation=f"{style}, explode: {str(exploded).lower()}",
        flags=frozenset(flag for flag in FLAGS if raw.get(flag) is True),
    )


def _body(document: Document, pointer: str) -> Body:
    raw = document.at(pointer)
    media: dict[str, Term | None] = {}
    for name, said in mapping(raw, "content").items():
        has_schema = isinstance(said, dict) and isinstance(said.get("schema"), dict | bool)
        media[name.partition(";")[0].strip().lower()] = (
            Raw(step(pointer, "content", name, "schema")) if has_schema else None
        )
    return Body(pointer, media, isinstance(raw, dict) and raw.get("required") is True)


def _answer(document: Document, pointer: str) -> Answer:
    headers = {}
    for name in mapping(document.at(pointer), "headers"):
        place = document.resolve(step(pointer, "headers", name))
        if name.lower() not in IGNORED_HEADERS and _is_mapping(document.at(place)):
            headers[name.lower()] = _parameter(document, place, name, "header")
    return Answer(_body(document, pointer), headers)


def _security(document: Document, raw: dict[str, Any], origin: str) -> tuple[frozenset[str], str | None]:
    """Say what credentials do, by the kinds of their schemes and not by the names that the document gives them."""
    own = raw.get("security")
    said = own if isinstance(own, list) else listing(document.content, "security")
    schemes = mapping(mapping(document.content, "components"), "securitySchemes")
    found = set()
    for alternative in filter(_is_mapping, said):
        parts = []
        for name, scopes in alternative.items():
            scheme = mapping(schemes, name)
            if isinstance(scheme.get("$ref"), str):
                scheme = document.at(document.resolve(normal(scheme["$ref"])))
            kind = (
                " ".join(str(scheme[key]).lower() for key in ("type", "scheme", "in", "name") if key in scheme) or name
            )
            named = sorted(map(str, scopes)) if isinstance(scopes, list) else []
            parts.append(f"{kind}{f' {canonical(named)}' if named else ''}")
        found.add(" and ".join(sorted(parts)) or "none")
    return frozenset(found), step(origin, "security") if isinstance(own, list) else "#/security" if said else None
