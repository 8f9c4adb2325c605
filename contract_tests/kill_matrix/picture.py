"""Draw the matrix as rules by places: where a damage was seen, where one was not, and where none was done."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from string import ascii_letters

from kill_matrix.cross import GROUPS, Place
from kill_matrix.matrix import Cell, Matrix, State

WIDTH = 80
NAME = 24
COLUMNS: Mapping[str, Sequence[Place]] = {"": (Place.EVERYWHERE,), **GROUPS}
LETTERS = dict(zip(Place, "*" + ascii_letters, strict=False))
MARKS = {State.SEEN: "+", State.NOT_SEEN: "!", State.ACCEPTED: "~", State.NO_DAMAGE: "."}
NOWHERE = " "


def rows(matrix: Matrix) -> dict[str, dict[Place, Cell]]:
    """Return the cells of each rule by their places; a place where the rule cannot break alone has none."""
    cells = groupby(matrix.cells, lambda cell: cell.rule)
    return {rule: {cell.place: cell for cell in of_rule} for rule, of_rule in cells}


def lines(matrix: Matrix) -> Iterator[str]:
    """Return the picture with a letter for each place, and what the letters and marks mean."""
    yield "   Rules by the places where they were broken alone"
    yield ""
    yield _line("", LETTERS)
    for rule, cells in rows(matrix).items():
        yield _line(rule, {place: MARKS[cell.state] for place, cell in cells.items()})
    yield ""
    yield from _wrapped("marks", [f"{mark} {state}" for state, mark in MARKS.items()])
    yield from _wrapped("everywhere", [f"{LETTERS[Place.EVERYWHERE]} the rule is broken in all places at once"])
    for group, places in GROUPS.items():
        yield from _wrapped(group, [f"{LETTERS[place]} {place}" for place in places])
    yield ""


def _line(name: str, marks: Mapping[Place, str]) -> str:
    drawn = ("".join(marks.get(place, NOWHERE) for place in places) for places in COLUMNS.values())
    return f"   {name:{NAME}} {' '.join(drawn)}".rstrip()


def _wrapped(name: str, meanings: Sequence[str]) -> Iterator[str]:
    text = f"{name}: {', '.join(meanings)}"
    return iter(textwrap.wrap(text, WIDTH - 4, initial_indent="   ", subsequent_indent="     "))
