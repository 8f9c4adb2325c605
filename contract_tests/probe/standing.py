"""What an answer says about the rows of the ledger that its question settles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ledger import RULES
from probe.asking import Finding
from probe.question import Neither, NotSeen, Seen

Kind = Literal["confirms", "contradicts", "settles", "open"]


@dataclass(frozen=True)
class Standing:
    """A word for it, a sentence, and the rows that it is about."""

    kind: Kind
    sentence: str
    rows: tuple[str, ...]


def standing(finding: Finding) -> Standing:
    """Compare an answer with how the ledger reads."""
    question, answer, rows = finding.question, finding.answer, finding.question.rows
    names = ", ".join(rows)
    if not isinstance(answer, Seen):
        return Standing("open", f"{names} stays as it is", rows)
    if question.allowed:
        return Standing("settles", f"within what {names} allows", rows)
    assumed = question.assumed
    if answer.value == assumed:
        return Standing("confirms", f"confirms {names}", rows)
    sure = tuple(row for row in rows if RULES[row].sure != "low")
    if sure:
        return Standing("contradicts", f"contradicts {', '.join(sure)}, which reads {written(assumed)}", sure)
    return Standing("settles", f"settles {names}, where {written(assumed)} was a guess", rows)


def told(finding: Finding) -> str:
    """Say the answer in a few words."""
    answer = finding.answer
    if isinstance(answer, NotSeen):
        return f"not seen: {answer.why}"
    if isinstance(answer, Neither):
        return f"neither: {answer.what}"
    if answer.between is None:
        return written(answer.value)
    least, most = (round(max(0, bound), 3) for bound in answer.between)
    return f"{written(answer.value)} (from {least} to {most})"


def written(value: object) -> str:
    """Write the value of a policy as a person reads it."""
    return str(value).lower() if isinstance(value, bool) else str(value) or "(nothing)"
