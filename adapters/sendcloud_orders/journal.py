"""Remember on disk what the service is known to hold, so that a run that was killed goes on where it stopped.

A row says: the last thing acknowledged for this key was an order with this digest. It is deleted before an order with
another digest is sent for the key, because from then on until the answer nobody knows what the service holds. So a key
is skipped exactly when the service holds what would be sent, whatever happened in between: a kill, the same key several
times in one input, an order changed and changed back from run to run.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from .arguments import as_whole_number, check_text, described, reading
from .errors import ConfigurationError, InvalidRequest, SendcloudError
from .forking import renew_after_fork
from .identity import LARGEST_ID, OrderId, OrderKey, SendcloudId

# "SCoj" in ASCII: tells our files from other SQLite databases.
_APPLICATION_ID = 0x53436F6A
_VERSION = 1
_SCHEMA = (
    f"PRAGMA application_id = {_APPLICATION_ID}",
    f"PRAGMA user_version = {_VERSION}",
    "CREATE TABLE owner (fingerprint BLOB NOT NULL)",
    """CREATE TABLE stored (
        integration_id INTEGER NOT NULL,
        order_id TEXT NOT NULL,
        digest BLOB NOT NULL,
        id INTEGER NOT NULL,
        PRIMARY KEY (integration_id, order_id)
    ) WITHOUT ROWID""",
)
_NO_JOURNAL = "{} is a file, but no journal of sendcloud-orders; nothing in it was changed. Give another path."
# Keys and ids of orders are nobody else's business on a shared machine.
_MODE = 0o600


class Entry(NamedTuple):
    """What the service acknowledged: under `id`, the order with this digest for this key."""

    key: OrderKey
    digest: bytes
    id: SendcloudId


def digest(encoded: bytes) -> bytes:
    """Give the 16 bytes that stand for an encoded order; nothing of the order can be read from them."""
    return hashlib.blake2b(encoded, digest_size=16).digest()


class Journal:
    """Keys, digests and ids of acknowledged orders in an SQLite file; no customer data.

    `account` names what the orders were sent to (account and base URL); its hash is kept, and a file of another
    account is refused. One process opens a journal at a time; its threads may share it, and a child after a fork may
    not use it. A call is a transaction that is on the disk when it returns: requests come at most 100 a minute, so the
    price of an fsync each is not felt, and a row cannot come back from the dead after a power cut. Delete the file to
    have everything sent again, for example after orders were changed or deleted by other means.

    A new file can be read and written by its owner alone, whatever the umask; a file that is there keeps its mode.

    Raises `ConfigurationError` when the path is none, the file is no journal, belongs to another account, comes from a
    newer version, is in use, or cannot be opened.
    Rules: UPSERT-KEY, UPSERT-JOURNAL.
    """

    def __init__(self, path: str | Path, *, account: str) -> None:
        self._path = check_journal_path(path)
        account = check_text("The account of a journal", account, ConfigurationError)
        self._lock = threading.Lock()
        self._is_parents = False
        fingerprint = hashlib.blake2b(
            account.encode(errors="surrogatepass"), digest_size=16, person=b"journal account"
        ).digest()
        try:
            _create(self._path)
            self._db = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
            try:
                self._open(fingerprint)
            except BaseException:
                self._db.close()
                raise
        except sqlite3.Error as error:
            raise _cannot_open(self._path, error) from error
        except OSError as error:
            raise ConfigurationError(f"The journal {self._path} cannot be opened: {error.strerror}.") from error
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Leave the file to the parent: closing it here would write into it, even at the end of this process."""
        self._lock = threading.Lock()
        self._is_parents = True
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._db))

    def acknowledged(self, key: OrderKey, digest: bytes) -> SendcloudId | None:
        """Give the id of the order if the service is known to hold exactly this, else None; see `acknowledged_many`."""
        with reading("The key or the digest of an order"):
            return self.acknowledged_many([(_checked_key(key), digest)])[0]

    def acknowledged_many(self, orders: Sequence[tuple[OrderKey, bytes]]) -> list[SendcloudId | None]:
        """Give, order by order, the id where the service is known to hold exactly this, else None.

        None means that the caller is about to send the order: what the journal knew of its key is forgotten.

        Raises `InvalidRequest` for what is no key or no digest, `SendcloudError` when the file cannot be read or
        written.
        """
        with reading("The orders (keys and digests) that a journal is asked for"):
            asked = [(_checked_key(key), _checked_digest(digest)) for key, digest in orders]
        with self._transaction() as db:
            return [self._look_up(db, key, digest) for key, digest in asked]

    def record(self, entries: Iterable[Entry]) -> None:
        """Write down what one answer acknowledged: all of the entries, or after a crash none.

        Raises `InvalidRequest` for what is no entry, `SendcloudError` when the file cannot be written; the orders are
        then sent again by the next run.
        """
        with reading("The entries of a journal"):
            rows = [(*_checked_key(key), _checked_digest(digest), _checked_id(id)) for key, digest, id in entries]
        with self._transaction() as db:
            db.executemany("INSERT OR REPLACE INTO stored VALUES (?, ?, ?, ?)", rows)

    def close(self) -> None:
        """Close the file and let other processes have it; in a child after a fork it stays the parent's."""
        with self._lock:
            if not self._is_parents:
                self._db.close()

    def __len__(self) -> int:
        with self._transaction() as db:
            return int(db.execute("SELECT count(*) FROM stored").fetchone()[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Journal({str(self._path)!r})"

    @staticmethod
    def _look_up(db: sqlite3.Connection, key: OrderKey, digest: bytes) -> SendcloudId | None:
        row = db.execute(
            "SELECT digest, id FROM stored WHERE integration_id = ? AND order_id = ?", (key[0], key[1])
        ).fetchone()
        if row is None:
            return None
        if row[0] == digest:
            return SendcloudId(row[1])
        db.execute("DELETE FROM stored WHERE integration_id = ? AND order_id = ?", (key[0], key[1]))
        return None

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        if self._is_parents:
            raise ConfigurationError(
                f"The journal {self._path} was opened by the parent of this process, before a fork, and belongs to it. "
                "Open a journal in the process that uses it, and give each process its own file."
            )
        with self._lock:
            try:
                self._db.execute("BEGIN")
                try:
                    yield self._db
                except BaseException:
                    self._db.rollback()
                    raise
                self._db.commit()
            except sqlite3.Error as error:
                raise SendcloudError(f"The journal {self._path} cannot be used any more: {error}.") from error

    def _open(self, fingerprint: bytes) -> None:
        # Before the first access: the lock is then taken once and kept, and WAL needs no shared memory beside the file.
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("BEGIN EXCLUSIVE")
        application_id = self._db.execute("PRAGMA application_id").fetchone()[0]
        if application_id == 0 and self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            for statement in _SCHEMA:
                self._db.execute(statement)
            self._db.execute("INSERT INTO owner VALUES (?)", (fingerprint,))
        elif application_id != _APPLICATION_ID:
            raise ConfigurationError(_NO_JOURNAL.format(self._path))
        self._check_owner(fingerprint)
        self._db.commit()
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")

    def _check_owner(self, fingerprint: bytes) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version != _VERSION:
            raise ConfigurationError(
                f"The journal {self._path} has layout {version} and this release knows {_VERSION}. Use the release "
                "that wrote it, or another path (everything is then sent again, which does no harm)."
            )
        if self._db.execute("SELECT fingerprint FROM owner").fetchone()[0] != fingerprint:
            raise ConfigurationError(
                f"The journal {self._path} was written for another account or base URL. Give each its own file."
            )


def _checked_key(key: object) -> OrderKey:
    # As all of a run's are; what follows takes five times as long.
    if type(key) is OrderKey and type(key[0]) is int and type(key[1]) is str and key[1].isascii() and _fits(key[0]):
        return key
    match key:
        case (integration, str(order_id)) if (number := as_whole_number(integration)) is not None:
            order_id.encode()  # a lone surrogate raises
            if _fits(number):
                return OrderKey(number, OrderId(str.__str__(order_id)))
    raise InvalidRequest(f"The key of a journal's entry should be an OrderKey, not {described(key)}.")


def _fits(integration: int) -> bool:
    return -LARGEST_ID <= integration <= LARGEST_ID


def _checked_digest(digest: object) -> bytes:
    if not isinstance(digest, bytes):
        raise InvalidRequest(f"The digest of a journal's entry should be bytes, not {described(digest)}.")
    return digest


def _checked_id(id: object) -> int:
    number = as_whole_number(id)
    if number is None or not 1 <= number <= LARGEST_ID:
        raise InvalidRequest(f"The id of a journal's entry should be a Sendcloud id, not {described(id)}.")
    return number


def check_journal_path(path: object) -> Path:
    """Check that a file can be at a path. Raises `ConfigurationError`."""
    with reading("The path of a journal", ConfigurationError):
        if not isinstance(path, str | Path) or "\0" in str(path):
            raise ConfigurationError(
                f"The path of a journal should be a text or a Path that names a file, not {described(path)} "
                "or a text with NUL in it."
            )
        found = Path(path).absolute()
    try:
        os.fsencode(found)
        if found.is_dir():
            raise ConfigurationError(f"The journal {found} is a folder. Give the path of a file.")
        if not found.parent.is_dir():
            raise ConfigurationError(f"The journal's folder {found.parent} does not exist. Create it first.")
        if found.exists() and not found.is_file():
            raise ConfigurationError(f"The journal {found} is no regular file. Give another path.")
    except (OSError, UnicodeError) as error:
        raise ConfigurationError(f"The path of the journal cannot be used: {type(error).__name__}.") from error
    return found


def _create(path: Path) -> None:
    """Create the file with its mode; SQLite gives the same mode to the files beside it."""
    # One that is there is not opened here: closing it again would take SQLite's locks off it.
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, _MODE))
        path.chmod(_MODE)


def _cannot_open(path: Path, error: sqlite3.Error) -> ConfigurationError:
    # The low byte is the error's family; SQLite puts details above it.
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY:
            return ConfigurationError(
                f"The journal {path} is in use by another run. Wait for it to end, or give this one its own file."
            )
        case sqlite3.SQLITE_NOTADB:
            return ConfigurationError(_NO_JOURNAL.format(path))
        case _:
            return ConfigurationError(f"The journal {path} cannot be opened: {error}.")
