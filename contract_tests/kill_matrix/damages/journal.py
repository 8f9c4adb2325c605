"""Damages of the journal, which the adapters' own tests have to see: what it skips must be stored."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import pytest

from kill_matrix.damage import ADAPTERS, around, damage, instead
from sendcloud_orders.identity import OrderKey, SendcloudId
from sendcloud_orders.journal import Entry, Journal

damaged = partial(damage, "journal", "UPSERT-JOURNAL", of=ADAPTERS)
replace_in = partial(instead, of=ADAPTERS)
wrap_in = partial(around, of=ADAPTERS)


def looking_up(patch: pytest.MonkeyPatch, query: str, row_of: Callable[[OrderKey, bytes], tuple[object, ...]]) -> None:
    """Let a query of the table `stored` find the id, and forget nothing."""

    def look_up(db: sqlite3.Connection, key: OrderKey, digest: bytes) -> SendcloudId | None:
        row = db.execute(f"SELECT id FROM stored WHERE {query}", row_of(key, digest)).fetchone()
        return SendcloudId(row[0]) if row else None

    replace_in(patch, "journal.Journal._look_up", staticmethod(look_up))


@damaged()
def the_journal_keeps_what_it_knew_of_a_key_while_another_order_is_sent(patch: pytest.MonkeyPatch) -> None:
    looking_up(patch, "integration_id = ? AND order_id = ? AND digest = ?", lambda key, digest: (*key, digest))


@damaged()
def the_journal_looks_an_order_up_without_its_integration(patch: pytest.MonkeyPatch) -> None:
    def look_up(true: Any, db: sqlite3.Connection, key: OrderKey, digest: bytes) -> SendcloudId | None:
        row = db.execute("SELECT integration_id FROM stored WHERE order_id = ?", (key.order_id,)).fetchone()
        found: SendcloudId | None = true(db, OrderKey(row[0], key.order_id) if row else key, digest)
        return found

    true = Journal._look_up
    replace_in(patch, "journal.Journal._look_up", staticmethod(partial(look_up, true)))


@damaged()
def the_journal_takes_each_order_of_a_known_key_for_the_stored_one(patch: pytest.MonkeyPatch) -> None:
    looking_up(patch, "integration_id = ? AND order_id = ?", lambda key, digest: tuple(key))


@damaged()
def the_journal_compares_the_beginning_of_an_order(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "upserting.digest", lambda encoded: hashlib.blake2b(encoded[:300], digest_size=16).digest())


@damaged()
def the_journal_records_an_order_before_its_answer(patch: pytest.MonkeyPatch) -> None:
    def acknowledged_many(
        true: Any, journal: Journal, orders: Sequence[tuple[OrderKey, bytes]]
    ) -> list[SendcloudId | None]:
        found: list[SendcloudId | None] = true(journal, orders)
        journal.record(Entry(*order, SendcloudId(1)) for order, id_ in zip(orders, found, strict=True) if id_ is None)
        return found

    wrap_in(patch, "journal.Journal.acknowledged_many", acknowledged_many)


@damaged()
def the_journal_records_nothing_of_a_batch_that_was_accepted_in_part(patch: pytest.MonkeyPatch) -> None:
    def acknowledged_many(true: Any, journal: Any, orders: Sequence[Any]) -> list[SendcloudId | None]:
        found: list[SendcloudId | None] = true(journal, orders)
        journal.sent = found.count(None)
        return found

    def record(true: Any, journal: Any, entries: Iterable[Entry]) -> None:
        listed = list(entries)
        true(journal, () if len(listed) < getattr(journal, "sent", 0) else listed)

    wrap_in(patch, "journal.Journal.acknowledged_many", acknowledged_many)
    wrap_in(patch, "journal.Journal.record", record)


@damaged()
def the_journal_records_an_answer_order_by_order(patch: pytest.MonkeyPatch) -> None:
    def record(true: Any, journal: Journal, entries: Iterable[Entry]) -> None:
        for entry in entries:
            true(journal, [entry])

    wrap_in(patch, "journal.Journal.record", record)


@damaged()
def the_journal_gives_its_ids_in_another_order(patch: pytest.MonkeyPatch) -> None:
    wrap_in(
        patch, "journal.Journal.acknowledged_many", lambda true, journal, orders: sorted(true(journal, orders), key=str)
    )


@damaged()
def a_journal_of_another_account_is_taken(patch: pytest.MonkeyPatch) -> None:
    wrap_in(
        patch, "journal.Journal.__init__", lambda true, journal, path, *, account: true(journal, path, account="any")
    )


@damaged()
def a_journal_of_another_layout_is_taken(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "journal.Journal._check_owner", lambda journal, fingerprint: None)


@damaged()
def the_journal_is_empty_after_a_new_start(patch: pytest.MonkeyPatch) -> None:
    def opened(true: Any, journal: Any, fingerprint: bytes) -> None:
        true(journal, fingerprint)
        journal._db.execute("DELETE FROM stored")

    wrap_in(patch, "journal.Journal._open", opened)


@damaged()
def the_journal_is_believed_about_a_key_that_is_being_written(patch: pytest.MonkeyPatch) -> None:
    def look_up(true: Any, planner: Any, **options: Any) -> Any:
        planner._in_work.clear()
        return true(planner, **options)

    wrap_in(patch, "batching.Planner._look_up", look_up)
