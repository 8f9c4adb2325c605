"""Try one server: start it, run the contract suite against it as a foreign target, and note which tests failed."""

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from kill_matrix.damage import SANDBOX, Damage
from kill_matrix.damages import DAMAGES
from kill_matrix.variations import VARIATIONS, Variation
from ledger import rules_of
from orders.factory import order
from probe import __main__ as probe
from runs import proxies
from sendcloud_orders_sandbox import Sandbox
from suite.causes import causes_of
from suite.target import MARK
from suite.verdict import Verdict

ROOT = Path(__file__).parents[2]
SUITE = ROOT / "contract_tests" / "suite"
# The whole folder, but for what starts another program: a damage is done to this process and not to that one.
ADAPTER_TESTS = (str(ROOT / "contract_tests" / "unit" / "adapters"), "-m", "not other_process")
OPTIONS = (
    *("-q", "-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider"),
    # The plugins were loaded before pytest started.
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)
PRELOAD = ("kill_matrix.plain", "kill_matrix.warm")
# Long enough for what lags, short enough for what never comes.
PATIENCE_WITH_FAULTS = 0.7
PATIENCE = 20.0


@dataclass(frozen=True)
class Failure:
    """A test that failed, the rules it proves, and whether it showed them with the last request and answer."""

    test: str
    rules: tuple[str, ...]
    shown: bool
    message: str


@dataclass(frozen=True)
class Trial:
    """What a run of the suite against one server came to.

    exit_code: of pytest; None for a run that had to be stopped.
    left: how many orders of the run stayed on the server.
    named: the rules that its verdict names as causes, the first first; empty text for a cause without a rule.
    trouble: what was printed, where the run could not be carried out.
    """

    name: str
    exit_code: int | None
    tests: int = 0
    failures: tuple[Failure, ...] = ()
    left: int = 0
    seconds: float = 0.0
    trouble: str = ""
    named: tuple[str, ...] = ()


@dataclass
class Recorder:
    """A pytest plugin that runs the chosen tests and notes what failed.

    postpone: tells which of them come last.
    verdict: of the suite, as any run of it comes to; None for tests outside it.
    """

    choose: Callable[[pytest.Item], bool] = lambda item: True
    postpone: Callable[[pytest.Item], bool] = lambda item: False
    tests: int = 0
    failures: list[Failure] = field(default_factory=list)
    rules: dict[str, tuple[str, ...]] = field(default_factory=dict)
    verdict: Verdict | None = None

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Keep hold of the verdict."""
        self.verdict = config.pluginmanager.get_plugin("verdict")

    @property
    def named(self) -> tuple[str, ...]:
        """The rules that the verdict names as causes, the first first."""
        return tuple(cause.rule for cause in causes_of(self.verdict.cases if self.verdict else ()))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Choose the tests, and note which rules each proves."""
        items[:] = sorted(filter(self.choose, items), key=self.postpone)
        self.rules = {item.nodeid: tuple(sorted(rules_of(item))) for item in items}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note one test."""
        self.tests += report.when == "call"
        # A failing tear-down is the clean-up's, whichever test came last: what it left is counted on the server.
        if report.failed and report.when != "teardown":
            rules = self.rules.get(report.nodeid, ())
            shown = any(rule in title for title, _ in report.sections for rule in rules)
            lines = [line.strip("E ") for line in report.longreprtext.splitlines() if line.startswith("E ")]
            file, _, test = report.nodeid.partition("::")
            name = f"{file.rpartition('/')[2]}::{test}"
            self.failures.append(Failure(name, rules, shown, lines[0] if lines else ""))


def subject(name: str) -> Damage | Variation:
    """Return the damage or the variation of this name."""
    return DAMAGES.get(name) or VARIATIONS[name]


def try_one(name: str) -> Trial:
    """Run the tests that have to see a damage, or that must not accuse a correct server, and note what failed.

    Calls for a process of its own: what pytest loads and what a damage changes stays in memory.
    """
    found = subject(name)
    return try_server(found) if isinstance(found, Variation) or found.of == SANDBOX else try_adapters(found)


def try_probed(name: str) -> Trial:
    """Run the suite against a correct server that is held to what a probe of it found, beside the documented rules."""
    trial = try_server(VARIATIONS[name], probed=True)
    return replace(trial, name=f"{name}, as it was probed")


def try_briefly(name: str) -> Trial:
    """Run, until one fails, the tests that prove a damaged rule: enough to tell whether they see the damage."""
    found = DAMAGES[name]
    if found.of != SANDBOX:
        return try_adapters(found)
    trial = try_server(found, Recorder(proving(found.rules)), "--exitfirst")
    # What a part of the suite names as causes is no verdict.
    return replace(trial, named=())


def proving(rules: Sequence[str]) -> Callable[[pytest.Item], bool]:
    """Return what chooses the tests that prove one of the rules."""
    return lambda item: not rules_of(item).isdisjoint(rules)


def takes_long(item: pytest.Item) -> bool:
    """Tell whether a test tries many examples, or is marked to take long."""
    return any(item.get_closest_marker(name) for name in ("hypothesis", "one_python"))


def try_adapters(damage: Damage) -> Trial:
    """Run with damaged adapters, until one fails, the tests that prove a damaged rule, or all quick ones."""
    started = time.monotonic()
    quick = proving(damage.rules) if damage.rules else lambda item: not item.get_closest_marker("one_python")
    recorder = Recorder(quick, takes_long)
    with pytest.MonkeyPatch.context() as patch:
        damage.inflict(patch)
        exit_code = int(pytest.main([*ADAPTER_TESTS, *OPTIONS, "--exitfirst"], plugins=[recorder]))
    return Trial(damage.name, exit_code, recorder.tests, tuple(recorder.failures), 0, time.monotonic() - started)


def try_server(
    found: Damage | Variation, recorder: Recorder | None = None, *options: str, probed: bool = False
) -> Trial:
    """Run the suite against one damaged or varied sandbox.

    recorder: notes what failed, of the tests that it chooses.
    options: of pytest.
    probed: whether the server is probed first, and held to what that found.
    """
    started = time.monotonic()
    recorder = recorder or Recorder()
    with pytest.MonkeyPatch.context() as patch:
        varied = found if isinstance(found, Variation) else Variation(found.name, found.policies, found.options)
        found.inflict(patch)
        with Sandbox(policies=varied.policies, **varied.options) as sandbox, tempfile.TemporaryDirectory() as scratch:
            fill(sandbox, varied.orders)
            for variable, value in sandbox.environ.items():
                patch.setenv(variable, value)
            patch.setenv("TARGET", sandbox.base_url)
            patch.setenv("LABELS", "yes")
            patch.setenv("SENDCLOUD_PATIENCE", str(PATIENCE if varied is found else PATIENCE_WITH_FAULTS))
            if probed:
                probe.main(["--reports", scratch])
                patch.setenv("POLICIES", os.path.join(scratch, "probe.toml"))
            exit_code = int(pytest.main([str(SUITE), *OPTIONS, *options], plugins=[recorder]))
            patch.undo()
            left = sum(order["order_id"].startswith(MARK) for order in sandbox.orders())
    failures, seconds = tuple(recorder.failures), time.monotonic() - started
    return Trial(found.name, exit_code, recorder.tests, failures, left, seconds, named=recorder.named)


def fill(sandbox: Sandbox, count: int) -> None:
    """Store orders of other people, on the days and with the statuses that the suite's own have."""
    url = sandbox.base_url
    with proxies.client(url, base_url=url, auth=(sandbox.public_key, sandbox.secret_key)) as http:
        for start in range(0, count, 100):
            batch = [_stranger(number, sandbox.integrations) for number in range(start, min(start + 100, count))]
            http.post("/orders", json=batch).raise_for_status()


def _stranger(number: int, integrations: Sequence[int]) -> dict[str, object]:
    return order(
        f"somebody-elses-{number}",
        integrations[number % len(integrations)],
        order_number=f"N{number % 700}",
        order_created_at=f"{date(1980, 1, 1) + timedelta(days=number * 2)}T12:00:00Z",
    )
