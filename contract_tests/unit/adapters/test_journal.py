"""The journal against a dictionary, against wrong files, and against SIGKILL."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendcloud_orders.errors import ConfigurationError, InvalidRequest, SendcloudError
from sendcloud_orders.identity import OrderId, OrderKey, SendcloudId
from sendcloud_orders.journal import Entry, Journal, digest

pytestmark = pytest.mark.rule("UPSERT-JOURNAL")


def key(order_id: str, integration_id: int = 41) -> OrderKey:
    return OrderKey(integration_id, OrderId(order_id))


def entry(order_id: str, encoded: bytes, id: int, integration_id: int = 41) -> Entry:
    return Entry(key(order_id, integration_id), digest(encoded), SendcloudId(id))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.journal"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with Journal(path, account="account") as journal:
        yield journal


# --- what it remembers ------------------------------------------------------------------------------------------------


def test_what_was_recorded_is_known_after_a_new_start(path: Path) -> None:
    with Journal(path, account="account") as first:
        first.record([entry("A-1", b"order", 669)])
    with Journal(path, account="account") as second:
        assert second.acknowledged(key("A-1"), digest(b"order")) == 669


def test_an_order_that_was_never_acknowledged_is_not_known(journal: Journal) -> None:
    assert journal.acknowledged(key("A-1"), digest(b"order")) is None


def test_an_order_whose_content_changed_is_not_known(journal: Journal) -> None:
    journal.record([entry("A-1", b"before", 669)])
    assert journal.acknowledged(key("A-1"), digest(b"after")) is None


def test_the_same_order_id_in_another_shop_is_another_order(journal: Journal) -> None:
    journal.record([entry("A-1", b"order", 669, integration_id=41)])
    assert journal.acknowledged(key("A-1", 68), digest(b"order")) is None
    journal.record([entry("A-1", b"order", 670, integration_id=68)])
    assert journal.acknowledged(key("A-1", 41), digest(b"order")) == 669


def test_a_change_that_was_sent_without_an_answer_leaves_nothing_known(journal: Journal) -> None:
    journal.record([entry("A-1", b"before", 669)])
    journal.acknowledged(key("A-1"), digest(b"after"))
    assert journal.acknowledged(key("A-1"), digest(b"before")) is None


def test_answers_come_in_the_order_of_the_questions(journal: Journal) -> None:
    journal.record([entry("A-1", b"one", 1), entry("A-3", b"three", 3)])
    asked = [(key("A-3"), digest(b"three")), (key("A-2"), digest(b"two")), (key("A-1"), digest(b"one"))]
    assert journal.acknowledged_many(asked) == [3, None, 1]


def test_a_record_is_all_or_nothing(journal: Journal) -> None:
    def breaks_off() -> Iterator[Entry]:
        yield entry("A-1", b"order", 669)
        raise RuntimeError("the caller's iterator broke")

    with pytest.raises(InvalidRequest, match="raised RuntimeError") as caught:
        journal.record(breaks_off())
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert journal.acknowledged(key("A-1"), digest(b"order")) is None


SENDINGS = st.tuples(
    st.sampled_from(["A", "B"]), st.sampled_from([b"1", b"2"]), st.sampled_from(["answered", "lost", "killed"])
)
"""An order id, the content that is to be sent for it, and what becomes of the answer."""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=st.lists(st.lists(SENDINGS, max_size=6), max_size=6))
def test_an_order_is_skipped_exactly_when_the_service_holds_it(
    runs: list[list[tuple[str, bytes, str]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each run sends some orders; an answer may get lost, or the process may die before the journal hears of it."""
    path = tmp_path_factory.mktemp("model") / "run.journal"
    service: dict[str, bytes] = {}
    known: dict[str, bytes] = {}
    for run in runs:
        with Journal(path, account="account") as journal:
            for name, content, fate in run:
                skipped = journal.acknowledged(key(name), digest(content)) is not None
                assert skipped == (known.get(name) == content)
                if skipped:
                    assert service[name] == content
                    continue
                service[name] = content
                known.pop(name, None)
                if fate == "killed":
                    break
                if fate == "answered":
                    journal.record([entry(name, content, 7)])
                    known[name] = content


def test_it_holds_nothing_of_an_order_but_its_key_and_id(journal: Journal, path: Path) -> None:
    encoded = b'{"shipping_address": {"name": "Planted Customer", "email": "planted@example.com"}}'
    journal.record([entry("A-1", encoded, 669)])
    files = [file.read_bytes() for file in path.parent.iterdir()]
    assert any(b"A-1" in content for content in files)
    assert not any(b"lanted" in content for content in files)


def test_it_does_not_hold_the_account_in_clear(path: Path) -> None:
    with Journal(path, account="planted-public-key") as journal:
        journal.record([entry("A-1", b"order", 669)])
        assert not any(b"planted" in file.read_bytes() for file in path.parent.iterdir())


def test_a_digest_is_sixteen_bytes_that_differ_with_the_order() -> None:
    assert len(digest(b"one")) == 16
    assert digest(b"one") != digest(b"two")


def test_threads_may_share_a_journal(journal: Journal) -> None:
    def work(thread: int) -> None:
        for batch in range(20):
            journal.record([entry(f"{thread}-{batch}-{row}", b"order", 1) for row in range(10)])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journal) == 4 * 20 * 10


@pytest.mark.one_python
def test_twenty_thousand_orders_do_not_grow_in_memory(journal: Journal) -> None:
    tracemalloc.start()
    try:
        for batch in range(200):
            orders = [(key(f"{batch}-{row}"), digest(b"%d" % row)) for row in range(100)]
            assert journal.acknowledged_many(orders) == [None] * 100
            journal.record(Entry(*order, SendcloudId(1)) for order in orders)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(journal) == 20_000
    assert peak < 2_000_000


# --- files it refuses -------------------------------------------------------------------------------------------------


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.write_text("somebody's notes\n" * 100)
    with pytest.raises(ConfigurationError, match="no journal"):
        Journal(path, account="account")
    assert path.read_text() == "somebody's notes\n" * 100


def test_another_program_s_database_is_refused_and_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE theirs (a)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match="no journal"):
        Journal(path, account="account")
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_an_empty_file_becomes_a_journal(path: Path) -> None:
    path.touch()
    with Journal(path, account="account") as journal:
        assert len(journal) == 0


def test_a_journal_of_another_account_is_refused(path: Path) -> None:
    Journal(path, account="one").close()
    with pytest.raises(ConfigurationError, match="another account or base URL"):
        Journal(path, account="two")


def test_a_journal_of_another_layout_is_refused(path: Path) -> None:
    Journal(path, account="account").close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 2")
    db.close()
    with pytest.raises(ConfigurationError, match="layout 2"):
        Journal(path, account="account")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is a folder"):
        Journal(tmp_path, account="account")


@pytest.mark.parametrize("odd", [5, None, b"run.journal", "a\0b", "\ud800", "", "x" * 5000, "/dev/null", [], True])
def test_a_path_that_names_no_file_is_refused(odd: Any) -> None:
    with pytest.raises(ConfigurationError, match="journal"):
        Journal(odd, account="account")


def test_a_file_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="cannot be opened"):
        Journal("/proc/run.journal", account="account")


@pytest.mark.parametrize("odd", [5, None, b"account"])
def test_an_account_that_is_no_text_is_refused(path: Path, odd: Any) -> None:
    with pytest.raises(ConfigurationError, match="account"):
        Journal(path, account=odd)


@pytest.mark.parametrize("umask", [0, 0o022, 0o077, 0o777])
def test_the_files_of_a_new_journal_are_its_owners_alone_whatever_the_umask(path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with Journal(path, account="account") as journal:
            journal.record([entry("A-1", b"order", 669)])
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"run.journal": 0o600, "run.journal-wal": 0o600}


def test_a_journal_behind_a_link_is_made_with_the_same_mode(path: Path) -> None:
    target = path.with_name("elsewhere")
    path.symlink_to(target)
    Journal(path, account="account").close()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_file_that_is_there_keeps_its_mode(path: Path) -> None:
    path.touch()
    path.chmod(0o640)
    Journal(path, account="account").close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_second_journal_of_the_same_file_leaves_the_first_one_locked(path: Path, journal: Journal) -> None:
    with pytest.raises(ConfigurationError, match="in use"):
        Journal(path, account="account")
    attempt = "import sys; from sendcloud_orders import Journal; Journal(sys.argv[1], account='account')"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    other = subprocess.run([sys.executable, "-c", attempt, str(path)], env=environment, capture_output=True, text=True)
    assert "in use by another run" in other.stderr


def test_a_path_in_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        Journal(tmp_path / "nowhere" / "run.journal", account="account")


def test_a_closed_journal_says_so_as_one_of_our_errors(journal: Journal) -> None:
    journal.close()
    with pytest.raises(SendcloudError, match="closed"):
        journal.record([entry("A-1", b"order", 669)])


# --- other processes --------------------------------------------------------------------------------------------------

WRITER = """
import sys
from sendcloud_orders.identity import OrderId, OrderKey, SendcloudId
from sendcloud_orders.journal import Entry, Journal, digest

with Journal(sys.argv[1], account="account") as journal:
    print("open", flush=True)
    batch = int(sys.argv[2])
    while True:
        orders = [(OrderKey(41, OrderId(f"{batch}-{row}")), digest(b"%d" % batch)) for row in range(100)]
        journal.acknowledged_many(orders)
        journal.record(Entry(*order, SendcloudId(batch + 1)) for order in orders)
        print(batch, flush=True)
        batch += 1
"""
"""Record batches for ever, and say after each that it is recorded."""


class Writer:
    """A process that records until it is killed."""

    def __init__(self, path: Path, first_batch: int = 0) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(first_batch)],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert self._process.stdout is not None
        self._lines = self._process.stdout
        assert self._lines.readline() == "open\n"

    def hear(self, lines: int) -> list[int]:
        return [int(self._lines.readline()) for _ in range(lines)]

    def kill(self) -> list[int]:
        """Kill it with SIGKILL, and give the batches that it still said to be recorded."""
        self._process.kill()
        rest = [int(line) for line in self._lines if line.endswith("\n")]
        self._process.wait()
        self._lines.close()
        return rest


@pytest.mark.other_process
def test_a_journal_in_use_by_another_process_is_refused(path: Path) -> None:
    writer = Writer(path)
    try:
        with pytest.raises(ConfigurationError, match="in use by another run"):
            Journal(path, account="account")
    finally:
        writer.kill()


@pytest.mark.one_python
@pytest.mark.other_process
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kills=st.lists(st.integers(0, 40), min_size=2, max_size=4))
def test_a_process_killed_at_any_moment_leaves_whole_batches_and_all_it_said(
    kills: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("killed") / "run.journal"
    said: list[int] = []
    for lines in kills:
        writer = Writer(path, first_batch=len(said))
        said += writer.hear(lines) + writer.kill()
        with Journal(path, account="account") as journal:
            batches = len(journal) // 100
            # One batch may be on the disk before the process could say so.
            assert len(journal) in (len(said) * 100, len(said) * 100 + 100)
            for batch in range(batches):
                asked = [(key(f"{batch}-{row}"), digest(b"%d" % batch)) for row in range(100)]
                assert journal.acknowledged_many(asked) == [batch + 1] * 100
        said = list(range(batches))
