"""Tell what was measured: a verdict for each target on the terminal, and everything as a Markdown report."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from operator import truediv
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .missed import Profile
from .once import Run
from .rows import FACTOR, ROWS, Row
from .running import Measured
from .targets import LEAST_PACED, Figure, Verdict, ratios

TEMPLATE = "report.md.jinja"
PICTURE = "benchmark.svg"
LIBRARIES = ("httpx", "msgspec", "orjson", "aiohttp", "requests", "pydantic", "attrs")
MICRO = 1e6


@dataclass
class Findings:
    """Everything that a run found."""

    measured: Measured
    verdicts: Sequence[Verdict]
    codec: Mapping[str, Mapping[str, list[float]]] = field(default_factory=dict)
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    """Of each target that was missed, by its title."""
    seconds: float = 0.0
    cores: int = 1


@dataclass(frozen=True)
class Line:
    """A row of a table of the report."""

    row: Row
    cpu: Figure
    wall: Figure
    ratio: Figure | None
    server: float
    """The most that the server was busy, as a part of the time."""
    peak: float
    runs: int


def lines(measured: Measured, section: str, first: str = "") -> list[Line]:
    """Make the lines of a section, each against the row named `first` if there is one, the fastest first."""
    made = [_line(measured, row, first) for row in ROWS if row.section == section and measured.get(row.name)]
    return sorted(made, key=lambda line: line.cpu.middle) if first else made


def _line(measured: Measured, row: Row, first: str) -> Line:
    runs = measured[row.name]
    count = row.orders or 1
    return Line(
        row=row,
        cpu=Figure.of([run.cpu / count * MICRO for run in runs]),
        wall=Figure.of([run.wall / count * MICRO for run in runs]),
        ratio=Figure.of(ratios(measured, row.name, first)) if measured.get(first) else None,
        server=max(_share_of_server(run) for run in runs),
        peak=max(run.peak for run in runs) / 1e6,
        runs=len(runs),
    )


def _share_of_server(run: Run) -> float:
    return run.server_cpu / run.wall if run.wall else 0.0


def markdown(findings: Findings) -> str:
    """Write the report."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["spread"] = spread
    environment.filters["bytes_an_order"] = _bytes_an_order
    return environment.get_template(TEMPLATE).render(
        findings=findings,
        verdicts=findings.verdicts,
        lines=lambda section, first="": lines(findings.measured, section, first),
        runs=findings.measured,
        codec=_codec(findings.codec),
        picture=PICTURE,
        machine=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        versions=", ".join(_versions()),
        factor=FACTOR,
        least_paced=LEAST_PACED,
        busiest=max((_share_of_server(run) for runs in findings.measured.values() for run in runs), default=0.0),
    )


def spread(figure: Figure, digits: int = 2) -> str:
    """Spell a figure with its quartiles."""
    return f"{figure.middle:,.{digits}f} ({figure.low:,.{digits}f} to {figure.high:,.{digits}f})"


def _bytes_an_order(line: Line, section: Sequence[Line]) -> str:
    """Tell what each order adds to the peak of the same work with the fewest orders."""
    few = min((one for one in section if one.row.kind == line.row.kind), key=lambda one: one.row.orders)
    more = line.row.orders - few.row.orders
    return f"{(line.peak - few.peak) * 1e6 / more:,.0f}" if more else ""


def _codec(tables: Mapping[str, Mapping[str, list[float]]]) -> dict[str, list[tuple[str, Figure, Figure]]]:
    """Give of each way its milliseconds, and its part of the limit in the same round."""
    found = {}
    for table, ways in tables.items():
        limit = next(iter(ways.values()))
        rows = [
            (name, Figure.of([one * 1e3 for one in taken]), Figure.of(list(map(truediv, taken, limit))))
            for name, taken in ways.items()
        ]
        found[table] = sorted(rows, key=lambda row: row[1].middle)
    return found


def _versions() -> Iterable[str]:
    for name in LIBRARIES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue


def show(console: Console, findings: Findings) -> None:
    """Print each target with its figure and its verdict, and where the time goes of those that are missed."""
    table = Table(box=box.SIMPLE_HEAD, title="Targets: median (quartiles)", title_justify="left")
    table.add_column("target")
    table.add_column("bound", justify="right")
    table.add_column("measured", justify="right")
    table.add_column("verdict")
    for verdict in findings.verdicts:
        target = verdict.target
        table.add_row(
            target.title,
            f"{target.bound:g} {target.unit}",
            spread(verdict.figure),
            Text(verdict.word, style="green" if verdict.met else "bold red"),
        )
    console.print(table)
    for title, profile in findings.profiles.items():
        told = ", ".join(f"{place} {part}" for place, part in profile[:4])
        console.print(Text(f"missed: {title}\n  {told}"))
