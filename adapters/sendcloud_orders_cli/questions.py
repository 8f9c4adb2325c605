"""Questions before what cannot be taken back."""

from __future__ import annotations

import sys

import click

from .endings import Failure, Status


def check_can_ask() -> None:
    """Raise `Failure` where nobody could answer: without a terminal for both the question and the answer."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)):
        raise Failure("There is no terminal to ask on: to go on without being asked, give --yes.")


def confirm(question: str) -> None:
    """Ask a person, and raise `Failure` unless the answer is yes; stdout stays free for the results."""
    if not click.confirm(question, err=True):
        raise Failure("nothing was done.", status=Status.SOME_FAILED)
