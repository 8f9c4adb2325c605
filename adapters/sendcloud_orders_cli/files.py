"""Orders out of files: NDJSON, JSON and CSV, each order with the line at which it stands.

What cannot be read at all ends the reading. A line that alone is at fault is an order that cannot be sent, so that it
is counted, named and never dropped.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import stat
import sys
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from .columns import Header, recognized
from .endings import Failure, spell_os_error

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_BLANK = b" \t\r\n"
# No order may be longer; a file without line ends would fill the memory.
_LONGEST_LINE = 16 * 1024 * 1024
# Columns by which a delimiter is chosen.
_MOST_LOOKED_AT = 200
_ESCAPED = re.compile("[\udc80-\udcff]")
_BOMS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class Entry(NamedTuple):
    """An order and the line on which it begins; or, in its place, what is wrong with that line."""

    line: int
    order: dict[str, Any] | None
    problem: str = ""


class Unreadable:
    """What stands in the place of an order that could not be read: no client takes it for one."""


@dataclass(frozen=True, slots=True)
class OrderFile:
    """A file of orders, or standard input where `path` is None."""

    path: Path | None
    format: str
    encoding: str | None = None
    delimiter: str | None = None
    decimal_comma: bool = False
    unknown_columns: str = "refuse"
    fixed: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """Name the file in messages."""
        return "stdin" if self.path is None else str(self.path)

    @property
    def can_be_read_again(self) -> bool:
        """Tell whether this is a file that will give the same once more, which a pipe does not.

        Raises `Failure` where there is no such file.
        """
        if self.path is None:
            return False
        try:
            return stat.S_ISREG(self.path.stat().st_mode)
        except OSError as error:
            raise Failure(f"{self.path} cannot be read: {error.strerror}.") from None

    def orders(self) -> Orders:
        """Give the orders, to be read once."""
        return Orders(self)

    def entries(self) -> Iterator[Entry]:
        """Read the file from its beginning. Raises `Failure` for what cannot be read at all."""
        read = {"ndjson": self._ndjson, "json": self._json, "csv": self._csv}[self.format]
        with self._opened() as file:
            try:
                yield from read(file)
            except UnicodeError:
                raise self._failure(None, f"it is not in {self.encoding or 'UTF-8'}: {_ENCODING_HINT}") from None
            except OSError as error:
                raise self._failure(None, spell_os_error(error)) from None

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        if self.path is None:
            if sys.stdin is None:
                raise Failure("standard input is closed: give a file.")
            yield sys.stdin.buffer
            return
        try:
            file = self.path.open("rb")
        except OSError as error:
            raise Failure(f"{self.path} cannot be read: {error.strerror}.") from None
        with file:
            yield file

    def _failure(self, line: int | None, message: str) -> Failure:
        return Failure(f"{self.name}:{line}: {message}" if line else f"{self.name}: {message}")

    def _lines(self, file: IO[bytes], newline: str) -> Iterator[str]:
        """Decode line by line, so that a wrong encoding is told with the line at which it shows."""
        encoding = self.encoding
        if encoding is None:
            start = file.peek(4) if isinstance(file, io.BufferedReader) else b""
            for mark, meant in _BOMS.items():
                if start.startswith(mark):
                    raise self._failure(1, f"it is in UTF-16: add --encoding {meant}, or save it as UTF-8.")
        text = io.TextIOWrapper(file, _sans_mark(encoding), "surrogateescape", newline)
        number = 0
        try:
            while line := text.readline(_LONGEST_LINE + 1):
                number += 1
                if len(line) > _LONGEST_LINE:
                    raise self._failure(
                        number, f"the line is longer than {_LONGEST_LINE} characters: is it {self.format}?"
                    )
                if "\0" in line:
                    raise self._failure(
                        number, "it holds NUL characters: it is no text, or in another encoding such as utf-16."
                    )
                if not line.isascii() and _ESCAPED.search(line):
                    raise self._failure(number, f"it is not in {encoding or 'UTF-8'}: {_ENCODING_HINT}")
                yield line
        finally:
            # Or it would close the file, which may be standard input. Where the reading is given up half-way, whoever
            # opened the file may have closed it first.
            with suppress(ValueError):
                text.detach()

    # ------------------------------------------------------------------ NDJSON and JSON

    def _ndjson(self, file: IO[bytes]) -> Iterator[Entry]:
        for number, line in enumerate(self._lines(file, "\n"), 1):
            if line.isspace():
                continue
            yield self._decoded(number, line)

    def _decoded(self, number: int, content: str | msgspec.Raw) -> Entry:
        try:
            order = _JSON.decode(content)
        except (msgspec.DecodeError, RecursionError) as error:
            return Entry(number, None, f"it is no JSON: {_spell_json_error(error)}")
        if isinstance(order, dict):
            return Entry(number, order)
        if isinstance(order, list) and self.format == "ndjson":
            return Entry(
                number, None, "it is a list; each line should be one order. For a file that is a list: --format json"
            )
        return Entry(number, None, "an order should be an object in braces")

    def _json(self, file: IO[bytes]) -> Iterator[Entry]:
        content = file.read()
        if self.encoding is not None:
            content = content.decode(_sans_mark(self.encoding)).encode()
        content = content.removeprefix(codecs.BOM_UTF8)
        if content.startswith(tuple(_BOMS)):
            raise self._failure(1, "it is in UTF-16: add --encoding utf-16, or save it as UTF-8.")
        for line, raw in self._members(content):
            yield self._decoded(line, raw)

    def _members(self, content: bytes) -> Iterator[tuple[int, msgspec.Raw]]:
        """Find the orders of a document: those of a list, of the `data` of an answer, or the one that it is."""
        try:
            whole = msgspec.json.decode(content, type=msgspec.Raw) if content.strip(_BLANK) else None
            if whole is None:
                return
            if content.lstrip(_BLANK)[:1] == b"[":
                members = msgspec.json.decode(content, type=list[msgspec.Raw])
            else:
                document = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
                data = document.get("data")
                if data is None:
                    members = [whole]
                else:
                    is_list = bytes(data).lstrip(_BLANK)[:1] == b"["
                    members = msgspec.json.decode(data, type=list[msgspec.Raw]) if is_list else [data]
        except (msgspec.DecodeError, RecursionError) as error:
            hint = " Is it one order a line? Then add --format ndjson." if "trailing" in str(error) else ""
            raise self._failure(None, f"it is no JSON of orders: {_spell_json_error(error)}.{hint}") from None
        line, place = 1, 0
        for raw in members:
            text = bytes(raw)
            start = content.index(text, place)
            line += content.count(b"\n", place, start)
            yield line, raw
            line += text.count(b"\n")
            place = start + len(text)

    # ------------------------------------------------------------------ CSV

    def _csv(self, file: IO[bytes]) -> Iterator[Entry]:
        rows = self._rows(file)
        first = next(rows, None)
        if first is None:
            return
        try:
            header = Header(
                [*first.cells, *(name for name, _ in self.fixed)],
                unknown=self.unknown_columns,
                decimal_comma=self.decimal_comma,
            )
        except Failure as failure:
            raise Failure(*(f"{self.name}:{first.line}: {message}" for message in failure.messages)) from None
        from .printing import note

        if header.skipped:
            note(f"{self.name}: columns left out: {', '.join(header.skipped)}")
        fixed = [value for _, value in self.fixed]
        held: _Held | None = None
        for row in rows:
            cells = row.cells
            if not any(cells):
                continue
            excess = len(cells) - len(first.cells)
            if excess > 0 and not any(cells[len(first.cells) :]):
                cells = cells[: len(first.cells)]
            elif excess:
                if held:
                    yield held.entry
                    held = None
                yield Entry(
                    row.line,
                    None,
                    f"the row has {len(cells)} cells where the header has {len(first.cells)}: "
                    "is a delimiter within a cell that has no quotes?",
                )
                continue
            cells = [*cells, *fixed]
            if held and header.belongs_to(cells, held.first):
                held.add(header, cells, row.line)
                continue
            if held:
                yield held.entry
                held = None
            order = header.order_of(cells)
            if header.is_by_item:
                held = _Held(Entry(row.line, order), cells)
            else:
                yield Entry(row.line, order)
        if held:
            yield held.entry

    def _rows(self, file: IO[bytes]) -> Iterator[_Row]:
        lines = self._lines(file, "")
        before = 0
        start = next((line for line in lines if line.strip()), None)
        if start is None:
            return
        delimiter = self.delimiter
        if match := re.fullmatch(r"sep=(.)\s*", start):  # how Excel notes the delimiter
            delimiter = delimiter or match[1]
            before = 1
            start = next(lines, "")
        delimiter = delimiter or _sniffed(start)
        reader = csv.reader(_chained(start, lines), delimiter=delimiter, strict=True)
        while True:
            number = before + reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise self._failure(
                    number, f"the row cannot be read as CSV: {_CSV_ERRORS.get(str(error), error)}."
                ) from None
            if cells is None:
                return
            if cells:
                yield _Row(number, cells)


class _Row(NamedTuple):
    line: int
    cells: list[str]


class _Held:
    """An order whose further items may stand in the rows that follow."""

    def __init__(self, entry: Entry, first: Sequence[str]) -> None:
        self.entry = entry
        self.first = first

    def add(self, header: Header, cells: Sequence[str], line: int) -> None:
        """Take one more row in."""
        if different := header.differences(cells, self.first):
            said = f"line {line} of the same order says something else in {', '.join(different)}"
            self.entry = Entry(self.entry.line, None, self.entry.problem or said)
        elif self.entry.order is not None:
            header.add_item(self.entry.order, cells)


class Orders:
    """The orders of a file, to be read once by a client or a check, with the line of each by its position."""

    def __init__(self, file: OrderFile) -> None:
        self._file = file
        self._lines = array("q")
        self.is_csv = file.format == "csv"
        self.unreadable: dict[int, str] = {}

    def __iter__(self) -> Iterator[Any]:
        for entry in self._file.entries():
            if entry.order is None:
                self.unreadable[len(self._lines)] = entry.problem
            self._lines.append(entry.line)
            yield Unreadable() if entry.order is None else entry.order

    @property
    def count(self) -> int:
        """Count the orders that were read so far."""
        return len(self._lines)

    def line_of(self, position: int) -> int:
        """Give the line at which the order at this position begins."""
        return self._lines[position]


_ENCODING_HINT = "save it as UTF-8, or name its encoding, such as --encoding cp1252 for Windows in Western Europe."
_CSV_ERRORS = {
    "unexpected end of data": "a quote is opened here and never closed",
    "field larger than field limit (131072)": "a cell is longer than 131072 characters; is a quote never closed?",
}


def _sans_mark(encoding: str | None) -> str:
    """Name the encoding that leaves a byte order mark out."""
    return "utf-8-sig" if encoding is None or codecs.lookup(encoding).name == "utf-8" else encoding


# What a double holds digit for digit.
_MOST_DIGITS = 16


def _read_fraction(text: str) -> float | Decimal:
    """Read a number with a fraction to the last digit."""
    with suppress(InvalidOperation):  # an exponent that no number could have
        if len(text) > _MOST_DIGITS:
            return Decimal(text)
    return float(text)


_JSON = msgspec.json.Decoder(float_hook=_read_fraction)


def _spell_json_error(error: Exception) -> str:
    return "it nests too deep" if isinstance(error, RecursionError) else str(error)


def _sniffed(header: str) -> str:
    """Choose the delimiter that makes the most known columns of a header, then the one that makes the most cells."""

    def worth(delimiter: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader([header], delimiter=delimiter), [])
        except csv.Error:  # said with its line when the header is read
            return 0, 0
        return recognized(cells[:_MOST_LOOKED_AT]), len(cells)

    return max(DELIMITERS.values(), key=worth)


def _chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest
