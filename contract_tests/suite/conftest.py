"""Which server a test speaks to: the mock and the sandbox of this project, or the one that TARGET names."""

import os
from collections.abc import Generator, Iterator
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

import pytest

from ledger import RULES, rules_of
from runs import proxies
from runs.interruption import interrupted_once
from suite import servers
from suite.blanking import blank_words, words_of_strangers
from suite.exchange import Exchange
from suite.settings import ForeignTarget, SettingsError, probed
from suite.shelf import Shelf
from suite.stock import Stock
from suite.target import Target
from suite.verdict import Verdict, blank_report

# How many of the last requests of a failed test are shown.
SHOWN = 4
ALLOW = "LABELS=yes"
FOREIGN = pytest.StashKey[ForeignTarget | None]()


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what holds a foreign server to undocumented behaviour, where nobody said what that is."""
    # Asked in each run, and not when this module is imported: the kill matrix does that once for all its runs.
    unprobed = os.environ.get("TARGET") and not os.environ.get("POLICIES")
    return True if unprobed and collection_path.name == "test_probed.py" else None


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "stateful: needs a server that remembers, whatever its rules say")
    config.addinivalue_line("markers", "labels: makes labels, which cost money on a foreign server")
    config.addinivalue_line("markers", "probed: holds the server to what it was seen to do, documented or not")
    try:
        config.stash[FOREIGN] = foreign = ForeignTarget.from_environment(os.environ)
        probed(os.environ)
        if foreign:
            proxies.client(foreign.base_url).close()
    except (SettingsError, proxies.ProxyError) as error:
        pytest.exit(f"error: {error}", returncode=2)
    Verdict.of(config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test on every target that can show all of its rules."""
    if "target" not in metafunc.fixturenames:
        pytest.fail("A test in suite/ takes `target`; one that needs no server, or ours, belongs elsewhere.", False)
    if metafunc.config.stash[FOREIGN]:
        names = ["foreign"]
    else:
        shown_on = {RULES[id_].shown_on for id_ in rules_of(metafunc.definition) if id_ in RULES}
        needs_state = "shelf" in metafunc.fixturenames or metafunc.definition.get_closest_marker("stateful")
        stateless = shown_on <= {"mock"} and not needs_state
        names = ["mock", "sandbox"] if stateless else ["sandbox"]
    metafunc.parametrize("target", names, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Hold nothing against a foreign server that its service does not document, and let it make labels if asked to."""
    foreign = config.stash[FOREIGN]
    if foreign is None:
        return
    costly = [item for item in items if item.get_closest_marker("labels") and not foreign.labels]
    for item in costly:
        item.add_marker(pytest.mark.skip(reason=f"makes labels, which cost money: {ALLOW} runs it"))
    if costly:
        told = f"{len(costly)} tests that make labels of orders of their own, which cost money: {ALLOW} runs them"
        Verdict.of(config).left_out.append(told)
    for item in items:
        low = any(RULES[id_].sure == "low" for id_ in rules_of(item) if id_ in RULES)
        if low and not item.get_closest_marker("probed"):
            item.add_marker(pytest.mark.skip(reason="undocumented by the service: not held against a foreign server"))


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    """The server under test, and no order of ours left on it afterwards."""
    foreign = request.config.stash[FOREIGN]
    with nullcontext(servers.foreign(foreign)) if foreign else servers.OWN[request.param]() as found:
        verdict = Verdict.of(request.config)
        verdict.addresses[found.name] = found.base_url
        if found.stateful:
            verdict.blank.learn(found.public_key, found.secret_key)
        with interrupted_once():
            yield found
            left = found.clean_up()
        verdict.requests[found.name] += found.requests
        verdict.operations |= found.operations
        if foreign and found.shipments:
            verdict.remains.append(f"shipments, which no operation takes back: {', '.join(found.shipments)}")
        assert not left, "\n".join(["this run could not take back all that it made:", *left])


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
            blank = Verdict.of(item.config).blank
            rules = ", ".join(sorted(rules_of(item)))
            shown = [Exchange.of(reply, target.ours, blank) for reply in target.exchanges[-SHOWN:]]
            vars(report)["exchanges"] = [asdict(one) for one in shown]
            told = "\n\n".join(map(str, shown))
            report.sections.append((f"{rules} on {target.name}: the last requests and answers", told))
            words = set[str]().union(*(words_of_strangers(reply.content, target.ours) for reply in target.exchanges))
            blank_report(report, lambda text: blank_words(text, words))
        if report.when == "teardown":
            target.exchanges.clear()
    return report
