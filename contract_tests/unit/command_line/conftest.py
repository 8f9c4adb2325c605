"""A sandbox and a command line that is set up for it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from doubles.cli_runs import CommandLine
from doubles.sandbox_client import Api
from sendcloud_orders import Pace, RetryPolicy
from sendcloud_orders_sandbox import Policies, Sandbox


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    """Serve one sandbox for the whole run."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """Return a sandbox with nothing in it and with the default policies."""
    running_sandbox.reset()
    running_sandbox.policies = Policies()
    return running_sandbox


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Api]:
    """Call the sandbox with its credentials."""
    with Api(sandbox) as api:
        yield api


@pytest.fixture
def cli(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> CommandLine:
    """Run commands against the sandbox, in an empty folder and with no wait for the pace."""
    for name in [name for name in os.environ if name.startswith(("SENDCLOUD_", "NO_COLOR", "FORCE_COLOR"))]:
        monkeypatch.delenv(name)
    for name, value in sandbox.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Pace, "shared", lambda *_, **__: Pace.unlimited())
    monkeypatch.chdir(tmp_path)
    return CommandLine(monkeypatch, capsys)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be sent a second time, for commands that leave the patience to the client."""

    class Impatient(RetryPolicy):
        def __init__(self) -> None:
            super().__init__(attempts=1)

    monkeypatch.setattr("sendcloud_orders.settings.RetryPolicy", Impatient)
