"""The report of a push as a file: every order that was read, with its line and what became of it."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from heapq import merge
from pathlib import Path
from typing import Any, NamedTuple

import click

from sendcloud_orders import Accepted, NotSent, Rejected, Unknown, UpsertReport

from .endings import Failure
from .files import Orders
from .problems import key_as_json, problems_of, spell_reason

COLUMNS = ("line", "integration_id", "order_id", "outcome", "id", "reason")
TOGETHER = "refused together with an order of its batch"


class Row(NamedTuple):
    """What became of one order; `errors` are the fields at fault, `reason` is why it was not sent or is unknown."""

    line: int
    key: dict[str, object]
    outcome: str
    id: int | None = None
    errors: tuple[dict[str, object], ...] = ()
    reason: str | None = None


def rows_of(report: UpsertReport, orders: Orders) -> Iterator[Row]:
    """Give every order of a report, in the sequence of the file."""
    groups: tuple[Any, ...] = (report.accepted, report.rejected, report.not_sent, report.unknown)
    for one in merge(*groups, key=lambda order: order.position):
        line, key = orders.line_of(one.position), key_as_json(one.key)
        match one:
            case Accepted():
                yield Row(line, key, "accepted", id=one.id)
            case Rejected():
                yield Row(
                    line, key, "rejected", errors=tuple(each.error_as_json() for each in problems_of(one, orders))
                )
            case NotSent():
                yield Row(line, key, "not sent", reason=spell_reason(one.reason))
            case Unknown():
                yield Row(line, key, "unknown", reason=spell_reason(one.reason))


def counts_of(report: UpsertReport) -> dict[str, int]:
    """Count the orders by what became of them."""
    return {
        "accepted": len(report.accepted),
        "rejected": len(report.rejected),
        "not_sent": len(report.not_sent),
        "unknown": len(report.unknown),
    }


class ReportFile:
    """A report that is to be written: the place is claimed before anything is sent, and filled at once in the end.

    Nobody but its owner can read it, for it names orders.

    Raises `Failure` for a name that tells no format, and for a folder in which nothing can be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._write = {".json": _write_json, ".csv": _write_csv}.get(path.suffix.lower())
        if self._write is None:
            raise click.BadParameter(f"--report should end in .json or .csv, not as {path.name!r} does")
        if path.is_dir():
            raise Failure(f"{path} is a folder: give the report the name of a file.")
        try:
            descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        except OSError as error:
            raise Failure(f"the report {path} cannot be written: {error.strerror}.") from None
        os.close(descriptor)
        self._draft = Path(name)

    def write(self, report: UpsertReport, orders: Orders, unread: int | None) -> None:
        """Write the report; a file that was there before is replaced as a whole."""
        assert self._write is not None
        try:
            with self._draft.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
                self._write(file, report, orders, unread)
                file.flush()
                os.fsync(file.fileno())
            self._draft.replace(self._path)
        except OSError as error:
            raise Failure(f"the report {self._path} cannot be written: {error.strerror}.") from None

    def drop(self) -> None:
        """Leave no draft behind."""
        with suppress(OSError):
            self._draft.unlink(missing_ok=True)


def _write_json(file: Any, report: UpsertReport, orders: Orders, unread: int | None) -> None:
    counts = {**counts_of(report), "not_read": unread}
    file.write(f'{{"counts": {json.dumps(counts)}, "orders": [')
    for number, row in enumerate(rows_of(report, orders)):
        told = {"line": row.line, **row.key, "outcome": row.outcome, "id": row.id}
        told |= {"errors": row.errors, "reason": row.reason}
        file.write(("," if number else "") + "\n" + json.dumps(told, ensure_ascii=False))
    file.write("\n]}\n")


def _write_csv(file: Any, report: UpsertReport, orders: Orders, unread: int | None) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows_of(report, orders):
        errors = "; ".join(
            ": ".join(filter(None, (str(one["field"] or ""), str(one["message"])))) for one in row.errors
        )
        writer.writerow([row.line, *row.key.values(), row.outcome, row.id, row.reason or errors])
