"""Give a test a fresh sandbox."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from sendcloud_orders_sandbox import Sandbox


POLICIES = "TOML file with the policies of the sandbox in a table [policies]"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the command line or the configuration file name a file of policies."""
    group = parser.getgroup("sendcloud", "sandbox of Sendcloud's orders")
    group.addoption("--sendcloud-policies", type=Path, metavar="FILE", help=POLICIES)
    parser.addini("sendcloud_policies", f"{POLICIES}, as a path from the folder of this file", default="")


@pytest.fixture
def sendcloud_sandbox_options() -> dict[str, Any]:
    """Return the arguments of the test's `Sandbox`; override this fixture to change them."""
    return {}


@pytest.fixture
def sendcloud_sandbox(pytestconfig: pytest.Config, sendcloud_sandbox_options: dict[str, Any]) -> Iterator[Sandbox]:
    """Serve an empty sandbox while a test runs."""
    from sendcloud_orders_sandbox import Sandbox

    with Sandbox(**{"policies": policies_file(pytestconfig), **sendcloud_sandbox_options}) as sandbox:
        yield sandbox


@pytest.fixture
def sendcloud_env(sendcloud_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """Let the environment of a test name its sandbox and nothing else of Sendcloud's; return what it names.

    Proxies are left as they are, but for this machine none is used.
    """
    for name in [name for name in os.environ if name.upper().startswith("SENDCLOUD_")]:
        monkeypatch.delenv(name)
    for name, value in sendcloud_sandbox.environ.items():
        monkeypatch.setenv(name, value)
    exempt = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    host = urlsplit(sendcloud_sandbox.base_url).hostname
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, f"{exempt},{host}".lstrip(","))
    return sendcloud_sandbox.environ


def policies_file(config: pytest.Config) -> Path | None:
    """Return the file of policies: that of the command line, else that of the configuration file."""
    named: Path | None = config.getoption("--sendcloud-policies")
    configured: str = config.getini("sendcloud_policies")
    return named or (config.rootpath / configured if configured else None)
