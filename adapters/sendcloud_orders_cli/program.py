"""The program: its commands, each loaded when it is asked for, and how it ends."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from sendcloud_orders import __version__

from .endings import Status, ending, tell_usage
from .printing import prepare_streams

# In the sequence of the help; each is the `command` of the module of its name in `commands`.
COMMANDS = (
    "check",
    "columns",
    "push",
    "list",
    "get",
    "find",
    "update",
    "delete",
    "watch",
    "label",
    "integrations",
    "doctor",
    "sandbox",
)


class Program(click.Group):
    """A group whose commands are imported when they are named, so that one command pays for itself only."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the sequence of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import a command; None for a name that is none."""
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f".commands.{name}", __package__).command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named, and turn what it raises into a line and a status."""
        with ending():
            return super().invoke(ctx)


@click.command(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""Credentials come from the environment or from a file, never from arguments: see the help of a command
        that takes --credentials. Exit statuses: 0 all is well, 1 some orders were refused, not sent, unknown or not
        found, 2 wrong usage, settings or input, 130 interrupted.""",
)
@click.version_option(__version__, prog_name="sendcloud-orders", message="%(prog)s %(version)s")
def program() -> None:
    """Push a shop's orders to Sendcloud, and know what became of each of them."""


def run(arguments: list[str] | None = None) -> int:
    """Run one command line, that of the process unless another is given, and return the exit status.

    A command returns its status; one that returns none ended well.
    """
    prepare_streams()
    try:
        status = program.main(arguments, prog_name="sendcloud-orders", standalone_mode=False)
    except click.Abort:  # Ctrl-C at a question, or while the arguments were read
        return Status.INTERRUPTED
    except click.ClickException as error:
        tell_usage(error)
        return error.exit_code
    return Status.OK if status is None else int(status)
