"""Print the matrix as tables, and keep it as text, as JSON and as a page."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

import pages
from kill_matrix import picture
from kill_matrix.damage import Damage
from kill_matrix.matrix import Kill, Matrix
from kill_matrix.trial import Trial

WIDTH = 80
PAGE = Path(__file__).parent / "kill-matrix.html.jinja"


def write(matrix: Matrix, folder: Path) -> None:
    """Print the matrix and write it to `kill-matrix.txt`, `.json` and `.html` in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _print(matrix, Console(width=WIDTH))
    with (folder / "kill-matrix.txt").open("w", encoding="utf-8") as file:
        _print(matrix, Console(width=WIDTH, file=file))
    (folder / "kill-matrix.json").write_text(json.dumps(_document(matrix), indent=1), encoding="utf-8")
    pages.write(
        folder / "kill-matrix.html",
        PAGE,
        matrix=matrix,
        rows=picture.rows(matrix),
        groups=picture.COLUMNS,
        verdict=list(verdict(matrix)),
        told=told,
        named=named,
        accusations=_accusations,
    )


def _print(matrix: Matrix, console: Console) -> None:
    if matrix.kills:
        console.print(_kills_table(matrix))
        for line in picture.lines(matrix):
            console.print(Text(line))
    if matrix.varied:
        console.print(_varied_table(matrix))
    for line in summary(matrix):
        console.print(Text(line))


def _kills_table(matrix: Matrix) -> Table:
    title = "Damaged sandboxes: which tests saw it"
    table = Table(box=box.SIMPLE, title=title, title_justify="left", expand=True)
    table.add_column("damage and rules", overflow="fold", ratio=1)
    table.add_column("tests", justify="right", max_width=5)
    table.add_column("of the rules", justify="right", max_width=6)
    table.add_column("such as", overflow="fold", ratio=1)
    asked = any(kill.plain is not None for kill in matrix.kills)
    if asked:
        table.add_column("Schemathesis", overflow="fold", ratio=1)
    category = ""
    for kill in matrix.kills:
        if kill.damage.category != category:
            category = kill.damage.category
            table.add_section()
            table.add_row(Text(category, style="bold"))
        table.add_row(*_cells(kill), *([_plainly(kill)] if asked else []))
    return table


def _cells(kill: Kill) -> tuple[Text, ...]:
    causes = f"\nnamed: {named(kill)}" if kill.trial.named else ""
    return (
        Text(kill.damage.name + "\n" + "\n".join(_broken(kill.damage))),
        Text(str(len(kill.trial.failures))),
        Text(str(len(kill.witnesses))),
        Text.assemble((told(kill), "" if kill.seen else "bold red"), causes),
    )


def _broken(damage: Damage) -> Iterator[str]:
    yield from damage.rules
    if damage.place:
        yield f"in one place: {damage.place}"


def told(kill: Kill) -> str:
    """Return the name of a test that saw a damage, or that none did."""
    if kill.seen:
        return plain_name(kill.witnesses[0].test)
    return "not seen, for a reason" if kill.damage.accepted else "NOT SEEN"


def named(kill: Kill) -> str:
    """Return the causes that the verdict of a damaged server names, the first first."""
    return ", ".join(rule or "no rule by name" for rule in kill.trial.named)


def _plainly(kill: Kill) -> Text:
    if kill.plain is None:
        return Text("not shown to it", style="dim")
    return Text("; ".join(kill.plain) or "-")


def plain_name(test: str) -> str:
    """Return the name of a test without its file and its parameters."""
    return test.partition("::")[2].partition("[")[0]


def _varied_table(matrix: Matrix) -> Table:
    table = Table(box=box.SIMPLE, title="Correct servers: what the suite holds against them", title_justify="left")
    table.add_column("server", overflow="fold", ratio=3)
    table.add_column("tests", justify="right")
    table.add_column("time", justify="right", no_wrap=True)
    table.add_column("findings", overflow="fold", ratio=6)
    for trial in matrix.varied:
        findings = "\n".join(_accusations(trial))
        table.add_row(Text(trial.name), str(trial.tests), f"{trial.seconds:.0f} s", Text(findings or "none"))
    return table


def _accusations(trial: Trial) -> Iterator[str]:
    for failure in trial.failures:
        yield f"{failure.test} ({', '.join(failure.rules)}): {failure.message}"
    if trial.left:
        yield f"{trial.left} orders were left there"
    if trial.exit_code not in (0, 1):
        yield f"the run ended with {trial.exit_code}: {trial.trouble}"


def summary(matrix: Matrix) -> Iterator[str]:
    """Return the verdict with all that speaks against it, line by line."""
    yield from verdict(matrix)
    for kill in matrix.survivors:
        yield f"NOT SEEN    {kill.damage.name} ({', '.join(_broken(kill.damage))}){_trouble(kill.trial)}"
    for kill in matrix.accepted:
        yield f"ACCEPTED    {kill.damage.name} ({', '.join(_broken(kill.damage))}): {kill.damage.accepted}"
    for trial in matrix.false_alarms:
        yield f"FALSE ALARM {trial.name}: {'; '.join(_accusations(trial))}"
    yield f"verdict     {'PASSED' if matrix.passed else 'FAILED'}"


def verdict(matrix: Matrix) -> Iterator[str]:
    """Return the figures, line by line."""
    kills = matrix.kills
    if kills:
        yield f"damages     {_seen(kills)} by a test of the broken rule"
        placed = [kill for kill in kills if kill.damage.place]
        if placed:
            yield f"            {_seen(placed)} of those that break a rule in one place"
        plain = [kill for kill in kills if kill.plain is not None]
        if plain:
            yield f"            {sum(bool(kill.plain) for kill in plain)} of {len(plain)} seen by plain Schemathesis"
        yield from _causes(matrix.named)
    if matrix.varied:
        clean = len(matrix.varied) - len(matrix.false_alarms)
        yield f"correct     {clean} of {len(matrix.varied)} servers that differ in legal ways without a finding"
    yield f"time        {matrix.seconds:.0f} s"


def _causes(kills: Sequence[Kill]) -> Iterator[str]:
    """Tell how well the verdicts of damaged servers named what was broken."""
    if kills:
        counts = [len(kill.trial.named) for kill in kills]
        yield f"causes      {_share(kill.understood for kill in kills)}: the one named first is a broken rule"
        yield f"            {_share(count == 1 for count in counts)}: no other is named"
        yield f"            {max(counts)} named at most, {sum(counts) / len(counts):.2f} on average"


def _seen(kills: Sequence[Kill]) -> str:
    return _share((kill.seen for kill in kills), " seen")


def _share(hits: Iterable[bool], what: str = "") -> str:
    """Return how many of all, in numbers and percent."""
    all_of_them = list(hits)
    count = sum(all_of_them)
    return f"{count} of {len(all_of_them)}{what} ({100 * count // len(all_of_them)}%)"


def _trouble(trial: Trial) -> str:
    return "" if trial.exit_code in (0, 1) else f": the run ended with {trial.exit_code}; {trial.trouble}"


def _document(matrix: Matrix) -> Any:
    return {
        "passed": matrix.passed,
        "seconds": round(matrix.seconds),
        "damages": [
            {
                "name": kill.damage.name,
                "category": kill.damage.category,
                "rules": kill.damage.rules,
                "place": kill.damage.place,
                "accepted": kill.damage.accepted,
                "seen": kill.seen,
                "tests": [failure.test for failure in kill.trial.failures],
                "of_the_rules": [failure.test for failure in kill.witnesses],
                "named": kill.trial.named,
                "schemathesis": kill.plain,
                "left": kill.trial.left,
                "exit_code": kill.trial.exit_code,
            }
            for kill in matrix.kills
        ],
        "cells": [
            {
                "rule": cell.rule,
                "place": cell.place,
                "state": cell.state,
                "damages": [kill.damage.name for kill in cell.kills],
            }
            for cell in matrix.cells
        ],
        "correct": [
            {"name": trial.name, "exit_code": trial.exit_code, "findings": list(_accusations(trial))}
            for trial in matrix.varied
        ],
    }
