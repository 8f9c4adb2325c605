"""Say, at the end of a contract run, what was proved, on which server, and what is left to explain."""

import os
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

import schemas
from fuzz import FUZZ_REPORTS, FuzzReport
from ledger import RULES, Rule, rules_of
from runs import reports

FOLDER = pytest.StashKey[Path]()
# What any terminal, mail or CI log shows without breaking lines of its own.
WIDTH = 80
LABEL = 12
CLIENT = "client"
MARKS = {"passed": ("✓", "green"), "failed": ("✗", "bold red"), "skipped": ("skipped", "yellow")}
METHODS = ("get", "post", "patch", "delete")


VERDICT = pytest.StashKey["Verdict"]()


@dataclass(frozen=True)
class Case:
    """One test that ran: what it proves, where, and how it ended."""

    name: str
    rules: tuple[str, ...]
    target: str
    outcome: str


# pytest puts plugins into sets.
@dataclass(eq=False)
class Verdict:
    """Collects what a run shows and prints it. A pytest plugin.

    left_out: what was not run and why; empty when nothing was left out.
    folder: where the reports of this run go; None for a run that leaves none.
    """

    rules: dict[str, Rule]
    cases: list[Case] = field(default_factory=list)
    operations: set[str] = field(default_factory=set)
    requests: Counter[str] = field(default_factory=Counter)
    started: float = field(default_factory=time.monotonic)
    left_out: str = ""
    folder: Path | None = None

    @classmethod
    def of(cls, config: pytest.Config) -> "Verdict":
        """Return the verdict of a run, which the first that asks for it registers."""
        found = config.stash.get(VERDICT, None)
        if found is None:
            found = config.stash[VERDICT] = cls(RULES)
            config.pluginmanager.register(found, "verdict")
        return found

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note with each test which rules it proves, and on which server."""
        for item in items:
            item.user_properties.append(("rules", " ".join(sorted(rules_of(item)))))
            callspec = getattr(item, "callspec", None)
            if callspec and "target" in callspec.params:
                item.user_properties.append(("target", callspec.params["target"]))

    def pytest_configure(self, config: pytest.Config) -> None:
        """Give the run a folder for all of its reports, where it was asked for them."""
        given = config.getoption("--reports")
        if given and not hasattr(config, "workerinput"):
            self.folder = config.stash[FOLDER] = reports.new_folder(given)
            config.option.xmlpath = str(self.folder / "contract.xml")
            config.option.htmlpath = str(self.folder / "contract.html")
            config.option.self_contained_html = True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of one test, once: its call, or the set-up or tear-down that failed or was skipped."""
        if report.when == "call" or report.outcome != "passed":
            said = dict(report.user_properties)
            rules = tuple(str(said.get("rules") or "").split())
            self.cases.append(Case(report.nodeid, rules, str(said.get("target", CLIENT)), report.outcome))

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        """Print the verdict, and keep it as text and as a page among the reports of the run."""
        console = Console(width=WIDTH, record=True, force_terminal=terminalreporter.hasmarkup)
        self.show(console, config.stash.get(FUZZ_REPORTS, []))
        if self.folder:
            # Somebody may have cleaned up meanwhile.
            self.folder.mkdir(parents=True, exist_ok=True)
            console.save_html(str(self.folder / "verdict.html"), clear=False)
            console.save_text(str(self.folder / "verdict.txt"))
            reports.publish(self.folder)

    def show(self, console: Console, fuzzed: list[FuzzReport]) -> None:
        """Print the tables, and what they come to."""
        console.rule("[bold]Verdict")
        console.print(self._rules_table())
        if fuzzed:
            console.print(_fuzz_table(fuzzed))
        if any(report.findings for report in fuzzed):
            console.print(_findings_table(fuzzed))
        for report in fuzzed:
            for finding in report.unexplained:
                console.print(Text(f"Unexplained on {report.target}: {finding}\n", overflow="fold"))
        lines = Table.grid()
        lines.add_column(width=LABEL)
        lines.add_column(overflow="fold")
        for line in self.summary(fuzzed):
            lines.add_row(line[:LABEL], line[LABEL:])
        console.print(lines)

    def _rules_table(self) -> Table:
        targets = [name for name in ("mock", "sandbox", "foreign", CLIENT) if any(c.target == name for c in self.cases)]
        title = "Rules of spec/LEDGER.md: tests on each target"
        table = Table(box=box.SIMPLE, title=title, title_justify="left", expand=True)
        table.add_column("rule, and what it says", overflow="fold", ratio=1)
        for name in targets:
            table.add_column(name, max_width=9)
        shown: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for case in self.cases:
            for id_ in case.rules:
                shown[id_, case.target][case.outcome] += 1
        for id_, rule in self.rules.items():
            cells = [_outcomes(shown[id_, name]) for name in targets]
            table.add_row(Text.assemble((id_, "bold"), "\n", rule.text), *cells)
        return table

    def summary(self, reports: list[FuzzReport]) -> list[Text]:
        """Sum a run up, one line each; the last one is the verdict."""
        known = _operations()
        tested = (self.operations | {name for report in reports for name in report.operations}) & known
        outcomes = Counter(case.outcome for case in self.cases)
        here = {id_ for case in self.cases if case.outcome == "passed" for id_ in case.rules}
        elsewhere = [id_ for id_ in self.rules if id_ not in here]
        findings = [finding for report in reports for finding in report.findings]
        unexplained = [finding for report in reports for finding in report.unexplained]
        requests = ", ".join(f"{count} on {name}" for name, count in self.requests.items())
        lines = [
            f"operations  {len(tested)} of {len(known)}: {', '.join(sorted(tested))}",
            f"rules       {len(self.rules) - len(elsewhere)} of {len(self.rules)} shown in this run",
            f"cases       {sum(outcomes.values())} tests ({requests} requests)"
            + "".join(f", {report.cases} fuzz cases on {report.target}" for report in reports),
            f"findings    {len(findings)}, of which {len(findings) - len(unexplained)} reviewed",
            f"time        {time.monotonic() - self.started:.0f} s",
        ]
        if elsewhere:
            lines.insert(2, f"            spec/LEDGER.md says where the others are: {', '.join(elsewhere)}")
        if self.folder:
            lines.append(f"reports     {os.path.relpath(self.folder)}")
        if self.left_out:
            lines.append(f"left out    {self.left_out}")
        untested = f"not tested: {', '.join(sorted(known - tested))}" if known - tested else ""
        if outcomes["failed"] or unexplained:
            broken = {id_ for case in self.cases if case.outcome == "failed" for id_ in case.rules}
            lines.append(f"broken      {', '.join(id_ for id_ in self.rules if id_ in broken) or 'no rule by name'}")
            ending, style = "FAILED", "bold red"
            why = f": failed tests {outcomes['failed']}, unexplained findings {len(unexplained)}"
        else:
            # A part of the suite proves a part: no failure, and no verdict on the whole either.
            ending, style = ("INCOMPLETE", "bold yellow") if untested else ("PASSED", "bold green")
            why = f": {untested}" if untested else ""
        return [*map(Text, lines), Text(f"verdict     {ending}{why}", style=style)]


def _outcomes(counts: Counter[str]) -> Text:
    parts = [Text(f"{counts[name]} {mark}", style) for name, (mark, style) in MARKS.items() if counts[name]]
    return Text(" ").join(parts)


def _operations() -> set[str]:
    paths = schemas.document()["paths"]
    return {f"{method.upper()} {path}" for path, item in paths.items() for method in METHODS if method in item}


def _fuzz_table(reports: list[FuzzReport]) -> Table:
    table = Table(box=box.SIMPLE, title="Schemathesis", title_justify="left")
    for name in ("target", *(report.target for report in reports)):
        table.add_column(name, overflow="fold")
    columns = [
        {
            "operations": str(len(report.operations)),
            "cases": str(report.cases),
            "checks": str(len(report.checks)),
            "findings": str(len(report.findings)),
            "unexplained": str(len(report.unexplained)),
            "time": f"{report.seconds:.0f} s",
            **report.settings,
        }
        for report in reports
    ]
    for name in {name: None for column in columns for name in column}:
        table.add_row(name, *(column.get(name, "") for column in columns))
    return table


def _findings_table(reports: list[FuzzReport]) -> Table:
    table = Table(box=box.SIMPLE, title="Findings and their reviewed reasons", title_justify="left", expand=True)
    table.add_column("target")
    table.add_column("finding, and where", overflow="fold", max_width=28)
    table.add_column("fault of")
    table.add_column("reason", overflow="fold", ratio=1)
    places: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for report in reports:
        for finding in report.findings:
            entry = finding.reviewed
            known = (entry.id, entry.fault, entry.reason) if entry else (finding.id, "?", "unexplained, see below")
            places[report.target, *known].append(finding.operation)
    for (target, name, fault, reason), operations in places.items():
        table.add_row(target, Text("\n".join([name, *operations])), fault, Text(reason))
    return table
