"""Run the command line: in this process, as a process, and as a process in a terminal."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from runs.proxies import without_proxies
from sendcloud_orders_cli.program import run

COLUMNS = 80


class Run(NamedTuple):
    """How a run of the command line ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[list[str]]:
        """The lines of the result, each cut at its tabs."""
        return [line.split("\t") for line in self.stdout.splitlines()]


class CommandLine:
    """Runs commands in this process, with the environment that the test has."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: object, stdin: bytes = b"") -> Run:
        """Run one command line without a terminal."""
        self._capsys.readouterr()
        with self._monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            status = run([str(argument) for argument in arguments])
        return Run(status, *self._capsys.readouterr())

    def answering(self, answer: str, *arguments: object) -> Run:
        """Run one command line for a person who can be asked, and who answers like this."""
        self._capsys.readouterr()
        with self._monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", Terminal(answer))
            patch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
            patch.setenv("TERM", "dumb")
            status = run([str(argument) for argument in arguments])
        return Run(status, *self._capsys.readouterr())


class Terminal(io.StringIO):
    """Standard input with a person behind it."""

    def isatty(self) -> bool:
        return True


def environment(**variables: str) -> dict[str, str]:
    """Let another Python import what this one can, with none of this machine's own settings but these variables."""
    own = ("SENDCLOUD_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
    kept = {name: value for name, value in without_proxies(os.environ).items() if not name.startswith(own)}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUNBUFFERED": "1"} | variables


@contextmanager
def process(*arguments: object, env: Mapping[str, str], **options: object) -> Iterator[subprocess.Popen[str]]:
    """Run the command line as a process, until the block ends."""
    command = [sys.executable, "-m", "sendcloud_orders_cli", *map(str, arguments)]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    with subprocess.Popen(command, env=environment(**env), text=True, **pipes) as started:  # type: ignore[call-overload]
        try:
            yield started
        finally:
            started.kill()


def on_a_terminal(
    *arguments: object, env: Mapping[str, str], reply: Callable[[str], str | None] = lambda shown: None
) -> tuple[int, str]:
    """Run the command line on a terminal of 80 columns; give its status and all that was shown.

    `reply` gets what is shown so far, and what it gives is typed.
    """
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    variables = {"TERM": "xterm-256color", **env}
    with process(*arguments, env=variables, stdin=theirs, stdout=theirs, stderr=theirs) as started:
        os.close(theirs)
        shown = b""
        try:
            while chunk := _read(ours):
                shown += chunk
                typed = reply(shown.decode(errors="replace"))
                if typed is not None:
                    os.write(ours, typed.encode())
            status = started.wait(timeout=20)
        finally:
            os.close(ours)
    return status, shown.decode().replace("\r\n", "\n")


def plain(shown: str) -> str:
    """Leave out what only makes letters bold or coloured."""
    return re.sub(r"\x1b\[[0-9;]*m", "", shown)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that nobody is on the other side any more
        return b""
