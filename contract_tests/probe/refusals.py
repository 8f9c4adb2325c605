"""Read what a refusal is about."""

from __future__ import annotations

from collections.abc import Sequence

from probe.question import Neither
from suite.answer import Body, Reply
from suite.target import is_conflict

QUOTED = 160


def refuses(answer: Reply, *path: str | int, status: int = 400) -> bool:
    """Tell whether an answer refuses the request, and each of its errors points at this path or below.

    Without a path, any error will do. A conflict is no refusal.
    """
    if answer.status != status or is_conflict(answer):
        return False
    errors = errors_of(answer)
    return bool(errors) and all(_points_at(error, path) for error in errors)


def errors_of(answer: Reply) -> list[Body]:
    """Return the errors of an answer; none when it has no envelope of errors."""
    try:
        errors = answer.errors
    except AssertionError:
        return []
    sound = all(isinstance(error, dict) and isinstance(error.get("detail"), str) for error in errors)
    return errors if sound else []


def pointer_of(error: Body) -> list[str]:
    """Return the steps of an error's pointer, without what they begin with and without brackets."""
    source = error.get("source")
    pointer = source.get("pointer", "") if isinstance(source, dict) else ""
    return [step.strip("[]") for step in str(pointer).removeprefix("/data/attributes").split("/") if step]


def unexpected(answer: Reply) -> Neither:
    """Say what an answer was that fits no value of the policy."""
    details = "; ".join(error["detail"] for error in errors_of(answer))[:QUOTED]
    said = f": {details}" if details else f", {len(answer.content)} bytes, {answer.headers.get('Content-Type')}"
    return Neither(f"{answer.method} was answered with {answer.status}{said}")


def _points_at(error: Body, path: Sequence[str | int]) -> bool:
    return pointer_of(error)[: len(path)] == [str(step) for step in path]
