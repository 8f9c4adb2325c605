"""Start, or reach, the servers that a run may be about."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

from doubles.prism import SPEC, Prism
from sendcloud_orders.pacing import Pace
from sendcloud_orders_sandbox import Sandbox
from suite.settings import ForeignTarget
from suite.target import Target


@contextmanager
def mock() -> Iterator[Target]:
    """Run Prism as a mock of the spec."""
    with (
        Prism.mock() as running,
        closing(Target("mock", running.base_url, "public", "secret", stateful=False)) as found,
    ):
        yield found


@contextmanager
def sandbox() -> Iterator[Target]:
    """Run the sandbox, and Prism in front of it: each request and answer is held against the spec by another reader."""
    with Sandbox(integrations=(41, 68, 93)) as running, Prism.proxy(SPEC, running.base_url, errors=True) as proxy:
        keys = running.public_key, running.secret_key
        with closing(Target("sandbox", proxy.base_url, *keys, direct_url=running.base_url)) as found:
            yield found


OWN: dict[str, Callable[[], AbstractContextManager[Target]]] = {"mock": mock, "sandbox": sandbox}


def foreign(settings: ForeignTarget) -> Target:
    """Return the server that TARGET names."""
    return Target(
        "foreign",
        settings.base_url,
        settings.public_key,
        settings.secret_key,
        integrations=settings.integrations,
        patience=settings.patience,
        labels=settings.labels,
        pace=Pace.shared(settings.public_key) if settings.paced else None,
    )
