"""Make one finding of one change, in however many places it shows."""

from collections.abc import Iterable
from dataclasses import dataclass

from spec_diff.comparing import Difference, Place


@dataclass(frozen=True)
class Finding:
    """One change: the differences that it makes, alike but for their places."""

    differences: tuple[Difference, ...]

    @property
    def first(self) -> Difference:
        """The difference at the first place."""
        return self.differences[0]

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations in which it shows, each once."""
        return tuple(dict.fromkeys(one.place.operation for one in self.differences))

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it shows."""
        return tuple(one.place for one in self.differences)

    @property
    def where(self) -> str:
        """The first place within its operation, and how many others there are."""
        place = " ".join(part for part in (self.first.place.part, self.first.place.field) if part)
        others = len({(one.part, one.field) for one in self.places}) - 1
        return f"{place} (and {others} more)" if others else place

    @property
    def change(self) -> str:
        """What changed, in words."""
        kind, before, after = self.first.kind, self.first.before, self.first.after
        if kind.endswith(("added", "removed")):
            value = after if kind.endswith("added") else before
            return kind if value is None or kind.startswith(("operation", "status")) else f"{kind}: {value}"
        return f"{kind}: {before if before is not None else 'not said'} → {after if after is not None else 'not said'}"

    def __str__(self) -> str:
        return f"{', '.join(self.operations)}: {f'{self.where}: ' if self.where else ''}{self.change}"


def findings(differences: Iterable[Difference]) -> list[Finding]:
    """Gather the differences that come from one change, in the order in which they first show.

    They say the same, and the same schema states it in one of the documents; or they are about one schema that the
    other document writes out in each place; or they show at the same path of what one order and the list answer, which
    are one thing written twice where nothing is shared.
    """
    groups: list[list[Difference]] = []
    group_of: dict[tuple[object, ...], list[Difference]] = {}
    for one in differences:
        keys = list(_keys(one))
        known = [group_of[key] for key in keys if key in group_of]
        group: list[Difference] = known[0] if known else []
        if not known:
            groups.append(group)
        for other in known[1:]:
            if other is not group:
                group += other
                groups = [kept for kept in groups if kept is not other]
                group_of = {key: group if held is other else held for key, held in group_of.items()}
        group.append(one)
        group_of |= dict.fromkeys(keys, group)
    return [Finding(tuple(group)) for group in groups]


def _keys(one: Difference) -> Iterable[tuple[object, ...]]:
    said = (one.kind, one.before, one.after)
    # An object states them of its fields, and an example is about many; what a schema states of itself shows under any
    # name.
    of_fields = one.kind in ("required", "field added", "field removed", "example refused", "example lost")
    name = one.place.field.rpartition(".")[2] if of_fields else ""
    for document, origin in enumerate(one.origins):
        if origin is not None:
            yield (*said, name, document, origin)
    for document, (owner, elsewhere) in enumerate(zip(one.owners, reversed(one.origins), strict=True)):
        # Said by nobody here, and there in a place of its own.
        if owner is not None and one.origins[document] is None and (elsewhere or "").startswith("#/paths/"):
            yield (*said, name, "owner", document, owner)
    method, _, _ = one.place.operation.partition(" ")
    if method == "GET" and not one.is_sent and one.place.part:
        yield (*said, one.place.part, one.place.field.replace("data[]", "data", 1), method)
    yield (*said, one.place)
