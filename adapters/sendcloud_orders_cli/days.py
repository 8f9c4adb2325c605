"""Days and moments as they are typed."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Literal

import click

_AGO = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_TOKEN = "changes"


def read_day(text: str) -> date:
    """Read a day such as 2026-11-01. Raises `click.BadParameter`, for a time of day as well: the service knows none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no day such as 2026-11-01") from None


def read_moment(text: str) -> datetime | str:
    """Read 2026-11-01T08:30+01:00, or 90m for 90 minutes ago; let a token of an earlier run be what it is.

    Without an offset it is this machine's time. Raises `click.BadParameter`.
    """
    if text.startswith(_TOKEN):
        return text
    try:
        if ago := _AGO.fullmatch(text):
            return datetime.now().astimezone() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError):
        example = "2026-11-01T08:30+01:00, or 90m for 90 minutes ago"
        raise click.BadParameter(f"{text!r} is no moment such as {example}") from None


def read_lookback(text: str) -> timedelta | Literal["all"]:
    """Read a number of days, or `all`. Raises `click.BadParameter`."""
    if text == "all":
        return "all"
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise click.BadParameter(f"{text!r} is neither a number of days nor all")
    return timedelta(days=int(text))
