"""Read and print timestamps."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


@lru_cache(maxsize=4096)
def read_moment(text: str) -> datetime:
    """Read an RFC 3339 timestamp as an aware datetime with its own offset; raise `ValueError`."""
    if not RFC_3339.fullmatch(text):
        raise ValueError("expected a timestamp with an offset, such as 2026-11-02T10:00:00+01:00")
    moment = datetime.fromisoformat(text.upper())
    in_utc(moment)
    return moment


def is_moment(text: str) -> bool:
    """Tell whether a text is a timestamp that can be stored."""
    try:
        read_moment(text)
    except (ValueError, OverflowError):
        return False
    return True


def in_utc(moment: datetime) -> datetime:
    """Return the same moment in UTC."""
    return moment.astimezone(UTC)


def service_form(moment: datetime) -> str:
    """Print a moment as the service does: UTC, microseconds, `+00:00`. Rule: READ-TIME."""
    return in_utc(moment).isoformat(timespec="microseconds")


def zulu_form(moment: datetime) -> str:
    """Print a moment in the other form that the service's documents show: UTC, milliseconds or finer, `Z`."""
    utc = in_utc(moment)
    timespec = "microseconds" if utc.microsecond % 1000 else "milliseconds"
    return utc.isoformat(timespec=timespec).removesuffix("+00:00") + "Z"
