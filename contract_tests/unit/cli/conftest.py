"""A command line with none of this machine's own settings, and a sandbox that the environment names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from doubles.cli_runs import CommandLine
from doubles.sandbox_client import Api
from sendcloud_orders import Pace, RetryPolicy
from sendcloud_orders_sandbox import Policies, Sandbox


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CommandLine:
    """Run command lines in an empty folder, in this process."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("SENDCLOUD_", "NO_COLOR", "FORCE_COLOR"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return CommandLine(monkeypatch, capsys)


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    """Serve one sandbox for the whole run."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Return an empty sandbox that the environment names, and that is called without a pace."""
    running_sandbox.reset()
    running_sandbox.policies = Policies()
    for name, value in running_sandbox.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Pace, "shared", lambda *_, **__: Pace.unlimited())
    return running_sandbox


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Api]:
    """Call the sandbox with its credentials."""
    with Api(sandbox) as api:
        yield api


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be sent a second time, for commands that leave the patience to the client."""

    class Impatient(RetryPolicy):
        def __init__(self) -> None:
            super().__init__(attempts=1)

    monkeypatch.setattr("sendcloud_orders.settings.RetryPolicy", Impatient)
