"""Which server a test speaks to: the mock and the sandbox of this project, or the one that TARGET names."""

import os
import signal
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

import pytest
from _pytest.nodes import Node

import ledger
from doubles.prism import SPEC, Prism
from sendcloud_orders.pacing import Pace
from sendcloud_orders_sandbox import Sandbox
from suite.settings import ForeignTarget, SettingsError
from suite.shelf import Shelf
from suite.stock import Stock
from suite.target import Target
from suite.verdict import Verdict

RULES = ledger.rules(ledger.LEDGER.read_text(encoding="utf-8"))


FOREIGN = pytest.StashKey[ForeignTarget | None]()
VERDICT = pytest.StashKey[Verdict]()


def rules_of(node: Node) -> set[str]:
    """Return the ids of the ledger rules that a test proves."""
    return {id_ for mark in node.iter_markers("rule") for id_ in mark.args}


def speaks_to_target(item: pytest.Item) -> bool:
    """Tell whether a test takes whichever server the run is about."""
    return "target" in getattr(item, "fixturenames", ())


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "stateful: needs a server that remembers, whatever its rules say")
    try:
        config.stash[FOREIGN] = ForeignTarget.from_environment(os.environ)
    except SettingsError as error:
        pytest.exit(f"error: {error}", returncode=2)
    config.addinivalue_line("markers", "embedded: shown on this project's own servers only")
    config.stash[VERDICT] = Verdict(RULES)
    config.pluginmanager.register(config.stash[VERDICT], "verdict")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test on every target that can show all of its rules."""
    if "target" not in metafunc.fixturenames:
        return
    if metafunc.config.stash[FOREIGN]:
        names = ["foreign"]
    else:
        shown_on = {RULES[id_].shown_on for id_ in rules_of(metafunc.definition) if id_ in RULES}
        needs_state = "shelf" in metafunc.fixturenames or metafunc.definition.get_closest_marker("stateful")
        stateless = shown_on <= {"mock"} and not needs_state
        names = ["mock", "sandbox"] if stateless else ["sandbox"]
    metafunc.parametrize("target", names, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Against a foreign server leave out what only this project's own servers and adapters can show."""
    for item in items:
        item.user_properties.append(("rules", " ".join(sorted(rules_of(item)))))
        callspec = getattr(item, "callspec", None)
        if callspec and "target" in callspec.params:
            item.user_properties.append(("target", callspec.params["target"]))
    if config.stash[FOREIGN] is None:
        return
    embedded = [item for item in items if not speaks_to_target(item) or item.get_closest_marker("embedded")]
    items[:] = [item for item in items if item not in embedded]
    config.hook.pytest_deselected(items=embedded)
    config.stash[VERDICT].embedded = len(embedded)
    for item in items:
        if any(RULES[id_].sure == "low" for id_ in rules_of(item) if id_ in RULES):
            item.add_marker(pytest.mark.skip(reason="undocumented by the service: not held against a foreign server"))


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    """The server under test, and no order of ours left on it afterwards."""
    with ExitStack() as stack:
        found = {"mock": _mock, "sandbox": _sandbox, "foreign": _foreign}[request.param](stack, request.config)
        stack.enter_context(_interrupted_once())
        yield found
        left = found.clean_up()
        verdict = request.config.stash[VERDICT]
        verdict.requests[found.name] += found.requests
        verdict.operations |= found.operations
        assert not left, "\n".join(["this run could not take back all that it made:", *left])


def _mock(stack: ExitStack, config: pytest.Config) -> Target:
    mock = stack.enter_context(Prism.mock())
    return Target("mock", mock.base_url, "public", "secret", stateful=False)


def _sandbox(stack: ExitStack, config: pytest.Config) -> Target:
    sandbox = stack.enter_context(Sandbox(integrations=(41, 68, 93)))
    # Prism stands between, so that each request and each answer is held against the spec by another reader of it.
    proxy = stack.enter_context(Prism.proxy(SPEC, sandbox.base_url, errors=True))
    return Target("sandbox", proxy.base_url, sandbox.public_key, sandbox.secret_key, direct_url=sandbox.base_url)


def _foreign(stack: ExitStack, config: pytest.Config) -> Target:
    settings = config.stash[FOREIGN]
    assert settings is not None
    return Target(
        "foreign",
        settings.base_url,
        settings.public_key,
        settings.secret_key,
        integrations=settings.integrations,
        patience=settings.patience,
        pace=Pace.shared(settings.public_key) if settings.paced else None,
    )


@contextmanager
def _interrupted_once() -> Iterator[None]:
    """End a run on SIGTERM as on SIGINT, and let no second signal keep it from taking its orders back.

    A Ctrl-C reaches the run twice: from the terminal, and from tox, which passes on its own.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        for one in before:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    for one in before:
        signal.signal(one, interrupt)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@pytest.fixture(scope="session")
def shelf(target: Target) -> Shelf:
    """The orders to list."""
    return Shelf(target)


@pytest.fixture(scope="session")
def stock(target: Target) -> Stock:
    """The orders to change."""
    return Stock(target)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what was said on the wire when a test fails."""
    report = yield
    target = getattr(item, "funcargs", {}).get("target")
    if isinstance(target, Target):
        if report.when != "teardown" and report.failed:
            rules = ", ".join(sorted(rules_of(item)))
            said = "\n\n".join(str(answer) for answer in target.exchanges[-4:])
            report.sections.append((f"{rules} on {target.name}: the last requests and answers", said))
        if report.when == "teardown":
            target.exchanges.clear()
    return report
