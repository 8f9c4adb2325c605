"""`push` sends a file, says what became of each order, and can be stopped and started again."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from doubles.cli_runs import COLUMNS, CommandLine, on_a_terminal, process
from orders.factory import order, orders, with_value, without
from sendcloud_orders import BatchOutcome, NotSent, PaceLimits, RetryEvent, Unknown
from sendcloud_orders_cli import progress
from sendcloud_orders_cli.commands.push import Survey
from sendcloud_orders_cli.endings import Status
from sendcloud_orders_cli.progress import Sending, progress_of, seconds_at_the_limit, spell_seconds
from sendcloud_orders_sandbox import Rules, Sandbox

pytestmark = pytest.mark.one_python

PATIENCE = 60.0


@pytest.fixture
def write(cli: CommandLine, tmp_path: Path) -> Any:
    """Write orders as NDJSON, one a line, into the folder in which the command line runs."""

    def made(*lines: Any, name: str = "orders.ndjson") -> Path:
        path = tmp_path / name
        path.write_text("".join(line if isinstance(line, str) else f"{json.dumps(line)}\n" for line in lines))
        return path

    return made


def stored(sandbox: Sandbox) -> Counter[str]:
    return Counter(one["order_id"] for one in sandbox.orders())


def told(report: Path) -> dict[int, str]:
    """Return what a report says became of the order on each line."""
    rows = json.loads(report.read_text(encoding="utf-8"))["orders"]
    found = {row["line"]: row["outcome"] for row in rows}
    assert len(found) == len(rows)
    return found


def test_a_file_is_pushed_and_counted(cli: CommandLine, sandbox: Sandbox, write: Any) -> None:
    write(*orders(3))
    assert cli("push", "orders.ndjson") == (0, "3 orders: 3 accepted, 0 rejected, 0 not sent, 0 unknown\n", "")
    assert stored(sandbox) == {"A-0": 1, "A-1": 1, "A-2": 1}


def test_what_a_label_lacks_is_refused_where_it_is_asked_for(cli: CommandLine, sandbox: Sandbox, write: Any) -> None:
    write(order("A"))
    assert cli("push", "orders.ndjson", "--dry-run").status == 0
    refused = cli("push", "orders.ndjson", "--for-label")
    assert refused.status == 1
    assert "order 'A' of integration 41: shipping_address: " in refused.stdout
    assert sandbox.orders() == []


def test_an_integration_that_is_not_there_is_told_with_those_that_are(
    cli: CommandLine, sandbox: Sandbox, write: Any
) -> None:
    write(with_value(order("A"), "order_details.integration.id", 7_777))
    ended = cli("push", "orders.ndjson", "--report", "out.json")
    said = "Integration with id 7777 does not exist (the account has 41"
    assert f"order_details.integration.id: {said}" in ended.stdout
    assert json.loads(Path("out.json").read_text())["orders"][0]["errors"][0]["message"].startswith(said)


def test_the_report_names_every_order_with_its_line_and_its_id(cli: CommandLine, sandbox: Sandbox, write: Any) -> None:
    write(order("A"), "\n", order("B"))
    assert cli("push", "orders.ndjson", "--report", "out.json").status == 0
    ids = {one["order_id"]: int(one["id"]) for one in sandbox.orders()}
    same = {"integration_id": 41, "outcome": "accepted", "errors": [], "reason": None}
    assert json.loads(Path("out.json").read_text()) == {
        "counts": {"accepted": 2, "rejected": 0, "not_sent": 0, "unknown": 0, "not_read": 0},
        "orders": [
            {"line": 1, "order_id": "A", "id": ids["A"], **same},
            {"line": 3, "order_id": "B", "id": ids["B"], **same},
        ],
    }


def test_the_report_can_be_a_table(cli: CommandLine, sandbox: Sandbox, write: Any) -> None:
    write(order("A"), without(order("B"), "order_number"))
    assert cli("push", "orders.ndjson", "--on-rejected", "isolate", "--report", "out.csv").status == 1
    heading, first, second = csv.reader(Path("out.csv").read_text().splitlines())
    assert heading == ["line", "integration_id", "order_id", "outcome", "id", "reason"]
    assert first[:4] == ["1", "41", "A", "accepted"]
    assert second == ["2", "41", "B", "rejected", "", "order_number: Field required"]


def test_a_report_does_not_take_the_place_of_the_journal(cli: CommandLine, sandbox: Sandbox, write: Any) -> None:
    write(order("A"))
    refused = cli("push", "orders.ndjson", "--journal", "run.json", "--report", "./run.json")
    assert (refused.status, refused.stdout) == (2, "")
    assert "--report would overwrite the journal" in refused.stderr
    assert sandbox.orders() == []


def test_an_interrupt_while_the_file_is_checked_says_that_nothing_was_sent(
    cli: CommandLine, sandbox: Sandbox, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(order("A"))

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Survey, "count_refused", interrupt)
    ended = cli("push", "orders.ndjson", "--report", "out.json")
    assert ended == (130, "", "sendcloud-orders: interrupted before anything was sent.\n")
    assert os.listdir() == ["orders.ndjson"]


def test_what_a_program_alone_could_do_is_not_said_to_a_person(
    cli: CommandLine, sandbox: Sandbox, impatient: None, write: Any
) -> None:
    write(order("A"))
    sandbox.faults.every(1, "500")
    for command in (("push", "orders.ndjson"), ("get", "1"), ("list",), ("integrations",)):
        ended = cli(*command)
        assert ended.status == 1
        assert " with 500" in ended.stdout + ended.stderr
        assert "`raw`" not in ended.stdout + ended.stderr


@pytest.mark.parametrize("name", ["orders.ndjson", "orders.json"])
def test_a_number_goes_out_to_its_last_digit(cli: CommandLine, sandbox: Sandbox, write: Any, name: str) -> None:
    path = ("payment_details", "total_price", "value")
    write(json.dumps(with_value(order("A"), path, 123.5)).replace("123.5", "12345678901234567.89"), name=name)
    assert cli("push", name).status == 0
    assert b"12345678901234567.89" in sandbox.requests[-1].body


@pytest.mark.parametrize("number", ["1e400", f"1.{'0' * 20}e{'9' * 30}", f"1.{'0' * 20}e-{'9' * 9}"])
def test_a_number_that_none_can_hold_is_told_with_its_order_and_field(
    cli: CommandLine, write: Any, number: str
) -> None:
    path = ("payment_details", "total_price", "value")
    write(json.dumps(with_value(order("A"), path, 123.5)).replace("123.5", number))
    ended = cli("check", "orders.ndjson")
    assert ended.status == 1
    assert "orders.ndjson:1: order 'A' of integration 41: payment_details.total_price.value: " in ended.stdout


def test_nobody_else_can_read_a_report(cli: CommandLine, sandbox: Sandbox, write: Any) -> None:
    write(order("A"))
    cli("push", "orders.ndjson", "--report", "out.json")
    assert Path("out.json").stat().st_mode & 0o077 == 0


def test_of_a_file_with_a_bad_order_nothing_is_sent(cli: CommandLine, sandbox: Sandbox, write: Any) -> None:
    write(*orders(150), without(order("bad"), "order_number"), order("last"))
    status, out, err = cli("push", "orders.ndjson", "--report", "out.json")
    assert status == 1
    assert out.splitlines() == [
        "orders.ndjson:151: order 'bad' of integration 41: order_number: Field required",
        "151 not sent: another order was refused before anything was sent",
        "152 orders: 0 accepted, 1 rejected, 151 not sent, 0 unknown",
    ]
    assert "Nothing was sent." in err
    assert "--on-rejected isolate" in err
    assert "It is safe to send all of it again" not in err
    assert Counter(told(Path("out.json")).values()) == {"not sent": 151, "rejected": 1}
    assert sandbox.orders() == []


def test_bad_orders_can_be_taken_out_of_those_that_are_sent(cli: CommandLine, sandbox: Sandbox, write: Any) -> None:
    write(order("A"), without(order("bad"), "order_number"), "no order\n", order("foreign", 93), order("B"))
    status, out, _ = cli("push", "orders.ndjson", "--on-rejected", "isolate")
    assert status == 1
    counts, bad, unreadable, foreign = sorted(out.splitlines())
    assert counts == "5 orders: 2 accepted, 3 rejected, 0 not sent, 0 unknown"
    assert bad == "orders.ndjson:2: order 'bad' of integration 41: order_number: Field required"
    assert unreadable.startswith("orders.ndjson:3: it is no JSON: ")
    assert foreign.startswith("orders.ndjson:4: order 'foreign' of integration 93: order_details.integration.id: ")
    assert stored(sandbox) == {"A": 1, "B": 1}


def test_orders_that_shared_a_batch_with_a_bad_one_are_told_together(
    cli: CommandLine, sandbox: Sandbox, write: Any
) -> None:
    write(*orders(3), order("foreign", 93))
    _, out, _ = cli("push", "orders.ndjson", "--on-rejected", "skip", "--report", "out.json")
    assert "3 rejected: refused together with an order of its batch; with --on-rejected isolate" in out
    assert out.count("foreign") == 1
    assert set(told(Path("out.json")).values()) == {"rejected"}


def test_what_the_service_turns_away_is_told_once_and_not_for_each_order(
    cli: CommandLine, sandbox: Sandbox, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(*orders(3))
    monkeypatch.setenv("SENDCLOUD_SECRET_KEY", "wrong")
    status, out, err = cli("push", "orders.ndjson", "--report", "out.json")
    assert status == 2
    reason, counts = out.splitlines()
    assert reason.startswith("3 rejected: ")
    assert counts == "3 orders: 0 accepted, 3 rejected, 0 not sent, 0 unknown"
    assert "with 401" in err
    assert Counter(told(Path("out.json")).values()) == {"rejected": 3}


@pytest.mark.parametrize("duplicates", ["last", "sequence"])
def test_a_key_that_comes_twice_ends_as_its_last_order_says(
    cli: CommandLine, sandbox: Sandbox, write: Any, duplicates: str
) -> None:
    write(order("A"), with_value(order("A"), "order_number", "new"))
    assert cli("push", "orders.ndjson").status == 1
    assert cli("push", "orders.ndjson", "--duplicates", duplicates).status == 0
    assert [one["order_number"] for one in sandbox.orders()] == ["new"]


def test_a_rehearsal_needs_no_credentials_and_sends_nothing(cli: CommandLine, write: Any) -> None:
    write(*orders(1501), without(order("bad"), "order_number"))
    status, out, err = cli("push", "orders.ndjson", "--dry-run")
    assert (status, err) == (1, "")
    bad, summary = out.splitlines()
    assert bad == "orders.ndjson:1502: order 'bad' of integration 41: order_number: Field required"
    assert summary == (
        "1,502 orders: 1 cannot be sent; 1,501 would go out in about 16 requests, which takes at least 2 s at 100 "
        "requests a minute. Nothing was sent."
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["orders.ndjson", "--report", "out.txt"], "--report should end in .json or .csv, not as 'out.txt' does"),
        (["orders.ndjson", "--report", "none/out.json"], "the report none/out.json cannot be written: No such file"),
        (["orders.ndjson", "--report", "folder.json"], "folder.json is a folder"),
        (["orders.ndjson"], "There are no credentials in the environment"),
        (["empty.ndjson"], "empty.ndjson: there is no order in it"),
        (["empty.ndjson", "--dry-run"], "empty.ndjson: there is no order in it"),
        (["none.ndjson"], "none.ndjson cannot be read: No such file or directory"),
        (["orders.ndjson", "--concurrency", "0"], "Invalid value for '--concurrency'"),
        (["orders.ndjson", "--writes-per-minute", "0"], "Invalid value for '--writes-per-minute'"),
        (["orders.ndjson", "--writes-per-minute", "nan"], "writes_per_minute"),
        (["orders.ndjson", "--credentials", "none"], "none cannot be read"),
    ],
)
def test_what_keeps_a_push_from_beginning_is_one_line(
    cli: CommandLine, write: Any, arguments: list[str], told: str
) -> None:
    write(order("A"))
    write(name="empty.ndjson")
    Path("folder.json").mkdir()
    status, out, err = cli("push", *arguments)
    assert (status, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("option", ["--journal", "--report"])
def test_a_file_of_orders_is_not_written_over(cli: CommandLine, sandbox: Sandbox, option: str) -> None:
    text = json.dumps(orders(2))
    Path("orders.json").write_text(text)
    status, out, err = cli("push", "orders.json", option, "./orders.json")
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert Path("orders.json").read_text() == text
    assert sandbox.orders() == []


def test_a_rehearsal_leaves_no_report(cli: CommandLine, write: Any) -> None:
    write(order("A"))
    status, _, err = cli("push", "orders.ndjson", "--dry-run", "--report", "out.json")
    assert status == 2
    assert "--dry-run sends nothing: there is nothing for --report to say" in err


def test_a_push_that_does_not_begin_leaves_no_draft_of_a_report(cli: CommandLine, write: Any) -> None:
    write(order("A"))
    before = sorted(os.listdir())
    cli("push", "orders.ndjson", "--report", "out.json")
    assert sorted(os.listdir()) == before


# ---------------------------------------------------------------- as a process


@contextmanager
def halting(after: int) -> Iterator[tuple[Sandbox, threading.Event]]:
    """Serve a sandbox that answers no more once it has stored so many batches, and tell when it is so far."""
    reached = threading.Event()

    class Halting(Rules):
        batches = 0

        def upsert(self, body: Any) -> Any:
            references = super().upsert(body)
            Halting.batches += 1
            if Halting.batches == after:
                sandbox.faults.next("slow:60", method="POST")
            if Halting.batches > after:
                reached.set()
            return references

    with Sandbox(rules=Halting) as sandbox:
        yield sandbox, reached


@pytest.mark.other_process
@pytest.mark.one_python
@pytest.mark.skipif(os.name != "posix", reason="signals are others there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_push_says_what_became_of_each_order_and_goes_on(
    tmp_path: Path, write: Any, number: signal.Signals
) -> None:
    write(*orders(500))
    arguments = ["push", "orders.ndjson", "--journal", "j", "--report", "out.json", "--concurrency", "1"]
    with halting(after=2) as (sandbox, reached):
        with process(*arguments, env=sandbox.environ) as push:
            assert reached.wait(PATIENCE)
            push.send_signal(number)
            # Well before the answer that it waits for, which takes a minute.
            out, err = push.communicate(timeout=PATIENCE)
        assert push.returncode == Status.INTERRUPTED
        assert err.splitlines()[0] == "sendcloud-orders: interrupted."
        again = err.splitlines()[1].removeprefix("To send the rest: sendcloud-orders ")
        assert again == " ".join(arguments)
        report = json.loads((tmp_path / "out.json").read_text())
        counts = Counter(row["outcome"] for row in report["orders"])
        assert counts["accepted"] == 200
        assert counts["unknown"] == 100
        # The counts of the report, those that were printed and the orders of the report are the same.
        spelled = (
            "{accepted} accepted, {rejected} rejected, {not_sent} not sent, {unknown} unknown, {not_read} not read"
        )
        assert out.splitlines()[-1] == "500 orders: " + spelled.format(**report["counts"])
        assert {name.replace("_", " "): count for name, count in report["counts"].items() if count} == {
            **counts,
            "not read": 500 - counts.total(),
        }
        assert not [path for path in tmp_path.iterdir() if path.name.startswith(".out")]

        before = len(sandbox.requests)
        with process(*again.split(), env=sandbox.environ) as rest:
            counted = "500 orders: 500 accepted, 0 rejected, 0 not sent, 0 unknown\n"
            assert rest.communicate(timeout=PATIENCE) == (counted, "")
        assert rest.returncode == 0
        assert len(sandbox.requests) - before == 3
        assert Counter(told(tmp_path / "out.json").values()) == {"accepted": 500}
        assert set(stored(sandbox).values()) == {1}


@pytest.mark.other_process
def test_a_second_signal_ends_the_process_whatever_the_first_one_is_busy_with() -> None:
    code = """
import signal
from sendcloud_orders_cli.interruption import interruptible
with interruptible(lambda: print("abandoned", flush=True)):
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        print("once", flush=True)
        while True:
            signal.raise_signal(signal.SIGINT)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert (done.returncode, done.stdout) == (Status.INTERRUPTED, "once\nabandoned\n")
    assert "stopped at once" in done.stderr


@pytest.mark.other_process
@pytest.mark.one_python
@pytest.mark.skipif(os.name != "posix", reason="pipes end otherwise there")
def test_a_reader_that_goes_away_does_not_end_a_push(sandbox: Sandbox, write: Any, tmp_path: Path) -> None:
    write(without(order("bad"), "order_number"), *orders(3))
    reader, writer = os.pipe()
    os.close(reader)
    arguments = ("push", "orders.ndjson", "--on-rejected", "isolate", "--report", "out.json")
    with os.fdopen(writer, "w") as out, process(*arguments, env=sandbox.environ, stdout=out) as push:
        _, err = push.communicate(timeout=PATIENCE)
    assert (push.returncode, err) == (1, "")
    assert Counter(told(tmp_path / "out.json").values()) == {"accepted": 3, "rejected": 1}


@pytest.mark.other_process
@pytest.mark.one_python
def test_standard_input_is_pushed_as_it_comes(sandbox: Sandbox) -> None:
    lines = "".join(f"{json.dumps(one)}\n" for one in orders(3))
    with process("push", "-", "--format", "ndjson", env=sandbox.environ, stdin=subprocess.PIPE) as push:
        _, err = push.communicate(lines, timeout=PATIENCE)
    assert (push.returncode, err) == (0, "")
    assert stored(sandbox).total() == 3


COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.mark.other_process
@pytest.mark.skipif(os.name != "posix", reason="terminals are others there")
def test_a_person_sees_how_far_a_push_is_on_one_line_of_80_columns(sandbox: Sandbox, write: Any) -> None:
    write(*orders(250))
    status, shown = on_a_terminal("push", "orders.ndjson", env=sandbox.environ)
    assert status == 0
    assert "250 of 250" in shown
    assert "0 rejected, 0 s left" in shown
    assert "250 orders: 250 accepted" in shown
    assert COLOUR.search(shown)
    plain = ESCAPE.sub("", shown)
    assert max(len(line) for line in re.split(r"[\r\n]+", plain)) <= COLUMNS


@pytest.mark.other_process
@pytest.mark.one_python
@pytest.mark.skipif(os.name != "posix", reason="terminals are others there")
@pytest.mark.parametrize(
    ("variables", "pattern"), [({"NO_COLOR": "1"}, COLOUR), ({"TERM": "dumb"}, ESCAPE)], ids=["NO_COLOR", "dumb"]
)
def test_colours_and_movements_stay_away_where_they_are_not_wanted(
    sandbox: Sandbox, write: Any, variables: dict[str, str], pattern: re.Pattern[str]
) -> None:
    write(*orders(3))
    status, shown = on_a_terminal("push", "orders.ndjson", env={**sandbox.environ, **variables})
    assert status == 0
    assert "3 orders: 3 accepted" in shown
    if pattern is COLOUR:
        # Bold and the like are no colours.
        assert not re.search(r"\x1b\[([0-9;]*;)?(3[0-8]|4[0-8]|9[0-7])(;[0-9;]*)?m", shown)
    else:
        assert not pattern.search(shown)


# ---------------------------------------------------------------- how far it is


def test_a_standing_counts_every_order_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    sending = Sending(1000, 100, began=now)
    left = tuple(NotSent(place, None, "") for place in range(150))
    sending.add(BatchOutcome(not_sent=left, unknown=(Unknown(150, None, ""),)))  # type: ignore[arg-type]
    now += 30
    assert sending.done == 151
    assert sending.words == "302 a minute, 0 rejected, 151 not sent or unknown, 6 s left"


def test_a_standing_says_while_a_request_is_tried_again_and_not_after_that() -> None:
    sending = Sending(1000, 100)
    sending.try_again(RetryEvent(1, "upsert_orders", "POST", "/orders", 2, 503, 1.0, ""))
    assert sending.words.endswith(" left, try 3 after 503")
    sending.try_again(RetryEvent(1, "upsert_orders", "POST", "/orders", 3, None, 1.0, ""))
    assert sending.words.endswith(" left, try 4 after no answer")
    sending.add(BatchOutcome())
    assert sending.words.endswith(" left")


@pytest.mark.parametrize(("requests", "seconds"), [(1, 0), (13, 0), (14, 0.6), (50, 22.2)])
def test_a_burst_goes_out_at_once_and_the_rest_at_the_limit(requests: int, seconds: float) -> None:
    assert seconds_at_the_limit(requests, PaceLimits()) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("seconds", "spelled"),
    [(0, "0 s"), (0.2, "1 s"), (59, "59 s"), (60, "1 min 00 s"), (754, "12 min 34 s"), (7261, "2 h 01 min")],
)
def test_a_time_is_spelled_as_a_person_says_it(seconds: float, spelled: str) -> None:
    assert spell_seconds(seconds) == spelled


def test_a_log_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    written = threading.Event()
    lines: list[str] = []

    def note(line: str) -> None:
        lines.append(line)
        written.set()

    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_LINES", 0.001)
    monkeypatch.setattr(progress, "note", note)
    with progress_of(Sending(1000, 100), quiet=False):
        assert written.wait(PATIENCE)
    assert lines[0] == "0 of 1,000 orders: 0 a minute, 0 rejected, 6 s left"


def test_quiet_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    before = set(threading.enumerate())
    with progress_of(Sending(1000, 100), quiet=True) as shown:
        shown.move()
        # Nobody is there who would write a line later.
        assert set(threading.enumerate()) == before
    assert capsys.readouterr() == ("", "")
