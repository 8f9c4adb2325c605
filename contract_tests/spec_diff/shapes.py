"""Say what a schema accepts, however it is written: one level of it, with terms for the levels below.

What is style makes no difference here: references or inlined schemas, `nullable` or a type or a branch, `allOf` around
one schema or several, `const` or an enum of one, exclusive bounds as a flag or as a number, the order of anything.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypeGuard

from spec_diff.documents import Document, normal, step

ANYTHING: frozenset[str] = frozenset()
OBJECT, ARRAY = "object", "array"


@dataclass(frozen=True)
class Raw:
    """The schema at one place of the document."""

    pointer: str


@dataclass(frozen=True)
class Both:
    """What all of these schemas accept."""

    terms: tuple["Term", ...]


@dataclass(frozen=True)
class Either:
    """What any of these schemas accepts."""

    terms: tuple["Term", ...]


Term = Raw | Both | Either
# Where no schema stands: any value will do.
UNSAID = Both(())


@dataclass(frozen=True)
class Facet:
    """A property of a schema, and the pointer to the schema that states it."""

    value: Any
    origin: str


@dataclass(frozen=True)
class Field:
    """A property of an object. `origin` declares it, `required_by` says that it has to be there."""

    term: Term
    origin: str
    required_by: str | None = None


@dataclass(frozen=True)
class Shape:
    """One level of a schema. No types means any type; `nullable` is apart from them and None where nothing is said."""

    origin: str
    types: frozenset[str] = ANYTHING
    typed_by: str | None = None
    nullable: Facet | None = None
    only_null: bool = False
    # A `nullable` without a type, which says that the rest is nullable whatever the rest says.
    forced: bool = False
    facets: Mapping[str, Facet] = field(default_factory=dict)
    fields: Mapping[str, Field] = field(default_factory=dict)
    required: Mapping[str, str] = field(default_factory=dict)
    items: Term | None = None
    # False when closed, a term when other fields have to fit it.
    others: Term | bool = True
    others_origin: str | None = None


# By the type that they bind: on another one they mean nothing.
OF_TYPE = {
    "string": ("minLength", "maxLength", "pattern", "contentEncoding", "contentMediaType"),
    "number": ("minimum", "maximum", "multipleOf"),
    ARRAY: ("minItems", "maxItems", "uniqueItems"),
    OBJECT: ("minProperties", "maxProperties"),
}
TYPE_OF = {name: type_ for type_, names in OF_TYPE.items() for name in names}
TEXTUAL = ("format", "contentEncoding", "contentMediaType")
NUMERIC = ("multipleOf", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
FLAGS = ("readOnly", "writeOnly", "uniqueItems", "deprecated")
CONDITIONS = ("if", "then", "else", "not", "dependentRequired", "dependentSchemas", "dependencies", "patternProperties",
              "propertyNames", "contains", "minContains", "maxContains", "prefixItems")  # fmt: skip
TEXTS = ("title", "description", "example", "examples", "$comment", "externalDocs", "xml", "deprecated")
LOWER, UPPER = ("minLength", "minItems", "minProperties"), ("maxLength", "maxItems", "maxProperties")
DEEPEST_CONDITION = 20


@dataclass(frozen=True)
class Bound:
    """A limit of a number, which may itself be out of bounds."""

    value: float
    exclusive: bool = False

    def __str__(self) -> str:
        return f"{self.value:g}{' (exclusive)' if self.exclusive else ''}"


@lru_cache(maxsize=4)
def shapes_of(document: Document) -> "Shapes":
    """Return the shapes of a document, which may be compared several times."""
    return Shapes(document)


class Shapes:
    """Makes the shapes of one document, each once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._made: dict[Term, Shape] = {}

    def of(self, term: Term) -> Shape:
        """Return the level that a term stands for. Raises `DocumentError` for a broken reference."""
        if term not in self._made:
            self._made[term] = self._term(term, frozenset())
        return self._made[term]

    def _term(self, term: Term, above: frozenset[str]) -> Shape:
        match term:
            case Raw(pointer):
                return finished(self._raw(pointer, above))
            case Both(()):
                return Shape("")
            case Both(terms):
                return finished(conjunction([self._term(one, above) for one in terms]))
            case Either(terms):
                return finished(disjunction([self._term(one, above) for one in terms]))

    def _raw(self, pointer: str, above: frozenset[str]) -> Shape:
        schema = self.document.at(pointer)
        if pointer in above or not isinstance(schema, dict):
            # A schema that is nothing but itself says nothing.
            return Shape(pointer, types=frozenset({"nothing"}) if schema is False else ANYTHING)
        above = above | {pointer}
        own = self._own(schema, pointer)
        around = []
        if isinstance(schema.get("$ref"), str):
            around.append(self._raw(normal(schema["$ref"]), above))
        if isinstance(schema.get("allOf"), list):
            branches = [self._raw(step(pointer, "allOf", index), above) for index in range(len(schema["allOf"]))]
            around.append(conjunction(branches) if branches else Shape(pointer))
        for name in ("oneOf", "anyOf"):
            if isinstance(schema.get(name), list) and schema[name]:
                branches = [
                    finished(self._raw(step(pointer, name, index), above)) for index in range(len(schema[name]))
                ]
                around.append(disjunction(branches))
        return overlaid(own, around) if around else own

    def _own(self, schema: dict[str, Any], pointer: str) -> Shape:
        """Read the keywords of a schema itself, without what it is composed of."""
        said = schema.get("type", [])
        types = [one for one in (said if isinstance(said, list) else [said]) if isinstance(one, str)]
        values = (
            schema["enum"] if isinstance(schema.get("enum"), list) else [schema["const"]] if "const" in schema else None
        )
        nullable = "null" in types or schema.get("nullable") is True
        kinds = {"number"} if {"number", "integer"} <= set(types) else set()
        kinds |= {one for one in types if one != "null" and not (kinds and one == "integer")}
        if not types and values is not None:
            nullable = nullable or None in values
        facets = {name: Facet(schema[name], pointer) for name in TEXTUAL if isinstance(schema.get(name), str)}
        facets |= {name: Facet(schema[name], pointer) for name in NUMERIC if _is_number(schema.get(name))}
        facets |= {name: Facet(True, pointer) for name in FLAGS if schema.get(name) is True}
        if isinstance(schema.get("pattern"), str):
            facets["pattern"] = Facet(frozenset({schema["pattern"]}), pointer)
        if schema.get("default") is not None:
            facets["default"] = Facet(canonical(schema["default"]), pointer)
        if values is not None:
            facets["enum"] = Facet(frozenset(canonical(value) for value in values if value is not None), pointer)
        facets |= {name: Facet(bound, pointer) for name, bound in _bounds(schema)}
        if conditions := {name: self._bare(schema[name], 0) for name in CONDITIONS if name in schema}:
            facets["condition"] = Facet(frozenset({json.dumps(conditions, sort_keys=True)}), pointer)
        fields = schema["properties"] if isinstance(schema.get("properties"), dict) else {}
        others, others_origin = self._others(schema, pointer)
        return Shape(
            pointer,
            types=frozenset(kinds),
            typed_by=pointer if kinds else None,
            nullable=Facet(nullable, pointer) if types or nullable or values is not None else None,
            only_null=(types == ["null"]) or (values is not None and set(map(canonical, values)) == {"null"}),
            forced=nullable and not kinds and values is None and types != ["null"],
            facets=facets,
            fields={name: Field(Raw(step(pointer, "properties", name)), pointer) for name in fields},
            required={name: pointer for name in schema.get("required", ()) if isinstance(name, str)}
            if isinstance(schema.get("required"), list)
            else {},
            items=Raw(step(pointer, "items")) if isinstance(schema.get("items"), dict) else None,
            others=others,
            others_origin=others_origin,
        )

    def _others(self, schema: dict[str, Any], pointer: str) -> tuple[Term | bool, str | None]:
        for name in ("additionalProperties", "unevaluatedProperties"):
            said = schema.get(name)
            if said is False:
                return False, pointer
            if isinstance(said, dict) and set(said) - set(TEXTS):
                return Raw(step(pointer, name)), pointer
        return True, None

    def _bare(self, node: Any, depth: int) -> Any:
        """Copy part of a schema without its texts and references, with lists whose order means nothing in one order."""
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str) and depth < DEEPEST_CONDITION:
                return self._bare(self.document.at(self.document.resolve(normal(node["$ref"]))), depth + 1)
            kept = {name: self._bare(value, depth + 1) for name, value in node.items() if name not in TEXTS}
            return {
                name: sorted(value, key=canonical)
                if name in ("required", "enum") and isinstance(value, list)
                else value
                for name, value in kept.items()
            }
        return [self._bare(item, depth + 1) for item in node] if isinstance(node, list) else node


def canonical(value: Any) -> str:
    """Write a value so that equal ones read alike: 1 and 1.0 are the same number, the order of names means nothing."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _bounds(schema: Mapping[str, Any]) -> Iterator[tuple[str, Bound]]:
    for name, exclusive, tighter in (("minimum", "exclusiveMinimum", max), ("maximum", "exclusiveMaximum", min)):
        plain, strict = schema.get(name), schema.get(exclusive)
        bounds = []
        if _is_number(plain):
            bounds.append(Bound(plain, exclusive=strict is True))
        if _is_number(strict):
            bounds.append(Bound(strict, exclusive=True))
        if bounds:
            limit = tighter(bound.value for bound in bounds)
            yield name, max((bound for bound in bounds if bound.value == limit), key=lambda bound: bound.exclusive)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


# ---------------------------------------------------------------- what all of several say


def overlaid(own: Shape, around: Iterable[Shape]) -> Shape:
    """Put a schema's own keywords over what it is composed of: what they add is meant, what they repeat is style."""
    rest = conjunction(list(around))
    # A type beside a reference repeats what is there, or adds null to it.
    forced = own.forced or (own.nullable is not None and own.nullable.value and bool(own.types))
    return conjunction([replace(own, forced=forced), rest])


def _narrowed(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """Return the types that both have, an integer being a number; those of the other when there are none."""
    both = {
        first if first == second or second == "number" else second
        for first in one
        for second in other
        if first == second or {first, second} == {"integer", "number"}
    }
    return frozenset(both) or other


def conjunction(shapes: list[Shape]) -> Shape:
    """Return what all shapes accept."""
    whole, *rest = shapes
    for shape in rest:
        whole = _both(whole, shape)
    return whole


def _both(one: Shape, other: Shape) -> Shape:
    if one.nullable is None or other.nullable is None:
        nullable = one.nullable or other.nullable
    else:
        said = (
            one.nullable.value or other.nullable.value
            if one.forced or other.forced
            else one.nullable.value and other.nullable.value
        )
        nullable = next(facet for facet in (one.nullable, other.nullable) if facet.value == said)
    fields = dict(one.fields)
    for name, added in other.fields.items():
        known = fields.get(name)
        fields[name] = added if known is None else replace(known, term=joined(Both, known.term, added.term))
    closed = next((shape for shape in (one, other) if shape.others is False), None)
    typed = [shape for shape in (one, other) if not isinstance(shape.others, bool)]
    others = (
        False
        if closed
        else joined(Both, *(shape.others for shape in typed if not isinstance(shape.others, bool)))
        if typed
        else True
    )
    return Shape(
        one.origin,
        types=_narrowed(one.types, other.types) if one.types and other.types else one.types | other.types,
        # The innermost one: a component that is named, and not the places that name it.
        typed_by=other.typed_by or one.typed_by,
        nullable=nullable,
        only_null=one.only_null or other.only_null,
        forced=one.forced or other.forced,
        facets=_all_facets(one.facets, other.facets),
        fields=fields,
        required={**other.required, **one.required},
        items=joined(Both, *(term for term in (one.items, other.items) if term)) if one.items or other.items else None,
        others=others,
        others_origin=closed.others_origin if closed else typed[0].others_origin if typed else None,
    )


def _all_facets(one: Mapping[str, Facet], other: Mapping[str, Facet]) -> dict[str, Facet]:
    found = {**other, **one}
    for name in one.keys() & other.keys():
        first, second = one[name], other[name]
        if name in ("pattern", "condition"):
            found[name] = Facet(first.value | second.value, first.origin)
        elif name == "enum":
            found[name] = Facet(first.value & second.value, first.origin)
        elif name in LOWER:
            found[name] = max(first, second, key=lambda facet: facet.value)
        elif name in UPPER:
            found[name] = min(first, second, key=lambda facet: facet.value)
        elif name == "minimum":
            found[name] = max(first, second, key=lambda facet: (facet.value.value, facet.value.exclusive))
        elif name == "maximum":
            found[name] = min(first, second, key=lambda facet: (facet.value.value, not facet.value.exclusive))
    return found


def joined(kind: type[Both] | type[Either], *terms: Term) -> Term:
    """Join terms, each named once, without nesting a join of the same kind."""
    flat: dict[Term, None] = {}
    for term in terms:
        for one in term.terms if isinstance(term, kind) else (term,):
            flat[one] = None
    return kind(tuple(flat)) if len(flat) > 1 else next(iter(flat))


# ---------------------------------------------------------------- what any of several says


def disjunction(branches: list[Shape]) -> Shape:
    """Return what any of the branches accepts, as one shape; what that loses is a condition."""
    real = [branch for branch in branches if not branch.only_null]
    null = next((branch for branch in branches if branch.only_null), None)
    said = next((branch.nullable for branch in real if branch.nullable and branch.nullable.value), None)
    if not real:
        return branches[0]
    nullable = said or (Facet(True, null.origin) if null else real[0].nullable)
    if len(real) == 1:
        return replace(real[0], nullable=nullable, forced=null is not None)
    types = frozenset().union(*(branch.types for branch in real)) if all(branch.types for branch in real) else ANYTHING
    types = types - {"integer"} if "number" in types else types
    objects = [branch for branch in real if not branch.types or OBJECT in branch.types]
    arrays = [branch.items for branch in real if branch.items]
    closed = next((branch for branch in objects if branch.others is False), None)
    open_ = [branch for branch in objects if branch.others is not False]
    facets, lost = _any_facets(real)
    lost |= _choices(objects)
    if lost:
        facets["condition"] = Facet(
            frozenset(lost) | facets.get("condition", Facet(frozenset(), "")).value, real[0].origin
        )
    required = set.intersection(*(set(branch.required) for branch in objects)) if objects else set()
    return Shape(
        real[0].origin,
        types=types,
        typed_by=next((branch.typed_by for branch in real if branch.typed_by), None),
        nullable=nullable,
        forced=null is not None,
        facets=facets,
        fields=_any_fields(objects),
        required={name: objects[0].required[name] for name in required},
        items=joined(Either, *arrays) if arrays else None,
        others=False if closed and not open_ else open_[0].others if len(open_) == 1 else True,
        others_origin=closed.others_origin
        if closed and not open_
        else open_[0].others_origin
        if len(open_) == 1
        else None,
    )


def _any_fields(objects: list[Shape]) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for branch in objects:
        for name, one in branch.fields.items():
            known = found.get(name)
            found[name] = one if known is None else replace(known, term=joined(Either, known.term, one.term))
    return found


def _choices(objects: list[Shape]) -> set[str]:
    """Say which fields each branch requires where the branches differ in that."""
    required = [frozenset(branch.required) for branch in objects]
    if len(set(required)) < 2:
        return set()
    common = frozenset.intersection(*required)
    return {json.dumps({"one of": sorted(sorted(one - common) for one in set(required))})}


def _any_facets(branches: list[Shape]) -> tuple[dict[str, Facet], set[str]]:
    """Keep what holds in each branch that it binds, and say in words what does not."""
    kept: dict[str, Facet] = {}
    lost: set[str] = set()
    for name in sorted({name for branch in branches for name in branch.facets}):
        type_ = TYPE_OF.get(name)
        stating = [branch for branch in branches if name in branch.facets]
        if name == "enum":
            bound = [
                branch
                for branch in branches
                if any(not one.types or not branch.types or one.types & branch.types for one in stating)
            ]
        else:
            bound = [
                branch for branch in branches if type_ is None or not branch.types or type_ in _numbers(branch.types)
            ]
        facets = [branch.facets[name] for branch in bound if name in branch.facets]
        if not facets:
            continue
        if name in ("condition", "enum"):
            if len(facets) == len(bound) or name == "condition":
                kept[name] = Facet(frozenset().union(*(facet.value for facet in facets)), facets[0].origin)
        elif len({str(facet.value) for facet in facets}) == 1 and (
            len(facets) == len(bound) or not _overlapping(stating, bound)
        ):
            kept[name] = facets[0]
        elif _overlapping(bound, bound):
            lost.add(
                json.dumps(
                    {name: sorted(str(branch.facets[name].value) if name in branch.facets else "" for branch in bound)}
                )
            )
    return kept, lost


def _numbers(types: frozenset[str]) -> frozenset[str]:
    return types | {"number"} if "integer" in types else types


def _overlapping(some: list[Shape], all_: list[Shape]) -> bool:
    """Tell whether two different branches accept the same type."""
    return any(
        one is not other and (not one.types or not other.types or _numbers(one.types) & _numbers(other.types))
        for one in some
        for other in all_
    )


# ---------------------------------------------------------------- what has no effect


def finished(shape: Shape) -> Shape:
    """Infer the type where none is given, and leave out what means nothing for the types that there are."""
    types = shape.types or _inferred(shape)
    kinds = _numbers(types)
    facets = {
        name: facet
        for name, facet in shape.facets.items()
        if name not in TYPE_OF or not types or TYPE_OF[name] in kinds
    }
    facets = {name: facet for name, facet in facets.items() if not (name in LOWER and facet.value == 0)}
    if types and "number" not in types and "integer" in types:
        for name, inward in (("minimum", 1), ("maximum", -1)):
            if name in facets and facets[name].value.exclusive and float(facets[name].value.value).is_integer():
                facets[name] = Facet(Bound(facets[name].value.value + inward), facets[name].origin)
    if types and OBJECT not in types:
        shape = replace(shape, fields={}, required={}, others=True)
    if types and ARRAY not in types:
        shape = replace(shape, items=None)
    fields = {
        name: one if one.required_by == (by := shape.required.get(name)) else replace(one, required_by=by)
        for name, one in shape.fields.items()
    }
    return replace(shape, types=types, facets=facets, fields=fields)


def _inferred(shape: Shape) -> frozenset[str]:
    if shape.fields or shape.others is not True:
        return frozenset({OBJECT})
    if shape.items:
        return frozenset({ARRAY})
    found = {TYPE_OF[name] for name in shape.facets if name in TYPE_OF}
    if "enum" in shape.facets:
        names = {bool: "boolean", int: "integer", float: "number", str: "string", list: ARRAY, dict: OBJECT}
        found |= {names[type(json.loads(value))] for value in shape.facets["enum"].value}
    return frozenset(found)


def described(shape: Shape) -> str:
    """Say in a few words what a shape accepts."""
    types = " or ".join(sorted(shape.types)) or ("null" if shape.only_null else "anything")
    detail = [str(shape.facets["format"].value)] if "format" in shape.facets else []
    if "enum" in shape.facets:
        detail.append(f"{len(shape.facets['enum'].value)} values")
    return f"{types}{f' ({chr(44).join(detail)})' if detail else ''}"
