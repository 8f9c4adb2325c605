"""Give a test a fresh sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sendcloud_orders_sandbox import Sandbox


@pytest.fixture
def sendcloud_sandbox_options() -> dict[str, Any]:
    """Return the arguments of the test's `Sandbox`; override this fixture to change them."""
    return {}


@pytest.fixture
def sendcloud_sandbox(sendcloud_sandbox_options: dict[str, Any]) -> Iterator[Sandbox]:
    """Serve an empty sandbox while a test runs."""
    from sendcloud_orders_sandbox import Sandbox

    with Sandbox(**sendcloud_sandbox_options) as sandbox:
        yield sandbox
