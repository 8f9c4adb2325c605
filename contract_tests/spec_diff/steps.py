"""Say whom a change of our own document breaks, and which step of the version follows.

The rule: what breaks a program that was right until now is a major step; what only adds something to send, to read or
to rely on is a minor one; all else, such as another wording, is a patch.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from spec_diff.comparing import Difference
from spec_diff.findings import Finding


class Step(IntEnum):
    """A step of the version, the larger the more."""

    PATCH = 0
    MINOR = 1
    MAJOR = 2

    @property
    def word(self) -> str:
        """What semantic versioning calls it."""
        return self.name.lower()


@dataclass(frozen=True)
class Verdict:
    """What a change does to programs that were right until now, and why."""

    step: Step
    reason: str


BREAKS, ADDS, NEITHER = Step.MAJOR, Step.MINOR, Step.PATCH

# Of what stands in both documents: what the new one does to whoever sends, and to whoever reads.
# `tighter` allows less than before, `looser` more, and `other` is neither or cannot be told.
SENT: dict[tuple[str, str], Verdict] = {
    ("operation", "removed"): Verdict(BREAKS, "calls of it are refused"),
    ("operation", "added"): Verdict(ADDS, "there is one more to call"),
    ("parameter", "removed"): Verdict(BREAKS, "whoever sends it is refused before sending, or ignored"),
    ("parameter", "added"): Verdict(ADDS, "it may be left out"),
    ("parameter", "added, required"): Verdict(BREAKS, "whoever does not know it leaves it out"),
    ("body", "removed"): Verdict(BREAKS, "what was sent is no longer read"),
    ("body", "added"): Verdict(ADDS, "it may be left out"),
    ("body", "added, required"): Verdict(BREAKS, "whoever does not know it leaves it out"),
    ("media type", "removed"): Verdict(BREAKS, "bodies in it are refused"),
    ("media type", "changed"): Verdict(BREAKS, "bodies in the old one are refused"),
    ("media type", "added"): Verdict(ADDS, "bodies may be in it too"),
    ("field", "removed"): Verdict(BREAKS, "whoever sends it is refused"),
    ("field", "added"): Verdict(ADDS, "it may be left out"),
    ("field", "added, required"): Verdict(BREAKS, "whoever does not know it leaves it out"),
    ("value", "tighter"): Verdict(BREAKS, "something that was accepted is refused"),
    ("value", "looser"): Verdict(ADDS, "more is accepted, and all that was accepted still is"),
    ("value", "other"): Verdict(BREAKS, "it cannot be shown that all that was accepted still is"),
    ("default", "other"): Verdict(BREAKS, "whoever leaves it out means something else from now on"),
    ("default", "said"): Verdict(ADDS, "what leaving it out means can be relied on from now on"),
    ("style", "other"): Verdict(BREAKS, "what is written the old way is read as something else"),
    ("deprecated", "other"): Verdict(
        ADDS, "it still works, and semantic versioning wants a minor step to announce the end"
    ),
}
READ: dict[tuple[str, str], Verdict] = {
    ("status", "removed"): Verdict(BREAKS, "whoever waits for it waits in vain"),
    ("status", "removed, an error"): Verdict(
        NEITHER, "it no longer comes, and a reader has to cope with any error anyway"
    ),
    ("status", "changed"): Verdict(BREAKS, "whoever waits for the old one waits in vain"),
    ("status", "added"): Verdict(ADDS, "any success is read as one, and any error as one"),
    ("header", "removed"): Verdict(BREAKS, "whoever reads it finds nothing"),
    ("header", "added"): Verdict(ADDS, "there is one more to read"),
    ("media type", "removed"): Verdict(BREAKS, "whoever asks for it is refused"),
    ("media type", "changed"): Verdict(BREAKS, "whoever reads the old one cannot read the new one"),
    ("media type", "added"): Verdict(ADDS, "nobody gets it without asking"),
    ("field", "removed"): Verdict(BREAKS, "whoever reads it finds nothing"),
    ("field", "added"): Verdict(ADDS, "the answers are open: a reader copes with new fields"),
    ("value", "tighter"): Verdict(ADDS, "all that comes could come before, and more can be relied on"),
    ("value", "looser"): Verdict(BREAKS, "something comes that could not come before"),
    ("value", "other"): Verdict(BREAKS, "something may come that could not come before"),
    ("enum value", "added"): Verdict(ADDS, "codes in answers are open: a reader copes with new ones"),
    ("enum value", "removed"): Verdict(NEITHER, "it no longer comes"),
    ("unknown fields", "tighter"): Verdict(BREAKS, "a closed model refuses the next field that the service adds"),
    ("unknown fields", "looser"): Verdict(ADDS, "a reader copes with new fields"),
    ("default", "other"): Verdict(NEITHER, "a default says nothing about what is answered"),
    ("default", "said"): Verdict(NEITHER, "a default says nothing about what is answered"),
    ("style", "other"): Verdict(BREAKS, "it is written in another way"),
    ("deprecated", "other"): Verdict(
        ADDS, "it still comes, and semantic versioning wants a minor step to announce the end"
    ),
    ("read only", "other"): Verdict(NEITHER, "it is about what is sent"),
}
LOWER_BOUNDS = ("minimum", "minLength", "minItems", "minProperties")
# Each format with those that take all of it and more.
WIDER_FORMATS = {
    "email": ("idn-email",),
    "hostname": ("idn-hostname",),
    "int32": ("int64",),
    "uri": ("iri", "iri-reference", "uri-reference"),
    "uri-reference": ("iri-reference",),
    "iri": ("iri-reference",),
    "float": ("double",),
}
UPPER_BOUNDS = ("maximum", "maxLength", "maxItems", "maxProperties")


def verdict(one: Difference) -> Verdict:
    """Say what a difference between an earlier version and a later one does."""
    of_operation = not one.place.part
    return (SENT if one.is_sent or of_operation else READ)[_row(one)]


def broken(finding: Finding) -> str:
    """Say whom a finding breaks: `who sends`, `who reads`, both or `neither`."""
    whom = [
        "who sends" if one.is_sent or not one.place.part else "who reads"
        for one in finding.differences
        if verdict(one).step is BREAKS
    ]
    return " and ".join(sorted(set(whom), reverse=True)) or "neither"


def step_of(finding: Finding) -> Step:
    """Return the step that a finding asks for."""
    return max(verdict(one).step for one in finding.differences)


def reason_of(finding: Finding) -> str:
    """Return why a finding asks for its step."""
    return max((verdict(one) for one in finding.differences), key=lambda known: known.step).reason


def step(findings: Iterable[Finding], names_removed: bool = False, names_added: bool = False) -> Step:
    """Return the step that all findings and the changes of the generated names ask for together."""
    by_names = Step.MAJOR if names_removed else Step.MINOR if names_added else Step.PATCH
    return max([by_names, *(step_of(one) for one in findings)])


def _row(one: Difference) -> tuple[str, str]:
    """Return the row of the tables that tells about a difference."""
    kind = one.kind
    for noun in ("operation", "parameter", "body", "media type", "field", "status", "header", "enum value"):
        if kind.startswith(f"{noun} "):
            return _row_of_noun(one, noun, kind.removeprefix(f"{noun} "))
    if kind in ("style", "allowEmptyValue", "allowReserved"):
        return "style", "other"
    if kind == "deprecated":
        return kind, "other"
    if kind == "default":
        return kind, "said" if one.before is None else "other"
    if kind in ("readOnly", "writeOnly") and not one.is_sent:
        return "read only", "other"
    if kind == "unknown fields" and not one.is_sent:
        return kind, _direction(one)
    return "value", _direction(one)


def _row_of_noun(one: Difference, noun: str, how: str) -> tuple[str, str]:
    if noun == "enum value" and one.is_sent:
        return "value", "looser" if how == "added" else "tighter"
    if noun == "status" and how == "removed" and (one.before or "")[:1] not in ("1", "2", "3"):
        return noun, "removed, an error"
    if (
        noun in ("parameter", "body", "field")
        and how == "added"
        and one.is_sent
        and (one.after or "").startswith("required ")
    ):
        return noun, "added, required"
    return noun, how


def _direction(one: Difference) -> str:
    """Tell whether less is allowed than before (`tighter`), more (`looser`), or what cannot be compared (`other`)."""
    before, after = one.before, one.after
    if one.kind == "required":
        return "tighter" if after == "required" else "looser"
    if one.kind == "nullable":
        return "looser" if after else "tighter"
    if one.kind == "unknown fields":
        return (
            "tighter"
            if before == "open" or after == "closed"
            else "looser"
            if before == "closed" or after == "open"
            else "other"
        )
    if one.kind == "security":
        old, new = set((before or "").split("; ")), set((after or "").split("; "))
        return "looser" if old < new else "tighter" if new < old else "other"
    if one.kind == "type":
        return _of_types(before or "", after or "")
    if before is None or after is None:
        return "tighter" if before is None else "looser"
    if one.kind in (*LOWER_BOUNDS, *UPPER_BOUNDS):
        lower = one.kind in LOWER_BOUNDS
        rises = _limit(after, lower) > _limit(before, lower)
        return "tighter" if rises == lower else "looser"
    if one.kind == "format":
        wider, narrower = after in WIDER_FORMATS.get(before, ()), before in WIDER_FORMATS.get(after, ())
        return "looser" if wider else "tighter" if narrower else "other"
    return "other"


def _limit(told: str, lower: bool) -> tuple[float, bool]:
    """Read a bound so that a higher one is larger: excluding the limit itself raises a lower bound only."""
    number, _, exclusive = told.partition(" ")
    return float(number), bool(exclusive) == lower


def _of_types(before: str, after: str) -> str:
    if "(" in before + after:
        return "other"
    old, new = set(before.split(" or ")), set(after.split(" or "))
    if "anything" in old | new:
        return "looser" if "anything" in new else "tighter"
    if old <= new | ({"integer"} if "number" in new else set()):
        return "looser"
    return "tighter" if new <= old | ({"integer"} if "number" in old else set()) else "other"
