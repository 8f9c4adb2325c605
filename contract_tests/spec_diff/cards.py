"""Write the card of a change of our own document: whom it breaks, the step, the names and the rules it touches."""

from collections.abc import Sequence
from dataclasses import dataclass

from spec_diff.comparing import compare
from spec_diff.documents import Document
from spec_diff.explaining import Touch, rules_touched
from spec_diff.findings import Finding, findings
from spec_diff.names import Names, compare_names
from spec_diff.steps import Step, broken, reason_of, step, step_of

MOST_NAMES = 40


@dataclass(frozen=True)
class Card:
    """What changed between two versions of our own document."""

    before: Document
    after: Document
    findings: tuple[Finding, ...]
    names: Names
    rules: tuple[str, ...]

    @property
    def step(self) -> Step:
        """The step of the version that follows."""
        return step(self.findings, names_removed=bool(self.names.removed), names_added=bool(self.names.added))


def make_card(before: Document, after: Document, known: Sequence[Touch]) -> Card:
    """Compare two versions of our own document. Raises `DocumentError`."""
    differences = compare(before, after)
    rules = rules_touched(differences, known)
    return Card(before, after, tuple(findings(differences)), compare_names(before, after), tuple(rules))


def as_markdown(card: Card) -> str:
    """Write a card fit for an entry of the changelog."""
    lines = [f"**Version step: {card.step.word}** (the document since `{card.before.name}`)"]
    if card.step is Step.MAJOR:
        lines[0] += "; before 1.0, a minor that says so"
    if not card.findings:
        lines.append(
            "- The contract is the same"
            + (": what changed is wording, names or examples." if card.before.content != card.after.content else ".")
        )
    lines += [
        f"- {_told(one)}. Breaks {broken(one)}: {reason_of(one)} ({step_of(one).word})."
        for one in sorted(card.findings, key=step_of, reverse=True)
    ]
    for verb, names in (("added", card.names.added), ("changed", card.names.changed), ("removed", card.names.removed)):
        if names:
            shown = ", ".join(f"`{name}`" for name in names[:MOST_NAMES])
            more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
            lines.append(f"- Generated names {verb}: {shown}{more}.")
    if card.rules:
        lines.append(f"- Rules touched: {', '.join(card.rules)}.")
    return "\n".join(lines) + "\n"


def _told(finding: Finding) -> str:
    where = f" `{finding.where}`" if finding.where else ""
    return f"{', '.join(f'`{one}`' for one in finding.operations)}{where}: {finding.change}"
