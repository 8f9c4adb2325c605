"""Print what a run came to: tables for a terminal, a mail or the log of a CI."""

from collections import Counter, defaultdict

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fuzz import FuzzReport
from suite.summary import Summary

# What any terminal, mail or CI log shows without breaking lines of its own.
WIDTH = 80
LABEL = 12
MARKS = {"passed": ("✓", "green"), "failed": ("✗", "bold red"), "skipped": ("skipped", "yellow")}
STYLES = {"FAILED": "bold red", "PASSED": "bold green"}


def show(summary: Summary, console: Console) -> None:
    """Print the tables, and what they come to."""
    console.rule("[bold]Verdict")
    console.print(_rules_table(summary))
    if summary.fuzzed:
        console.print(_fuzz_table(summary.fuzzed))
    if summary.findings:
        console.print(_findings_table(summary.fuzzed))
    for report in summary.fuzzed:
        for finding in report.unexplained:
            console.print(Text(f"Unexplained on {report.target}: {finding}\n", overflow="fold"))
    *facts, verdict = summary.lines()
    lines = Table.grid()
    lines.add_column(width=LABEL)
    lines.add_column(overflow="fold")
    for line in facts:
        lines.add_row(Text(line[:LABEL]), Text(line[LABEL:]))
    style = STYLES.get(summary.word, "bold yellow")
    lines.add_row(Text(verdict[:LABEL], style), Text(verdict[LABEL:], style))
    console.print(lines)


def _rules_table(summary: Summary) -> Table:
    title = "Rules of spec/LEDGER.md: tests on each target"
    table = Table(box=box.SIMPLE, title=title, title_justify="left", expand=True)
    table.add_column("rule, and what it says", overflow="fold", ratio=1)
    for name in summary.targets:
        table.add_column(name, max_width=9)
    for id_, rule in summary.rules.items():
        cells = [_outcomes(summary.by_rule.get((id_, name), Counter())) for name in summary.targets]
        table.add_row(Text.assemble((id_, "bold"), "\n", rule.text), *cells)
    return table


def _outcomes(counts: Counter[str]) -> Text:
    parts = [Text(f"{counts[name]} {mark}", style) for name, (mark, style) in MARKS.items() if counts[name]]
    return Text(" ").join(parts)


def _fuzz_table(reports: tuple[FuzzReport, ...]) -> Table:
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


def _findings_table(reports: tuple[FuzzReport, ...]) -> Table:
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
