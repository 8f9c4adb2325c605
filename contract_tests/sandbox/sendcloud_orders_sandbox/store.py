"""Keep orders and shipments in SQLite, in memory or in a file."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from .moments import in_utc, read_moment

if TYPE_CHECKING:
    from .history import History

Document = dict[str, Any]

TABLES = """
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    integration INTEGER NOT NULL,
    order_id TEXT NOT NULL,
    document BLOB,
    created_at REAL, modified_at REAL,
    order_number TEXT, number_folded TEXT, order_id_folded TEXT, status_folded TEXT,
    order_created_at TEXT, order_updated_at TEXT,
    created_day_utc TEXT, created_day_as_sent TEXT, updated_day_utc TEXT, updated_day_as_sent TEXT,
    UNIQUE (integration, order_id)
);
CREATE INDEX IF NOT EXISTS by_integration ON orders (integration, id);
CREATE INDEX IF NOT EXISTS by_number ON orders (order_number, id);
CREATE INDEX IF NOT EXISTS by_number_folded ON orders (number_folded, id);
CREATE INDEX IF NOT EXISTS by_order_id_folded ON orders (order_id_folded, id);
CREATE INDEX IF NOT EXISTS by_created ON orders (order_created_at, id);
CREATE INDEX IF NOT EXISTS by_updated ON orders (order_updated_at, id);
CREATE INDEX IF NOT EXISTS by_status ON orders (status_folded, id);
CREATE INDEX IF NOT EXISTS by_created_day ON orders (created_day_utc, id);
CREATE INDEX IF NOT EXISTS by_updated_day ON orders (updated_day_utc, id);
CREATE TABLE IF NOT EXISTS pending (
    sequence INTEGER PRIMARY KEY,
    id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    due REAL NOT NULL,
    accepted_at REAL NOT NULL,
    document BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS pending_by_id ON pending (id);
CREATE TABLE IF NOT EXISTS shipments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    integration INTEGER NOT NULL,
    order_id TEXT NOT NULL,
    order_number TEXT NOT NULL,
    first_parcel INTEGER NOT NULL, parcels INTEGER NOT NULL,
    mime_type TEXT NOT NULL,
    label BLOB NOT NULL,
    created_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS shipments_by_order ON shipments (integration, order_id);
"""
SAVE = """
UPDATE orders SET document = ?, created_at = coalesce(created_at, ?), modified_at = ?,
    order_number = ?, number_folded = ?, order_id_folded = ?, status_folded = ?,
    order_created_at = ?, order_updated_at = ?,
    created_day_utc = ?, created_day_as_sent = ?, updated_day_utc = ?, updated_day_as_sent = ?
WHERE id = ?
"""
SHIPMENT_COLUMNS = "id, integration, order_id, order_number, first_parcel, parcels, mime_type, label, created_at"
FIRST_IDS = {"orders": 669, "shipments": 7001}
FIRST_PARCEL = 8001
# Those of doubles, which most clients send: the smallest above zero is 5e-324.
SMALLEST_EXPONENT, LARGEST_EXPONENT = -324, 308


def read_fraction(text: str) -> Decimal:
    """Read a JSON number with a fraction or an exponent, and keep its digits; raise `ValueError` when out of range."""
    fraction = Decimal(text)
    if not SMALLEST_EXPONENT <= fraction.adjusted() <= LARGEST_EXPONENT:
        raise ValueError("number out of range")
    return fraction


_decoder = msgspec.json.Decoder(float_hook=read_fraction)
_encoder = msgspec.json.Encoder(decimal_format="number")


def decode_json(text: bytes) -> Any:
    """Read JSON; raise `ValueError` when it is malformed, or holds numbers or nesting out of range."""
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, ArithmeticError, RecursionError) as error:
        raise ValueError(str(error)) from None


def encode_json(value: Any) -> bytes:
    """Write JSON, with each `Decimal` as a number of the same digits."""
    return _encoder.encode(value)


@dataclass(frozen=True, slots=True)
class Stored:
    """A saved order; its times are seconds since the epoch."""

    id: int
    document: Document
    created_at: float
    modified_at: float
    sort_values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Shipment:
    """A shipment of an order, which it outlives; `created_at` is in seconds since the epoch."""

    id: int
    integration: int
    order_id: str
    order_number: str
    first_parcel: int
    parcels: int
    mime_type: str
    label: bytes
    created_at: float

    @property
    def parcel_ids(self) -> list[int]:
        """The ids of its parcels."""
        return list(range(self.first_parcel, self.first_parcel + self.parcels))

    @property
    def tracking_number(self) -> str:
        """The number to follow its first parcel by."""
        return f"SANDBOX{self.first_parcel:08}"


class Store:
    """Orders by id and by key, accepted writes not saved yet, and shipments; `history` is told of each write."""

    def __init__(self, path: Path | None = None, history: History | None = None) -> None:
        self._history = history
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.create_function("casefold", 1, str.casefold, deterministic=True)
        if path:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(TABLES)
        self._start_numbering()

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside visible at once, or undo it if an exception is raised. Rule: UPSERT-ATOMIC."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def find_key(self, integration: int, order_id: str) -> int | None:
        """Return the id of the order with this key, saved or not. Rule: UPSERT-KEY."""
        row = self._one("SELECT id FROM orders WHERE integration = ? AND order_id = ?", integration, order_id)
        return None if row is None else int(row[0])

    def find_key_in_any_case(self, integration: int, order_id: str) -> int | None:
        """Return the id of the order with this key but for the letter case, saved or not. Rule: UPSERT-KEY-CASE."""
        sql = """
            SELECT id FROM orders WHERE integration = ? AND order_id_folded = ? ORDER BY order_id = ? DESC, id LIMIT 1
        """
        row = self._one(sql, integration, order_id.casefold(), order_id)
        return None if row is None else int(row[0])

    def key_of(self, order: int) -> tuple[int, str] | None:
        """Return integration and `order_id` of the order with this id, saved or not."""
        row = self._one("SELECT integration, order_id FROM orders WHERE id = ?", order)
        return None if row is None else (row[0], row[1])

    def latest(self, order: int) -> Document:
        """Return the last accepted document of an order, saved or not."""
        row = self._one("SELECT document FROM pending WHERE id = ? ORDER BY sequence DESC LIMIT 1", order)
        row = row or self._one("SELECT document FROM orders WHERE id = ?", order)
        return decode_json(row[0]) if row and row[0] else {}

    def is_saving(self, order: int) -> bool:
        """Tell whether an accepted write of the order is not saved yet."""
        return self._one("SELECT 1 FROM pending WHERE id = ?", order) is not None

    def register(self, integration: int, order_id: str) -> int:
        """Give a new key an id that no other order ever gets."""
        sql = "INSERT INTO orders (integration, order_id, order_id_folded) VALUES (?, ?, ?) RETURNING id"
        order = int(self._one(sql, integration, order_id, order_id.casefold())[0])
        if self._history:
            self._history.expect(order)
        return order

    def accept(self, order: int, document: Document, *, now: float, due: float) -> None:
        """Accept a write, to be saved when the time is `due`. Rule: UPSERT-ASYNC."""
        sql = "INSERT INTO pending (id, due, accepted_at, document) VALUES (?, ?, ?, ?)"
        written = encode_json(document)
        self._run(sql, order, due, now, written)
        if self._history:
            self._history.add(order, written)

    def change(self, order: int, document: Document, now: float) -> None:
        """Store another document of a saved order at once. Rule: PATCH-MERGE."""
        self.save(order, document, now)
        if self._history:
            self._history.add(order, encode_json(document))

    def save_due(self, now: float, order: int | None = None) -> None:
        """Save the accepted writes that are due, and all those of `order`, oldest first."""
        sql = "SELECT sequence, id, accepted_at, document FROM pending WHERE due <= ? OR id = ? ORDER BY sequence"
        for sequence, saved, accepted_at, document in self._all(sql, now, order):
            self.save(saved, decode_json(document), accepted_at)
            self._run("DELETE FROM pending WHERE sequence = ?", sequence)

    def save(self, order: int, document: Document, now: float) -> None:
        """Store the document of an order, together with what the list filters and sorts by."""
        details = document["order_details"]
        created, updated = details["order_created_at"], details.get("order_updated_at")
        self._run(
            SAVE,
            encode_json(document),
            now,
            now,
            document["order_number"],
            document["order_number"].casefold(),
            document["order_id"].casefold(),
            (details["status"].get("code") or "").casefold(),
            sortable(created),
            sortable(updated),
            *days(created),
            *days(updated),
            order,
        )

    def read(self, order: int) -> Stored | None:
        """Return a saved order."""
        sql = "SELECT id, document, created_at, modified_at FROM orders WHERE id = ? AND document IS NOT NULL"
        row = self._one(sql, order)
        return None if row is None else Stored(row[0], decode_json(row[1]), row[2], row[3])

    def delete(self, order: int) -> None:
        """Forget an order and its writes that are not saved yet."""
        self._run("DELETE FROM orders WHERE id = ?", order)
        if self._history:
            self._history.end(order)

    def select(
        self, conditions: Sequence[str], values: Sequence[Any], columns: Sequence[str], order_by: str, limit: int
    ) -> list[Stored]:
        """Return the first `limit` saved orders that meet all conditions, with the values of `columns`."""
        sql = f"""
            SELECT id, document, created_at, modified_at, {", ".join(columns)} FROM orders
            WHERE {" AND ".join(["document IS NOT NULL", *conditions])} ORDER BY {order_by} LIMIT {limit:d}
        """
        return [Stored(row[0], decode_json(row[1]), row[2], row[3], row[4:]) for row in self._all(sql, *values)]

    def rows(self, sql: str, *values: Any) -> list[Any]:
        """Return the rows of a query, which may call `casefold`."""
        return self._all(sql, *values)

    def integrations(self) -> set[int]:
        """Return the ids of all integrations that have orders here."""
        return {int(row[0]) for row in self._all("SELECT DISTINCT integration FROM orders")}

    def find_number(self, integration: int, order_number: str) -> list[int]:
        """Return the ids of the saved orders with this number, the oldest first. Rule: LABEL-NAMED."""
        sql = "SELECT id FROM orders WHERE order_number = ? AND integration = ? AND document IS NOT NULL ORDER BY id"
        return [int(row[0]) for row in self._all(sql, order_number, integration)]

    def next_parcel(self) -> int:
        """Return the id of the next parcel, which no other parcel ever gets."""
        return int(self._one("SELECT coalesce(max(first_parcel + parcels), ?) FROM shipments", FIRST_PARCEL)[0])

    def add_shipment(self, shipment: Shipment) -> Shipment:
        """Store a shipment, and return it with an id that no other ever gets."""
        _, *values = astuple(shipment)
        sql = f"INSERT INTO shipments ({SHIPMENT_COLUMNS}) VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
        return replace(shipment, id=self._one(sql, *values)[0])

    def shipments(self) -> list[Shipment]:
        """Return all shipments, in the order of their ids."""
        return [Shipment(*row) for row in self._all(f"SELECT {SHIPMENT_COLUMNS} FROM shipments ORDER BY id")]

    def shipment(self, shipment: int) -> Shipment | None:
        """Return a shipment."""
        row = self._one(f"SELECT {SHIPMENT_COLUMNS} FROM shipments WHERE id = ?", shipment)
        return None if row is None else Shipment(*row)

    def is_shipped(self, integration: int, order_id: str) -> bool:
        """Tell whether there is a shipment of the order with this key."""
        sql = "SELECT 1 FROM shipments WHERE integration = ? AND order_id = ?"
        return self._one(sql, integration, order_id) is not None

    def clear(self) -> None:
        """Forget all orders and shipments; ids start again."""
        with self.transaction():
            for table in FIRST_IDS:
                self._run(f"DELETE FROM {table}")
            self._run("DELETE FROM sqlite_sequence")
            self._start_numbering()

    def _start_numbering(self) -> None:
        for table, first in FIRST_IDS.items():
            if self._one("SELECT 1 FROM sqlite_sequence WHERE name = ?", table) is None:
                self._run("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, first - 1)

    def _run(self, sql: str, *values: Any) -> None:
        with self._lock:
            self._connection.execute(sql, values)

    def _one(self, sql: str, *values: Any) -> Any:
        with self._lock:
            return self._connection.execute(sql, values).fetchone()

    def _all(self, sql: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()


def sortable(timestamp: str | None) -> str:
    """Return a text that sorts like the moment; an absent one comes first."""
    return in_utc(read_moment(timestamp)).isoformat(timespec="microseconds") if timestamp else ""


def days(timestamp: str | None) -> tuple[str | None, str | None]:
    """Return the calendar date of a timestamp in UTC and in its own zone."""
    if not timestamp:
        return None, None
    moment = read_moment(timestamp)
    return in_utc(moment).date().isoformat(), moment.date().isoformat()
