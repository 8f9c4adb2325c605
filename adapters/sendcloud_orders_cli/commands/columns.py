"""`columns`."""

from __future__ import annotations

import click


@click.command("columns")
def command() -> None:
    """Not built yet."""
