"""A client of either kind for each test that asks for one."""

from collections.abc import Iterator
from typing import Any

import pytest

from doubles.both_clients import KINDS, Connect, Driven


@pytest.fixture(params=KINDS)
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Make clients of the kind under test, and close them at the end."""
    made: list[Driven] = []

    def make(service: Any, **settings: Any) -> Driven:
        made.append(Driven(request.param, service, **settings))
        return made[-1]

    yield make
    for client in made:
        client.close()
