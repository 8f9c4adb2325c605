"""The record of bought labels: a CSV file that says before each call what is about to be asked, and after it what came.

A label costs money and cannot safely be asked for twice, so what this file says of an order decides whether it is asked
for at all. Rows are only added, each written through to the disk, and the last row of an order counts. A run that was
killed between two rows of an order leaves it as `asked`, which means: a label may exist.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO
from urllib.parse import quote

from sendcloud_orders import OrderKey

from .endings import Failure

NAME = "labels.csv"


class Outcome(StrEnum):
    """What is known of the label of an order."""

    ASKED = "asked"
    BOUGHT = "bought"
    REFUSED = "refused"
    NOT_SENT = "not sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the record. `service` is the base URL that was asked; `file` is empty where no label was saved."""

    order: str
    outcome: Outcome
    shipment: str = ""
    parcel: str = ""
    tracking: str = ""
    file: str = ""
    reason: str = ""
    service: str = ""
    # The last one, so that a crash which cuts the line cuts what nothing depends on.
    at: str = ""


COLUMNS = tuple(field.name for field in fields(Row))


def spell_key(key: OrderKey) -> str:
    """Write a key as the command line takes it. What no line can hold is escaped, and `%` with it."""
    return f"{key.integration_id}/{''.join(map(_printable, key.order_id))}"


def _printable(character: str) -> str:
    plain = character.isprintable() and character != "%"
    return character if plain else quote(character, safe="", errors="surrogatepass")


class LabelRecord:
    """The record of one folder; `open` makes one. `written` holds the last row of each order of this run."""

    def __init__(self, file: IO[bytes], path: Path, service: str) -> None:
        self._file = file
        self._path = path
        self._service = service
        self._rows: dict[str, Row] = {}
        self.written: dict[OrderKey, Row] = {}
        self._load()

    @classmethod
    @contextmanager
    def open(cls, folder: Path, service: str) -> Iterator[LabelRecord]:
        """Open the record in a folder, for this run alone; make both where they are not there.

        Raises `Failure` when the file is no record, is of another service than `service`, or is in use, and
        `OSError` for what the disk refuses.
        """
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / NAME
        # Which order has which tracking number is no other user's business.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            _lock(descriptor, path)
            yield cls(file, path, service)

    def of(self, key: OrderKey) -> Row | None:
        """Give the last row of an order, or None."""
        return self._rows.get(spell_key(key))

    def write(
        self,
        key: OrderKey,
        outcome: Outcome,
        *,
        shipment: str = "",
        parcel: str = "",
        tracking: str = "",
        file: str = "",
        reason: str = "",
    ) -> Row:
        """Add a row for an order, and return when the disk has it."""
        row = Row(
            order=spell_key(key),
            outcome=outcome,
            shipment=_one_line(shipment),
            parcel=parcel,
            tracking=_one_line(tracking),
            file=_one_line(file),
            reason=_one_line(reason),
            service=self._service,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        self._append(asdict(row).values())
        self._rows[row.order] = self.written[key] = row
        return row

    def all_saved(self, keys: Iterable[OrderKey]) -> bool:
        """Tell whether the label of each of these orders was bought and saved."""
        return all((row := self.of(key)) and row.outcome is Outcome.BOUGHT and row.file for key in keys)

    def _append(self, values: Iterable[str]) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(values)
        left = memoryview(line.getvalue().encode(errors="backslashreplace"))
        try:
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self._path)) from None

    def _load(self) -> None:
        self._file.seek(0)
        content = self._file.read()
        if not content:
            self._append(COLUMNS)
            return
        try:
            # People open such files in a spreadsheet, which writes a mark at the beginning and other ends of lines.
            lines = content.decode("utf-8-sig").splitlines()
        except UnicodeDecodeError:
            raise Failure(f"{self._path} is no record of labels: it is not UTF-8 text.{_REPAIR}") from None
        if not lines or _cells(lines[0]) != list(COLUMNS):
            raise Failure(
                f"{self._path} is no record of labels: its first line should be {','.join(COLUMNS)}.{_REPAIR}"
            )
        whole = content.endswith(b"\n")
        for number, line in enumerate(lines[1:], 2):
            row = _row(line)
            if row is not None:
                self._take(row)
            elif number == len(lines) and not whole:
                # Cut by a crash. The row before it says what matters: that the order was asked for.
                self._file.truncate(content.rfind(b"\n") + 1)
                return
            elif line.strip(", ;"):
                raise Failure(f"Line {number} of {self._path} is no row of a record of labels.{_REPAIR}")
        if not whole:
            self._file.write(b"\n")

    def _take(self, row: Row) -> None:
        if row.service != self._service:
            raise Failure(
                f"{self._path} records labels of {row.service}, and this run asks {self._service}: "
                "name another folder with --out."
            )
        self._rows[row.order] = row


_REPAIR = " It decides what is bought, so nothing in it is guessed: repair it, or name another folder with --out."


def _cells(line: str) -> list[str]:
    """Read the cells of one line. Each is read alone, so that a quote that a crash left open swallows no other."""
    return next(csv.reader([line]), [])


def _row(line: str) -> Row | None:
    cells = _cells(line)
    if len(cells) != len(COLUMNS):
        return None
    told = dict(zip(COLUMNS, cells, strict=True))
    integration, slash, order_id = told["order"].partition("/")
    if told["outcome"] not in list(Outcome) or not (slash and order_id and integration.isdigit()):
        return None
    return Row(**told | {"outcome": Outcome(told["outcome"])})  # type: ignore[arg-type]


def _one_line(text: str) -> str:
    return " ".join("".join(map(_spaced, text)).split())


def _spaced(character: str) -> str:
    return character if character.isprintable() else " "


def _lock(descriptor: int, path: Path) -> None:
    """Keep other runs out until the file is closed; whoever is killed lets go of it by that."""
    try:
        try:
            import fcntl
        except ImportError:  # Windows
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        raise Failure(f"Another run is buying labels into {path.parent}: wait for it to end.") from None
