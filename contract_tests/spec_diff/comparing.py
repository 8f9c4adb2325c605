"""Compare two documents operation by operation, and yield each difference at each place where it shows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from spec_diff.documents import Document
from spec_diff.operations import Answer, Body, Operation, Parameter, operations
from spec_diff.shapes import ARRAY, OBJECT, UNSAID, Facet, Shape, Shapes, Term, described, shapes_of

REQUEST = "request"
PARTS_SENT = ("query", "header", "path", "cookie", REQUEST)
# Levels of fields: more is a schema that repeats itself in ever new forms.
DEEPEST = 60


@dataclass(frozen=True)
class Place:
    """Where a difference shows: `GET /orders`, `200`, `data[].order_id`.

    part: `request`, `query`, `path`, `header` or `cookie` for what is sent, a status for what is answered, or nothing.
    """

    operation: str
    part: str = ""
    field: str = ""

    def below(self, name: str) -> "Place":
        """Return the place of a field of this one."""
        return replace(self, field=f"{self.field}.{name}" if self.field else name)

    def __str__(self) -> str:
        return " ".join(part for part in (self.operation, self.part, self.field) if part)


@dataclass(frozen=True)
class Difference:
    """One difference at one place. What is None in one document is not said there.

    origins: the pointers to what states it in either document. owners: those to the schemas that it is about.
    """

    place: Place
    kind: str
    before: str | None
    after: str | None
    origins: tuple[str | None, str | None] = (None, None)
    owners: tuple[str | None, str | None] = (None, None)

    @property
    def is_sent(self) -> bool:
        """Whether it is about what a caller sends."""
        return self.place.part in PARTS_SENT


def compare(before: Document, after: Document) -> list[Difference]:
    """Return what differs between two documents, in the order of the first. Raises `DocumentError`."""
    return list(_Comparison(before, after).all())


class _Comparison:
    def __init__(self, before: Document, after: Document) -> None:
        self.documents = before, after
        self.before, self.after = shapes_of(before), shapes_of(after)
        # What was found to be alike is so wherever it is used again.
        self.alike: set[tuple[Term, Term]] = set()

    def all(self) -> Iterator[Difference]:
        old, new = (operations(document) for document in self.documents)
        for key, one in old.items():
            if key in new:
                yield from self.operation(one, new[key])
            else:
                yield Difference(Place(one.name), "operation removed", one.name, None, (one.origin, None))
        for key, one in new.items():
            if key not in old:
                yield Difference(Place(one.name), "operation added", None, one.name, (None, one.origin))

    def operation(self, old: Operation, new: Operation) -> Iterator[Difference]:
        place = Place(old.name)
        if old.deprecated != new.deprecated:
            yield from _said(
                place,
                "deprecated",
                "deprecated" if old.deprecated else None,
                "deprecated" if new.deprecated else None,
                old.origin,
                new.origin,
            )
        (before, stated), (after, restated) = old.security, new.security
        if before != after:
            yield from _said(
                place, "security", "; ".join(sorted(before)) or None, "; ".join(sorted(after)) or None, stated, restated
            )
        for key in {**old.parameters, **new.parameters}:
            part, name = key
            yield from self.parameter(
                Place(
                    old.name, part, (old.parameters.get(key) or new.parameters[key]).name if part != "header" else name
                ),
                old.parameters.get(key),
                new.parameters.get(key),
                "parameter",
            )
        yield from self.request(Place(old.name, REQUEST), old.request, new.request)
        yield from self.answers(old, new)

    def parameter(self, place: Place, old: Parameter | None, new: Parameter | None, noun: str) -> Iterator[Difference]:
        if old is None or new is None:
            one, shapes = (old, self.before) if old else (new, self.after)
            assert one is not None
            told = f"{'required ' if one.required and place.part != 'path' else ''}{self._described(shapes, one.term)}"
            yield _there(place, noun, old is None, told, one.origin)
            return
        if old.required != new.required:
            yield _required(place, new.required, old.origin, new.origin)
        for name in sorted(old.flags | new.flags):
            before, after = ("yes" if name in flags else None for flags in (old.flags, new.flags))
            yield from _said(place, name, before, after, old.origin, new.origin)
        listed = all(
            shapes.of(one.term).types & {ARRAY, OBJECT} or one.serialisation.startswith("content")
            for shapes, one in ((self.before, old), (self.after, new))
        )
        if listed and old.serialisation != new.serialisation:
            yield Difference(place, "style", old.serialisation, new.serialisation, (old.origin, new.origin))
        yield from self.schemas(place, old.term, new.term)

    def _described(self, shapes: Shapes, term: Term) -> str:
        return described(shapes.of(term))

    def request(self, place: Place, old: Body | None, new: Body | None) -> Iterator[Difference]:
        if old is None or new is None:
            one = old or new
            if one:
                yield _there(
                    place,
                    "body",
                    old is None,
                    f"{'required ' if one.required else ''}{', '.join(one.media)}",
                    one.origin,
                )
            return
        if old.required != new.required:
            yield _required(place, new.required, old.origin, new.origin)
        yield from self.media(place, old, new)

    def media(self, place: Place, old: Body, new: Body) -> Iterator[Difference]:
        gone = [name for name in old.media if name not in new.media]
        come = [name for name in new.media if name not in old.media]
        pairs = [(name, name) for name in old.media if name in new.media]
        if len(gone) == len(come) == 1:
            yield Difference(place, "media type changed", gone[0], come[0], (old.origin, new.origin))
            pairs.append((gone.pop(), come.pop()))
        for name in gone:
            yield Difference(place, "media type removed", name, None, (old.origin, None))
        for name in come:
            yield Difference(place, "media type added", None, name, (None, new.origin))
        for first, second in pairs:
            yield from self.schemas(place, old.media[first] or UNSAID, new.media[second] or UNSAID)

    def answers(self, old: Operation, new: Operation) -> Iterator[Difference]:
        gone = [status for status in old.answers if status not in new.answers]
        come = [status for status in new.answers if status not in old.answers]
        for status in old.answers:
            if status in new.answers:
                yield from self.answer(Place(old.name, status), old.answers[status], new.answers[status])
        for before, after in self._renamed(old, new, gone, come):
            gone.remove(before)
            come.remove(after)
            first, second = old.answers[before], new.answers[after]
            yield Difference(
                Place(old.name, before), "status changed", before, after, (first.body.origin, second.body.origin)
            )
            yield from self.answer(Place(old.name, before), first, second)
        for status in gone:
            yield Difference(
                Place(old.name, status), "status removed", status, None, (old.answers[status].body.origin, None)
            )
        for status in come:
            yield Difference(
                Place(old.name, status), "status added", None, status, (None, new.answers[status].body.origin)
            )

    def _renamed(self, old: Operation, new: Operation, gone: list[str], come: list[str]) -> list[tuple[str, str]]:
        """Pair statuses of which one took the place of the other: they say the same, or there are no others."""
        alike = [
            (before, after)
            for before in gone
            for after in come
            if (len(gone) == len(come) == 1 and before[0] == after[0])
            or not any(self.answer(Place(old.name), old.answers[before], new.answers[after]))
        ]
        return [
            (before, after)
            for before, after in alike
            if [one for one, _ in alike].count(before) == 1 and [one for _, one in alike].count(after) == 1
        ]

    def answer(self, place: Place, old: Answer, new: Answer) -> Iterator[Difference]:
        for name in {**old.headers, **new.headers}:
            yield from self.parameter(
                place.below(f"header {name}"), old.headers.get(name), new.headers.get(name), "header"
            )
        yield from self.media(place, old.body, new.body)

    def schemas(
        self, place: Place, old: Term, new: Term, above: frozenset[tuple[Term, Term]] = frozenset()
    ) -> Iterator[Difference]:
        pair = (old, new)
        if pair in self.alike or pair in above or len(above) > DEEPEST:
            return
        above = above | {pair}
        before, after = self.before.of(old), self.after.of(new)
        differs = False
        for one in self.level(place, before, after, above):
            differs = True
            if not any(one.owners):  # Those of lower levels have theirs already.
                of_object = one.kind in ("required", "field added", "field removed", "unknown fields")
                one = replace(one, owners=(_owner(before, of_object), _owner(after, of_object)))
            yield one
        if not differs:
            self.alike.add(pair)

    def level(
        self, place: Place, before: Shape, after: Shape, above: frozenset[tuple[Term, Term]]
    ) -> Iterator[Difference]:
        if before.types != after.types:
            # What stays nullable is not part of the change: one schema may be so in one place and not in another.
            null = _is_nullable(before) != _is_nullable(after)
            was, is_ = (
                f"{described(one)}{' or null' if null and _is_nullable(one) else ''}" for one in (before, after)
            )
            yield Difference(place, "type", was, is_, (before.typed_by, after.typed_by))
        else:
            yield from _facets(place, before, after)
        both = (before.types & after.types) or before.types == after.types
        if both is True or (both and OBJECT in both):
            yield from self.fields(place, before, after, above)
        if (both is True or (both and ARRAY in both)) and (before.items or after.items):
            below = replace(place, field=f"{place.field}[]")
            yield from self.schemas(below, before.items or UNSAID, after.items or UNSAID, above)

    def fields(
        self, place: Place, before: Shape, after: Shape, above: frozenset[tuple[Term, Term]]
    ) -> Iterator[Difference]:
        for name in {**before.fields, **after.fields}:
            below = place.below(name)
            old, new = before.fields.get(name), after.fields.get(name)
            if old is None or new is None:
                one, shapes = (old, self.before) if old else (new, self.after)
                assert one is not None
                told = f"{'required ' if one.required_by else ''}{self._described(shapes, one.term)}"
                yield _there(below, "field", old is None, told, one.origin)
                continue
            if bool(old.required_by) != bool(new.required_by):
                yield _required(below, bool(new.required_by), old.required_by, new.required_by)
            yield from self.schemas(below, old.term, new.term, above)
        for name in sorted(before.required.keys() ^ after.required.keys()):
            if name not in before.fields and name not in after.fields:
                yield _required(
                    place.below(name), name in after.required, before.required.get(name), after.required.get(name)
                )
        yield from self.others(place, before, after, above)

    def others(
        self, place: Place, before: Shape, after: Shape, above: frozenset[tuple[Term, Term]]
    ) -> Iterator[Difference]:
        if isinstance(before.others, bool) or isinstance(after.others, bool):
            was, is_ = _openness(self.before, before), _openness(self.after, after)
            if was != is_:
                yield Difference(place, "unknown fields", was, is_, (before.others_origin, after.others_origin))
        else:
            yield from self.schemas(place.below("*"), before.others, after.others, above)


def _there(place: Place, noun: str, added: bool, told: str, origin: str) -> Difference:
    if added:
        return Difference(place, f"{noun} added", None, told, (None, origin))
    return Difference(place, f"{noun} removed", told, None, (origin, None))


def _required(place: Place, required: bool, before: str | None, after: str | None) -> Difference:
    words = ("optional", "required") if required else ("required", "optional")
    return Difference(place, "required", *words, (None if required else before, after if required else None))


def _said(
    place: Place, kind: str, before: str | None, after: str | None, stated: str | None, restated: str | None
) -> Iterator[Difference]:
    """Yield a difference in what either side says, if there is one; what is not said has no origin."""
    if before != after:
        origins = (stated if before is not None else None, restated if after is not None else None)
        yield Difference(place, kind, before, after, origins)


def _owner(shape: Shape, of_object: bool) -> str | None:
    """Return the pointer to the schema that a difference is about: the one of several that has the fields, if asked."""
    declared = (field.origin for field in shape.fields.values()) if of_object else iter(())
    return next(declared, shape.typed_by)


def _openness(shapes: Shapes, shape: Shape) -> str:
    if isinstance(shape.others, bool):
        return "open" if shape.others else "closed"
    return f"{described(shapes.of(shape.others))} only"


def _is_nullable(shape: Shape) -> bool:
    return bool(shape.types and shape.nullable and shape.nullable.value)


def _facets(place: Place, before: Shape, after: Shape) -> Iterator[Difference]:
    """Yield how two shapes of the same type differ."""
    if _is_nullable(before) != _is_nullable(after):
        words = [("null" if _is_nullable(one) else None) for one in (before, after)]
        stated, restated = (one.nullable.origin if one.nullable else None for one in (before, after))
        yield from _said(place, "nullable", words[0], words[1], stated, restated)
    for name in sorted(before.facets.keys() | after.facets.keys()):
        old, new = before.facets.get(name), after.facets.get(name)
        stated, restated = (one.origin if one else None for one in (old, new))
        if name == "enum" and old and new:
            for value in sorted(old.value - new.value):
                yield Difference(place, "enum value removed", value, None, (stated, restated))
            for value in sorted(new.value - old.value):
                yield Difference(place, "enum value added", None, value, (stated, restated))
        else:
            yield from _said(place, name, _told(old), _told(new), stated, restated)


def _told(facet: Facet | None) -> str | None:
    """Write what a facet says."""
    if facet is None:
        return None
    if isinstance(facet.value, frozenset):
        return ", ".join(sorted(map(str, facet.value)))
    if facet.value is True:
        return "yes"
    if isinstance(facet.value, float) and facet.value.is_integer():
        return str(int(facet.value))
    return str(facet.value)
