"""What a report of upserts and one of labels do alike: check their parts, add outcomes up, count and list orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from dataclasses import fields
from typing import Any, Protocol, TypeVar

from .arguments import described, reading
from .errors import InvalidRequest

_SHOWN = 10


class _Report(Protocol):
    def add(self, outcome: Any) -> None: ...
    def sort(self) -> None: ...


R = TypeVar("R", bound=_Report)


def check_parts(report: Any, **kinds: type) -> None:
    """Raise `InvalidRequest` for a part that is no list, or not of the kind that is named for it."""
    for part in fields(report):
        value, kind = getattr(report, part.name), kinds.get(part.name, list)
        with reading(part.name):
            if not isinstance(value, kind):
                raise InvalidRequest(f"{part.name} should be of type {kind.__name__}, not {described(value)}.")


def add_up(report: R, outcomes: Iterable[object]) -> R:
    """Add outcomes to an empty report. Raises `InvalidRequest` that names the place of what is none."""
    with reading("outcomes"):
        for place, outcome in enumerate(outcomes):
            try:
                report.add(outcome)
            except InvalidRequest as error:
                raise InvalidRequest(f"outcomes[{place}] cannot be added up. {error}") from None
    report.sort()
    return report


def spell_counts(accepted: Sized, rejected: Sized, not_sent: Sized, unknown: Sized) -> str:
    """Spell the four counts in one line."""
    return f"{len(accepted)} accepted, {len(rejected)} rejected, {len(not_sent)} not sent, {len(unknown)} unknown"


def listed(name: str, group: Sequence[object]) -> list[str]:
    """Give a line for each of the first ten, and one that counts the rest."""
    lines = [f"  {name}: {one}" for one in group[:_SHOWN]]
    return lines if len(group) <= _SHOWN else [*lines, f"  {name}: and {len(group) - _SHOWN} more"]
