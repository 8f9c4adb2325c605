"""Give a test a fresh sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


def policies_file(config: pytest.Config) -> Path | None:
    """Return the file of policies: that of the command line, else that of the configuration file."""
    named: Path | None = config.getoption("--sendcloud-policies")
    configured: str = config.getini("sendcloud_policies")
    return named or (config.rootpath / configured if configured else None)
