"""The program as a whole: its help, its version, and how it ends whatever happens."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import click
import pytest

from doubles.cli_runs import CommandLine
from sendcloud_orders import (
    AuthenticationError,
    ConfigurationError,
    InvalidOrders,
    InvalidRequest,
    NotFoundError,
    ServerError,
    TransportError,
    __version__,
)
from sendcloud_orders_cli import program
from sendcloud_orders_cli.endings import Failure, Status
from sendcloud_orders_cli.printing import is_terminal

PROGRAM = (sys.executable, "-m", "sendcloud_orders_cli")


# The sandbox writes a help of its own.
HELPS = [(), *((name,) for name in program.COMMANDS if name != "sandbox")]


@pytest.mark.parametrize("command", HELPS, ids=" ".join)
def test_help_fits_a_terminal_of_80_columns(cli: CommandLine, command: tuple[str, ...]) -> None:
    status, out, err = cli(*command, "--help")
    assert (status, err) == (0, "")
    assert out.startswith("Usage: sendcloud-orders")
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("name", ["check", "label"])
def test_what_is_checked_and_bought_is_read_with_the_options_of_push(name: str) -> None:
    def options(command: str) -> dict[str, click.Parameter]:
        found = program.program.get_command(click.Context(program.program), command)
        assert found is not None
        return {option: one for one in found.params for option in one.opts if isinstance(one, click.Option)}

    own = {
        "check": {"--json"},
        "label": {"--from", "--out", "--type", "--dpi", "--ship-with", "--contract", "--apply-shipping-rules"}
        | {"--again", "--yes"},
    }
    shared = options(name).keys() - own[name]
    assert shared <= options("push").keys()
    assert {
        option for option in shared if type(options(name)[option].type) is not type(options("push")[option].type)
    } == set()


def test_the_version_is_that_of_the_package(cli: CommandLine) -> None:
    assert cli("--version") == (0, f"sendcloud-orders {__version__}\n", "")


def test_without_arguments_the_help_is_shown_and_nothing_is_well(cli: CommandLine) -> None:
    status, out, err = cli()
    assert (status, out) == (2, "")
    assert err.startswith("Usage: sendcloud-orders")


def test_a_command_that_is_none_is_told_in_one_line(cli: CommandLine) -> None:
    status, out, err = cli("chek")
    assert (status, out) == (2, "")
    assert err.startswith("sendcloud-orders: No such command 'chek'")
    assert err.endswith(" Try 'sendcloud-orders --help'.\n")
    assert err.count("\n") == 1


ENDS: list[tuple[BaseException, int, str]] = [
    (ConfigurationError("wrong key"), Status.WRONG, "wrong key"),
    (InvalidRequest("wrong filter"), Status.WRONG, "wrong filter"),
    (InvalidOrders("wrong orders"), Status.SOME_FAILED, "wrong orders"),
    (AuthenticationError(401, "list"), Status.WRONG, "The service answered list with 401"),
    (NotFoundError(404, "get"), Status.SOME_FAILED, "The service answered get with 404"),
    (ServerError(500, "get"), Status.SOME_FAILED, "The service answered get with 500"),
    (TransportError("no\nanswer", sent=True), Status.SOME_FAILED, "no answer"),
    (Failure("no order", status=Status.SOME_FAILED), Status.SOME_FAILED, "no order"),
    (FileNotFoundError(2, "No such file", "x.json"), Status.WRONG, "x.json: No such file."),
    (OSError(28, "No space left on device"), Status.WRONG, "No space left on device."),
    (KeyboardInterrupt(), Status.INTERRUPTED, "interrupted."),
]


@pytest.mark.parametrize(("error", "status", "told"), ENDS, ids=lambda value: type(value).__name__)
def test_whatever_ends_a_command_is_one_line_and_a_status(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, told: str
) -> None:
    @click.command()
    def failing() -> None:
        raise error

    monkeypatch.setattr(program.Program, "get_command", lambda *_: failing)
    ended = cli("check")
    assert (ended.status, ended.stdout) == (status, "")
    assert ended.stderr.startswith(f"sendcloud-orders: {told}")
    assert ended.stderr.count("\n") == 1


def test_a_failure_of_several_things_has_a_line_for_each(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def failing() -> None:
        raise Failure("first", "second")

    monkeypatch.setattr(program.Program, "get_command", lambda *_: failing)
    assert cli("check").stderr == "sendcloud-orders: first\nsendcloud-orders: second\n"


class Screen(io.StringIO):
    """A stream behind which somebody looks."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("term", "is_one"), [("xterm", True), ("", True), ("dumb", False), ("unknown", False)])
def test_a_terminal_whose_cursor_cannot_move_is_none(monkeypatch: pytest.MonkeyPatch, term: str, is_one: bool) -> None:
    monkeypatch.setenv("TERM", term)
    assert is_terminal(Screen()) is is_one


def test_a_stream_that_is_gone_is_no_terminal() -> None:
    assert not is_terminal(None)
    assert not is_terminal(io.StringIO())


@pytest.mark.other_process
def test_without_the_extra_one_line_says_how_to_install_it() -> None:
    code = "import sys; sys.modules['rich'] = None; from sendcloud_orders_cli.__main__ import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("sendcloud-orders: the command line needs rich: pip install '.[cli]'")
    assert done.stderr.count("\n") == 1


@pytest.mark.other_process
@pytest.mark.skipif(os.name != "posix", reason="pipes end otherwise there")
def test_a_reader_that_goes_away_ends_the_program_in_silence() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as out:
        done = subprocess.run([*PROGRAM, "columns"], stdout=out, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (Status.READER_GONE, "")


@pytest.mark.other_process
@pytest.mark.one_python
def test_letters_that_the_output_cannot_show_are_escaped() -> None:
    content = '{"order_id":"Ä","order_details":{"integration":{"id":41}}}'
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [*PROGRAM, "check", "-", "--format", "ndjson"]
    done = subprocess.run(command, input=content.encode(), capture_output=True, env=environment, check=False)
    assert done.returncode == 1
    assert rb"order '\xc4' of integration 41: " in done.stdout


@pytest.fixture
def imported() -> set[str]:
    """Name the commands that a process which runs one of them has imported."""
    code = (
        "import sys; from sendcloud_orders_cli.program import run; run(['columns', '--template']); "
        "print(*(name for name in sys.modules if name.startswith('sendcloud_orders')), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.other_process
@pytest.mark.one_python
def test_a_command_pays_for_itself_only(imported: set[str]) -> None:
    assert "sendcloud_orders_cli.commands.columns" in imported
    assert not imported & {"sendcloud_orders_cli.commands.push", "sendcloud_orders.client", "sendcloud_orders.journal"}
