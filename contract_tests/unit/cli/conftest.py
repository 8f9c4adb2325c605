"""Run the command line in this process, where that shows the same as a process of its own, and beside a sandbox."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from sendcloud_orders_cli.program import run
from sendcloud_orders_sandbox import Policies, Sandbox


class Ended(NamedTuple):
    """What a command left: its exit status, and what it wrote."""

    status: int
    out: str
    err: str


Cli = Callable[..., Ended]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """Run a command line in an empty folder, with none of this machine's own settings."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("SENDCLOUD_", "NO_COLOR", "FORCE_COLOR"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)

    def call(*arguments: object) -> Ended:
        capsys.readouterr()
        status = run([str(argument) for argument in arguments])
        written = capsys.readouterr()
        return Ended(int(status), written.out, written.err)

    return call


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    """Serve one sandbox for the whole run."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Return an empty sandbox that the environment names."""
    running_sandbox.reset()
    running_sandbox.policies = Policies()
    for name, value in running_sandbox.environ.items():
        monkeypatch.setenv(name, value)
    return running_sandbox
