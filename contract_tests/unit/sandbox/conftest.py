"""Share one running sandbox among the sandbox's own tests, emptied before each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from doubles.sandbox_client import Api
    from sendcloud_orders_sandbox import Sandbox


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    """Serve one sandbox for the whole run."""
    from sendcloud_orders_sandbox import Sandbox

    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """Return a sandbox with nothing in it and with the default policies."""
    from sendcloud_orders_sandbox import Policies

    running_sandbox.reset()
    running_sandbox.policies = Policies()
    return running_sandbox


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Api]:
    """Call the sandbox with its credentials."""
    from doubles.sandbox_client import Api

    with Api(sandbox) as api:
        yield api
