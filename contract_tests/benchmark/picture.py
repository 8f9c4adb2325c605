"""Draw the processor time of each client against the limit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pygal
from pygal.style import Style

from .report import Line

STYLE = Style(
    background="white",
    plot_background="white",
    colors=("#1f6feb", "#8bb8f8"),
    font_family="sans-serif",
    title_font_size=18,
    label_font_size=14,
    major_label_font_size=14,
    legend_font_size=14,
    value_font_size=13,
    value_colors=("#222", "#222"),
)


def draw(path: Path, upserts: Sequence[Line], lists: Sequence[Line]) -> None:
    """Write the picture as SVG: bars for each client, the fastest on top, and in each the quartiles."""
    # The chart would end at the longest bar, and cut its quartiles.
    longest = max((line.ratio.high for line in (*upserts, *lists) if line.ratio is not None), default=1.0)
    names = list(dict.fromkeys(_what(line) for line in (*upserts, *lists)))
    chart = pygal.HorizontalBar(
        style=STYLE,
        title="Processor time, x the limit of the same round: shorter is better",
        # A picture in a report runs no scripts.
        js=(),
        disable_xml_declaration=True,
        width=900,
        height=120 + 44 * len(names),
        print_values=True,
        formatter=lambda value: f"{value:.1f}" if value else "",
        legend_at_bottom=True,
        order_min=0,
        spacing=8,
        range=(0, longest),
    )
    # The first one stands at the bottom.
    chart.x_labels = names[::-1]
    for title, lines in (("upsert of 20,000", upserts), ("list of 50,000", lists)):
        bars = {_what(line): _bar(line) for line in lines}
        chart.add(title, [bars.get(name) for name in names[::-1]])
    chart.render_to_file(str(path))


def _what(line: Line) -> str:
    return "limit" if line.row.title.startswith("limit") else line.row.title


def _bar(line: Line) -> dict[str, Any] | None:
    if line.ratio is None:
        return None
    return {"value": line.ratio.middle, "ci": {"low": line.ratio.low, "high": line.ratio.high}}
