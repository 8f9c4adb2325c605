"""Collect what a contract run shows, and say at its end what was proved, on which server, and what is to explain."""

import os
import time
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from rich.console import Console

from fuzz import FUZZ_REPORTS, FuzzReport
from ledger import RULES, Rule
from runs import reports
from suite import page, printing
from suite.blanking import Blanking
from suite.case import CLIENT, Case
from suite.causes import foundations
from suite.exchange import Exchange
from suite.summary import Summary

FOLDER = pytest.StashKey[Path]()
VERDICT = pytest.StashKey["Verdict"]()
CREDENTIALS = ("SENDCLOUD_PUBLIC_KEY", "SENDCLOUD_SECRET_KEY")


# pytest puts plugins into sets.
@dataclass(eq=False)
class Verdict:
    """Collects what a run shows and prints it. A pytest plugin.

    left_out: what was not run and why.
    remains: what the run made and could not take back.
    folder: where the reports of this run go; None for a run that leaves none.
    blank: takes the credentials out of whatever goes into a report.
    """

    rules: dict[str, Rule]
    cases: list[Case] = field(default_factory=list)
    operations: set[str] = field(default_factory=set)
    requests: Counter[str] = field(default_factory=Counter)
    addresses: dict[str, str] = field(default_factory=dict)
    began: datetime = field(default_factory=datetime.now)
    started: float = field(default_factory=time.monotonic)
    left_out: list[str] = field(default_factory=list)
    remains: list[str] = field(default_factory=list)
    folder: Path | None = None
    blank: Blanking = field(default_factory=Blanking)
    chosen: int = 0
    deselected: int = 0

    @classmethod
    def of(cls, config: pytest.Config) -> "Verdict":
        """Return the verdict of a run, which the first that asks for it registers."""
        found = config.stash.get(VERDICT, None)
        if found is None:
            found = config.stash[VERDICT] = cls(RULES)
            found.blank.learn(*(os.environ[name] for name in CREDENTIALS if os.environ.get(name)))
            config.pluginmanager.register(found, "verdict")
        return found

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note with each test which rules it proves, on which server, and what has to stand there for it."""
        for item in items:
            rules = [id_ for mark in item.iter_markers("rule") for id_ in mark.args]
            item.user_properties.append(("rules", " ".join(dict.fromkeys(rules))))
            callspec = getattr(item, "callspec", None)
            if callspec and "target" in callspec.params:
                item.user_properties.append(("target", callspec.params["target"]))
            uses = foundations().fixtures.keys() & set(getattr(item, "fixturenames", ()))
            if uses:
                item.user_properties.append(("uses", " ".join(sorted(uses))))

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Count what was left out by choice."""
        self.deselected += len(items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count what is to be run."""
        self.chosen = len(session.items)

    def pytest_configure(self, config: pytest.Config) -> None:
        """Give the run a folder for all of its reports, where it was asked for them."""
        given = config.getoption("--reports")
        if given and not hasattr(config, "workerinput"):
            self.folder = config.stash[FOLDER] = reports.new_folder(given)
            config.option.xmlpath = str(self.folder / "contract.xml")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keep credentials out of what is told of a test, whoever prints or keeps it."""
        report = yield
        if report.outcome != "passed":
            blank_report(report, self.blank)
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of one test, once: its call, or the set-up or tear-down that failed or was skipped."""
        if report.when == "call" or report.outcome != "passed":
            self.cases.append(case_of(report))

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
    ) -> None:
        """Print the verdict, and keep it as text and as a page among the reports of the run."""
        console = Console(width=printing.WIDTH, record=True, force_terminal=terminalreporter.hasmarkup)
        summary = self.summary(config.stash.get(FUZZ_REPORTS, []), exitstatus == pytest.ExitCode.INTERRUPTED)
        printing.show(summary, console)
        if self.folder:
            # Somebody may have cleaned up meanwhile.
            self.folder.mkdir(parents=True, exist_ok=True)
            console.save_text(str(self.folder / "verdict.txt"))
            page.write(summary, self.folder / "contract.html")
            reports.publish(self.folder)

    def summary(self, fuzzed: list[FuzzReport], interrupted: bool = False) -> Summary:
        """Return what the run came to."""
        left_out = [*self.left_out]
        if self.deselected:
            left_out.append(f"{self.deselected} tests that were not chosen")
        return Summary(
            rules=self.rules,
            cases=tuple(self.cases),
            fuzzed=tuple(fuzzed),
            called=frozenset(self.operations),
            requests=dict(self.requests),
            began=self.began,
            seconds=time.monotonic() - self.started,
            addresses=self.addresses,
            left_out=tuple(left_out),
            remains=tuple(self.remains),
            unrun=max(0, self.chosen - len(self.cases)),
            interrupted=interrupted,
            folder=self.folder,
        )


def case_of(report: pytest.TestReport) -> Case:
    """Return what a report of pytest says. A failing tear-down is about no rule: it takes back what many tests made."""
    said = {name: str(value) for name, value in report.user_properties}
    return Case(
        name=f"{report.nodeid} (tear-down)" if report.when == "teardown" else report.nodeid,
        rules=() if report.when == "teardown" else tuple(said.get("rules", "").split()),
        target=said.get("target", CLIENT),
        outcome=report.outcome,
        uses=("clean_up",) if report.when == "teardown" else tuple(said.get("uses", "").split()),
        unset=report.when == "setup" and report.failed,
        message=message_of(report),
        seconds=report.duration,
        shown=tuple(Exchange(**one) for one in getattr(report, "exchanges", ())),
    )


def message_of(report: pytest.TestReport) -> str:
    """Return what a failed test says, or why one was skipped."""
    if report.passed:
        return ""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash:
        return str(crash.message)
    text = report.longreprtext
    return "\n".join(line[1:].strip() for line in text.splitlines() if line.startswith("E ")) or text


def blank_report(report: pytest.TestReport, blank: Callable[[str], str]) -> None:
    """Blank the text of a failure, what was captured, and the reason of a skip."""
    report.sections = [(title, blank(text)) for title, text in report.sections]
    if isinstance(report.longrepr, tuple):
        path, line, reason = report.longrepr
        report.longrepr = (path, line, blank(reason))
    elif report.longrepr is not None:
        text = report.longreprtext
        crash = getattr(report.longrepr, "reprcrash", None)
        # What pytest made keeps its colours, and its short form, as long as there is nothing to take out.
        if blank(text) != text or (crash and blank(crash.message) != crash.message):
            report.longrepr = blank(text)
