"""What goes to stdout and to stderr: results to the one, all else to the other.

Tables and colours are for terminals. A program that reads the output gets lines with tabs between the columns, or JSON.
"""

from __future__ import annotations

import codecs
import csv
import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console

# What a text would do to a terminal: move the cursor, clear the screen, turn the reading direction, end the line.
_UNPRINTABLE = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
_UNPRINTABLE |= {code: f"\\u{code:04x}" for code in (0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
# JSON itself escapes the control characters of ASCII but the last.
_NOT_ASCII = re.compile(r"[^\x00-\x7e]")
_ACTING = re.compile(f"[{''.join(map(chr, filter(lambda code: code >= 0x7F, _UNPRINTABLE)))}]")


def prepare_streams() -> None:
    """Let no letter that the terminal's encoding lacks end the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)  # a stream that a test put there may have none
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def printable(text: object) -> str:
    """Spell a text on one line, with escapes for what would act on a terminal."""
    return str(text).translate(_UNPRINTABLE)


def counted(count: int, noun: str) -> str:
    """Spell a number of things."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def write_line(text: object) -> None:
    """Write one line of the result to stdout."""
    print(printable(text))


def note(text: object) -> None:
    """Write to stderr what a person may want to know and no program reads."""
    for line in str(text).split("\n"):
        _to_stderr(printable(line))


def complain(text: str) -> None:
    """Say on stderr, in one line, what went wrong."""
    _to_stderr("sendcloud-orders: " + printable(" ".join(text.split())))


def _to_stderr(line: str) -> None:
    # Where both go to one place, what was written before stands before.
    with suppress(AttributeError, OSError, ValueError):
        sys.stdout.flush()
    # Nothing is left to tell it to when stderr is gone, and the work goes on.
    with suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)


def write_json(value: object) -> None:
    """Write one value as JSON on one line; letters as they are where stdout is in UTF-8, else as escapes."""
    print(json.dumps(value, ensure_ascii=not _is_utf8(sys.stdout), separators=(",", ":")))


def write_json_text(text: str) -> None:
    """Write what is JSON already, with escapes for the letters that stdout lacks or that would act on a terminal."""
    unwanted = _ACTING if _is_utf8(sys.stdout) else _NOT_ASCII
    print(unwanted.sub(lambda found: json.dumps(found[0])[1:-1], text))


def write_csv(rows: Iterable[Sequence[Any]]) -> None:
    """Write rows as CSV, the first of them the names of the columns."""
    if sys.stdout is not None:
        csv.writer(sys.stdout, lineterminator="\n").writerows(rows)


def write_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table that fits the terminal; where nobody looks, lines with tabs between the columns and no headings."""
    if not is_terminal(sys.stdout):
        for row in rows:
            print("\t".join(printable("" if cell is None else cell) for cell in row))
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading in headings:
        table.add_column(Text(heading))
    for row in rows:
        # As Text, for square brackets in a customer's words are no markup.
        table.add_row(*(Text(printable("" if cell is None else cell)) for cell in row))
    console(sys.stdout).print(table)


def console(stream: TextIO) -> Console:
    """Give rich's console for a stream; it heeds NO_COLOR and TERM=dumb by itself."""
    from rich.console import Console

    return Console(file=stream, highlight=False, emoji=False, markup=False, soft_wrap=False)


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a person looks at the stream, in a terminal that can move its cursor."""
    with suppress(ValueError):  # a closed stream
        return stream is not None and stream.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")
    return False


def drop_output() -> None:
    """Send stdout nowhere once its reader is gone, so that the end of the process does not complain of it again."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_utf8(stream: TextIO | None) -> bool:
    try:
        return codecs.lookup(getattr(stream, "encoding", None) or "utf-8").name == "utf-8"
    except LookupError:
        return False
