"""Match differences with the reviewed entries of `spec/drift.toml`, and find the entries that explain none."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger import LEDGER, ROW
from schemas import SPEC
from spec_diff.comparing import Difference, Place
from spec_diff.documents import DocumentError

ENTRIES = SPEC.parent / "drift.toml"
PLACE_KEYS = ("operation", "part", "field")
OTHER_KEYS = ("kind", "ours", "theirs")


@dataclass(frozen=True)
class Pattern:
    """Patterns of places, in which `*` stands for any text. A part that is not given matches everything."""

    operation: tuple[str, ...] = ("*",)
    part: tuple[str, ...] = ("*",)
    field: tuple[str, ...] = ("*",)

    def matches(self, place: Place) -> bool:
        """Tell whether a place is one of those."""
        return fits(self.operation, place.operation) and fits(self.part, place.part) and fits(self.field, place.field)


@dataclass(frozen=True)
class Entry:
    """Differences of one kind that are known, and the row of the ledger that tells why.

    sometimes: the published versions disagree about it themselves, so that it may match nothing.
    """

    where: Pattern
    kind: tuple[str, ...]
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    ledger: str
    reason: str
    sometimes: bool = False

    def explains(self, one: Difference) -> bool:
        """Tell whether this is why our document, the first one, differs here."""
        return (
            self.where.matches(one.place)
            and fits(self.kind, one.kind)
            and fits(self.ours, one.before or "")
            and fits(self.theirs, one.after or "")
        )

    def __str__(self) -> str:
        where = [
            f"{key} {' or '.join(getattr(self.where, key))}" for key in PLACE_KEYS if getattr(self.where, key) != ("*",)
        ]
        return f"{', '.join(where)}: {' or '.join(self.kind)} ({self.ledger})"


@dataclass(frozen=True)
class Touch:
    """Rules of the ledger that a change of some kind at some places touches."""

    where: Pattern
    kind: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Explained:
    """Differences with the entry that explains each, those that none explains, and the entries that explain none."""

    by_entry: tuple[tuple[Difference, Entry], ...]
    unexplained: tuple[Difference, ...]
    stale: tuple[Entry, ...]


def fits(patterns: Iterable[str], text: str) -> bool:
    """Tell whether a text is one of the patterns, in which `*` stands for any text."""
    return any(re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text, re.DOTALL) for pattern in patterns)


def explain(differences: Iterable[Difference], entries: Sequence[Entry]) -> Explained:
    """Match differences with entries; the first one that fits explains."""
    by_entry, unexplained, used = [], [], set()
    for one in differences:
        entry = next((entry for entry in entries if entry.explains(one)), None)
        if entry is None:
            unexplained.append(one)
        else:
            by_entry.append((one, entry))
            used.add(id(entry))
    stale = [entry for entry in entries if id(entry) not in used and not entry.sometimes]
    return Explained(tuple(by_entry), tuple(unexplained), tuple(stale))


def entries(path: Path = ENTRIES) -> list[Entry]:
    """Read the reviewed entries. Raises `DocumentError` for one that does not read."""
    return [
        Entry(
            _pattern(table),
            kind=_texts(table["kind"]),
            ours=_texts(table.get("ours", "*")),
            theirs=_texts(table.get("theirs", "*")),
            ledger=table["ledger"],
            reason=table["reason"],
            sometimes=table.get("sometimes", False),
        )
        for table in _tables(path, "explained", {*PLACE_KEYS, *OTHER_KEYS, "sometimes"}, {"kind", "ledger", "reason"})
    ]


def touches(path: Path = ENTRIES) -> list[Touch]:
    """Read which places touch which rules. Raises `DocumentError` for an entry that does not read."""
    return [
        Touch(_pattern(table), _texts(table.get("kind", "*")), _texts(table["rules"]))
        for table in _tables(path, "touches", {*PLACE_KEYS, "kind"}, {"rules"})
    ]


def rules_touched(differences: Sequence[Difference], known: Sequence[Touch]) -> list[str]:
    """Return the ids of the rules that these differences touch, in the order of the file."""
    found = [
        rule
        for touch in known
        if any(touch.where.matches(one.place) and fits(touch.kind, one.kind) for one in differences)
        for rule in touch.rules
    ]
    return list(dict.fromkeys(found))


def rows_of_the_ledger() -> set[str]:
    """Return what an entry may name: the ids of rules, and the first cells of the table of departures."""
    text = LEDGER.read_text(encoding="utf-8")
    rules = {match["id"] for line in text.splitlines() if (match := ROW.match(line))}
    departures = text.partition("## Where the spec departs")[2].partition("\n## ")[0]
    cells = {line.split("|")[1].strip() for line in departures.splitlines() if line.startswith("| ")}
    return rules | cells


def _tables(path: Path, name: str, optional: set[str], needed: set[str]) -> list[dict[str, Any]]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get(name, [])
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DocumentError(f"{path.name} cannot be read: {error}.") from None
    for number, table in enumerate(tables, 1):
        if missing := needed - table.keys():
            raise DocumentError(f"{path.name}, {name} number {number}: {', '.join(sorted(missing))} is missing.")
        if unknown := table.keys() - needed - optional:
            raise DocumentError(
                f"{path.name}, {name} number {number}: {', '.join(sorted(unknown))} means nothing there."
            )
    return list(tables)


def _pattern(table: dict[str, Any]) -> Pattern:
    return Pattern(*(_texts(table.get(key, "*")) for key in PLACE_KEYS))


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
