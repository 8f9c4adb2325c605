"""Each run has its own reports, and the names that everybody knows stand for those of the last one."""

import os
import re
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from runs.reports import KEPT_SECONDS, new_folder, publish
from sendcloud_orders_sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0


def write(folder: Path, text: str) -> None:
    """Write a report that is a file, and one that is a folder."""
    (folder / "contract.html").write_text(text)
    (folder / "page").mkdir()
    (folder / "page" / "index.html").write_text(text)


def read(folder: Path) -> list[str]:
    return [(folder / name).read_text() for name in ("contract.html", "page/index.html")]


def names_of_tests(folder: Path) -> set[str]:
    """Return the names of the tests in a run's report."""
    return set(re.findall(r'<testcase [^>]*name="(\w+)', (folder / "contract.xml").read_text()))


def test_two_runs_leave_two_sets_of_reports(tmp_path: Path) -> None:
    one, other = new_folder(tmp_path), new_folder(tmp_path)
    write(one, "one")
    write(other, "other")
    publish(other)
    publish(one)
    assert [read(one), read(other)] == [["one"] * 2, ["other"] * 2]
    assert read(tmp_path) == ["one"] * 2


def test_a_folder_stays_the_same_for_a_program_that_works_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = new_folder(Path("reports"))
    monkeypatch.chdir(ROOT)
    assert folder.parent == tmp_path / "reports"
    assert folder.is_dir()


def test_folders_are_in_the_order_in_which_their_runs_began(tmp_path: Path) -> None:
    made = [new_folder(tmp_path) for _ in range(5)]
    assert sorted(tmp_path.iterdir()) == made


def test_nothing_is_published_before_a_run_ends(tmp_path: Path) -> None:
    write(new_folder(tmp_path), "half")
    assert not (tmp_path / "contract.html").exists()


def test_a_reader_finds_a_whole_report_at_any_moment(tmp_path: Path) -> None:
    runs = [new_folder(tmp_path), new_folder(tmp_path)]
    for folder in runs:
        write(folder, folder.name)
    publish(runs[0])
    ended = threading.Event()

    def publish_often() -> None:
        for number in range(500):
            publish(runs[number % 2])
        ended.set()

    writer = threading.Thread(target=publish_often)
    writer.start()
    names = {folder.name for folder in runs}
    while not ended.is_set():
        assert set(read(tmp_path)) <= names
    writer.join()


def test_reports_of_before_there_were_folders_are_replaced(tmp_path: Path) -> None:
    write(tmp_path, "old")
    folder = new_folder(tmp_path)
    write(folder, "new")
    publish(folder)
    assert read(tmp_path) == ["new"] * 2


def test_what_a_later_run_superseded_is_removed_after_a_day(tmp_path: Path) -> None:
    superseded, last, running = (new_folder(tmp_path) for _ in range(3))
    for folder in (superseded, last):
        write(folder, folder.name)
        publish(folder)
        os.utime(folder, (0, time.time() - KEPT_SECONDS - 60))
    new_folder(tmp_path)
    assert not superseded.exists()
    assert running.exists()
    assert read(tmp_path) == [last.name] * 2


def test_two_runs_side_by_side_leave_whole_reports_each(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "contract_tests/suite/test_access.py", "-q", f"--reports={tmp_path}"]
    tests = ("test_key_and_secret_open_the_service", "test_a_refused_upsert_stores_nothing")
    with ExitStack() as stack:
        sandbox = stack.enter_context(Sandbox())
        runs = [
            stack.enter_context(
                subprocess.Popen(
                    [*command, "-k", test],
                    cwd=ROOT,
                    env={**os.environ, **sandbox.environ, "TARGET": sandbox.base_url},
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for test in tests
        ]
        try:
            printed = [run.communicate(timeout=PATIENCE)[0] for run in runs]
        finally:
            for run in runs:
                run.kill()
    assert [run.returncode for run in runs] == [0, 0], printed
    by_test = {name: folder for folder in tmp_path.glob("run-*") for name in names_of_tests(folder)}
    assert sorted(by_test) == sorted(tests)
    folders = [by_test[test] for test in tests]
    assert folders[0] != folders[1]
    for folder, test, text in zip(folders, tests, printed, strict=True):
        sentence = test.removeprefix("test_").replace("_", " ")
        assert sentence in (folder / "contract.html").read_text()
        verdict = (folder / "verdict.txt").read_text()
        assert {line.rstrip() for line in verdict.splitlines()} <= {line.rstrip() for line in text.splitlines()}
        assert max(map(len, verdict.splitlines())) <= 80
    places = {(tmp_path / name).resolve().parent for name in ("contract.xml", "contract.html", "verdict.txt")}
    assert places <= set(folders)
