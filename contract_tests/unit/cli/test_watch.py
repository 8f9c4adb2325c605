"""`watch` tells each change once, and goes on where it ended."""

from __future__ import annotations

import json
import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from doubles.cli_runs import CommandLine, Run, process
from doubles.sandbox_client import Api
from orders.factory import order
from sendcloud_orders import BasicCredentials, OrdersClient, Pace
from sendcloud_orders_cli.days import read_moment
from sendcloud_orders_cli.resuming import TokenKeeper, keep_token, kept_token
from sendcloud_orders_sandbox import Sandbox

pytestmark = [pytest.mark.one_python, pytest.mark.usefixtures("sandbox")]

ALL = ("--poll", "0", "--lookback", "all")


def told(run: Run) -> list[str]:
    """Name the orders of a run."""
    return [line[3] for line in run.lines]


def test_what_has_changed_is_told_with_when(cli: CommandLine, api: Api) -> None:
    (known,) = api.create(order("A", 68))
    run = cli("watch", "--since", "1h", *ALL)
    ((moment, *facts),) = run.lines
    assert facts == [str(known), "68", "A", "#A", "unshipped"]
    assert datetime.fromisoformat(moment).utcoffset() == timedelta(0)
    assert run.status == 0


def test_whole_orders_are_told_as_json_and_of_the_integrations_that_were_named(cli: CommandLine, api: Api) -> None:
    api.create(order("A", 41), order("B", 68))
    (line,) = cli("watch", "--since", "1h", "--integration", "68", "--json", *ALL).stdout.splitlines()
    assert json.loads(line)["order_id"] == "B"


def test_a_token_that_cannot_be_kept_is_told_with_its_file(cli: CommandLine, api: Api) -> None:
    run = cli("watch", "--since", "1d", "--poll", "0", "--token-file", "nowhere/token")
    assert run.status == 2
    assert run.stderr == "sendcloud-orders: The token cannot be kept in nowhere/token: No such file or directory.\n"


def test_a_run_says_how_the_next_one_goes_on_and_that_tells_nothing_twice(cli: CommandLine, api: Api) -> None:
    api.create(order("A"))
    first = cli("watch", "--since", "1h", *ALL)
    *_, token = first.stderr.split()
    assert (told(first), "--since" in first.stderr) == (["A"], True)
    api.create(order("B"))
    assert told(cli("watch", "--since", token, *ALL)) == ["B"]


def test_a_token_file_is_made_and_followed(cli: CommandLine, api: Api, tmp_path: Path) -> None:
    api.create(order("A"))
    file = ("--token-file", "token")
    first = cli("watch", "--since", "1h", *file, *ALL)
    assert (told(first), first.stderr) == (["A"], "")
    assert [path.name for path in tmp_path.iterdir()] == ["token"]
    assert tmp_path.joinpath("token").stat().st_mode & 0o077 == 0
    api.create(order("B"))
    assert told(cli("watch", "--since", "1h", *file, *ALL)) == ["B"]
    assert told(cli("watch", *file, *ALL)) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no token"),
        (b"\0\xff", "holds no token"),
        (b"two words", "holds no token"),
        (b"changes1.damaged", "cut off or changed"),
        (b"nothing-of-the-kind", "no token"),
    ],
)
def test_a_token_file_that_holds_no_token_is_told_and_left_alone(
    cli: CommandLine, sandbox: Sandbox, tmp_path: Path, content: bytes, message: str
) -> None:
    tmp_path.joinpath("token").write_bytes(content)
    run = cli("watch", "--since", "1h", "--token-file", "token", *ALL)
    assert (run.status, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert message in run.stderr
    assert (tmp_path.joinpath("token").read_bytes(), sandbox.requests) == (content, [])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "Say with --since where to begin"),
        (["--since", "soon"], "'soon' is no moment such as"),
        (["--since", "2026-13-01"], "is no moment"),
        (["--since", "1h", "--lookback", "week"], "neither a number of days nor all"),
        (["--since", "1h", "--poll", "0.5"], "poll"),
        (["--since", "1h", "--poll", "often"], "--poll"),
        (["--since", "1h", "--token-file", "."], "--token-file"),
    ],
)
def test_options_that_cannot_be_meant_are_one_line(
    cli: CommandLine, sandbox: Sandbox, options: list[str], message: str
) -> None:
    run = cli("watch", *options)
    assert (run.status, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert message in run.stderr
    assert sandbox.requests == []


def test_a_moment_is_read_with_its_zone_or_as_so_long_ago() -> None:
    assert read_moment("2026-11-01T08:30+01:00") == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)
    assert read_moment("2026-11-01T08:30") == datetime(2026, 11, 1, 8, 30).astimezone()
    ago = read_moment("90m")
    assert isinstance(ago, datetime)
    assert abs(datetime.now(UTC) - ago - timedelta(minutes=90)) < timedelta(minutes=1)
    assert read_moment("changes1.token") == "changes1.token"


def test_an_order_that_was_not_told_to_the_end_is_not_taken_for_told(tmp_path: Path) -> None:
    file, stands_at = tmp_path / "token", ["begin"]
    keeper = TokenKeeper(file, "begin", lambda: stands_at[-1])
    orders = keeper.each(iter(["A", "B"]))
    next(orders)
    stands_at.append("after-A")
    keeper.keep()
    assert not file.exists()
    next(orders)
    stands_at.append("after-B")
    keeper.keep()
    assert kept_token(file) == keeper.token != "after-B"
    assert next(orders, None) is None
    keeper.keep()
    assert kept_token(file) == "after-B"


def test_an_interrupt_right_after_the_token_is_in_its_place_is_still_an_interrupt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def replace_and_be_interrupted(*paths: str) -> None:
        replace(*paths)
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", replace_and_be_interrupted)
    with pytest.raises(KeyboardInterrupt):
        keep_token(tmp_path / "token", "changes1.x")
    assert kept_token(tmp_path / "token") == "changes1.x"


def test_a_token_that_cannot_be_written_leaves_the_old_one_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_token(tmp_path / "token", "old")

    def refuse(*_: str) -> None:
        raise PermissionError

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(PermissionError):
        keep_token(tmp_path / "token", "new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("token", "old\n")]


@pytest.mark.one_python
@pytest.mark.other_process
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_it_goes_on_until_it_is_ended_and_keeps_where_it_is_before_it_waits(
    sandbox: Sandbox, api: Api, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    file = tmp_path / "my token"
    api.create(order("A"), order("B"))
    options = ("--since", "1h", "--lookback", "all", "--poll", "600", "--token-file", file)
    with process("watch", *options, env=sandbox.environ) as started:
        assert started.stdout
        assert ["\tA\t" in started.stdout.readline(), "\tB\t" in started.stdout.readline()] == [True, True]
        wait_until_told(sandbox, file)
        started.send_signal(number)
        rest, errors = started.communicate(timeout=20)
    assert (started.returncode, rest) == (status, "")
    assert (f"give --token-file '{file}' again" in errors) is (number == signal.SIGINT)
    assert "Traceback" not in errors
    with process("watch", "--poll", "0", "--lookback", "all", "--token-file", file, env=sandbox.environ) as again:
        assert again.communicate(timeout=20) == ("", "")
        assert again.returncode == 0


def wait_until_told(sandbox: Sandbox, file: Path) -> None:
    """Wait until nothing is left to be told of after the token in the file."""
    keys = BasicCredentials(sandbox.public_key, sandbox.secret_key)
    with OrdersClient(keys, base_url=sandbox.base_url, pace=Pace.unlimited()) as client:
        for _ in range(500):
            if not list(client.changes(since=kept_token(file) or "", lookback="all")):
                return
            time.sleep(0.02)
    pytest.fail("what was told was not kept")
