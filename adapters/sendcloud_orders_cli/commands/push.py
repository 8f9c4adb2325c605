"""`push`."""

from __future__ import annotations

import click


@click.command("push")
def command() -> None:
    """Not built yet."""
