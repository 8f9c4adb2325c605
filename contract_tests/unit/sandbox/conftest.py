"""Share one running sandbox among the sandbox's own tests, emptied before each."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from doubles.sandbox_client import Api
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
def use(sandbox: Sandbox) -> Callable[..., None]:
    """Return a function that puts policies in force."""

    def change(**values: Any) -> None:
        sandbox.policies = sandbox.policies.changed(**values)

    return change


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Api]:
    """Call the sandbox with its credentials."""
    with Api(sandbox) as api:
        yield api
