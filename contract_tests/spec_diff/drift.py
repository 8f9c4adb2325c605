"""Hold our document against a published one: what differs and nothing explains, and what explains nothing any more."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from spec_diff.comparing import compare
from spec_diff.documents import Document, DocumentError
from spec_diff.examples import try_examples
from spec_diff.explaining import Entry, Explained, explain
from spec_diff.findings import Finding, findings
from spec_diff.operations import operations

REPORT = "drift.json"


@dataclass(frozen=True)
class Drift:
    """What a comparison with a published document found."""

    ours: Document
    published: Document
    findings: tuple[Finding, ...]
    explained: Explained

    @property
    def found(self) -> int:
        """How many findings there are; an entry that matches nothing is one."""
        return len(self.findings) + len(self.explained.stale)


def is_own(ours: Document, other: Document) -> bool:
    """Tell whether a document is a version of our own, by title or by the names of its operations.

    No entry about the vendor's document explains such a one.
    """
    named, others = _operation_ids(ours), _operation_ids(other)
    return (bool(ours.title) and ours.title == other.title) or (bool(others) and others <= named)


def _operation_ids(document: Document) -> set[str]:
    found = (document.at(one.origin).get("operationId") for one in operations(document).values())
    return {str(one) for one in found if one is not None}


def find_drift(ours: Document, published: Document, known: Sequence[Entry]) -> Drift:
    """Compare our document with a published one, and try its examples. Raises `DocumentError`."""
    if not operations(published):
        raise DocumentError(f"{published.name} has no operation on /orders: it is the document of something else.")
    differences = [*compare(ours, published), *try_examples(ours, published)]
    explained = explain(differences, [] if is_own(ours, published) else known)
    return Drift(ours, published, tuple(findings(explained.unexplained)), explained)


def as_json(drift: Drift) -> dict[str, Any]:
    """Return what was found, for machines."""
    return {
        "ours": drift.ours.name,
        "published": drift.published.name,
        "found": drift.found,
        "findings": [
            {
                "kind": one.first.kind,
                "ours": one.first.before,
                "theirs": one.first.after,
                "operations": one.operations,
                "places": [asdict(place) for place in one.places],
                "text": str(one),
            }
            for one in drift.findings
        ],
        "stale": [asdict(entry) for entry in drift.explained.stale],
        "explained": [
            {**asdict(difference.place), "kind": difference.kind, "ours": difference.before, "theirs": difference.after}
            | {"ledger": entry.ledger, "reason": entry.reason}
            for difference, entry in drift.explained.by_entry
        ],
    }


def write(drift: Drift, folder: Path) -> None:
    """Write the report for machines into a folder."""
    text = json.dumps(as_json(drift), indent=1, ensure_ascii=False)
    (folder / REPORT).write_text(f"{text}\n", encoding="utf-8")


def show(drift: Drift, console: Console) -> None:
    """Print what was found, for people."""
    if drift.findings:
        table = Table(
            "Where",
            "Ours → published",
            "Operations",
            title=escape(f"Drift from {drift.published.name}"),
            title_justify="left",
        )
        for one in drift.findings:
            table.add_row(escape(one.where), escape(one.change), "\n".join(one.operations))
        console.print(table)
    for entry in drift.explained.stale:
        console.print(escape(f"Explains nothing any more, take it out of spec/drift.toml: {entry}"), soft_wrap=True)
    rows = Counter(entry.ledger for _, entry in drift.explained.by_entry)
    if rows:
        told = ", ".join(f"{row} ({count})" for row, count in rows.most_common())
        console.print(escape(f"Explained by spec/LEDGER.md: {told}."), soft_wrap=True, highlight=False)
    noun = "finding" if drift.found == 1 else "findings"
    places = f", {len(drift.explained.by_entry)} differences explained" if rows else ""
    console.print(f"{drift.found} {noun}{places}.", highlight=False)
