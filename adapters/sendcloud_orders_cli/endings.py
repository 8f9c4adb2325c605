"""How a command ends: its exit status, and one clear line for what ended it early."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import click

from sendcloud_orders import (
    AuthenticationError,
    ConfigurationError,
    InvalidOrders,
    InvalidRequest,
    PermissionDeniedError,
    SendcloudError,
)

from .printing import complain, drop_output


class Status(IntEnum):
    """The exit statuses of all commands."""

    OK = 0
    SOME_FAILED = 1  # orders that were refused, not sent, unknown or not found; a service that did not answer
    WRONG = 2  # usage, settings, or input that cannot be read
    INTERRUPTED = 130  # by Ctrl-C, as shells count it
    READER_GONE = 141  # whoever read the output stopped, as `| head` does; as shells count it


class Failure(Exception):
    """What a command has to say before it ends with `status`: one line, or one for each of several things."""

    def __init__(self, *messages: str, status: Status = Status.WRONG) -> None:
        super().__init__(*messages)
        self.messages = messages
        self.status = status


# What a program does about an error, and what a person does.
_FOR_PEOPLE = {
    " The answer's own words are in `raw` (which no pickle holds).": "",
    ", and is `label` of this error;": ";",
    " Try label.save(another path).": "",
    ": wait_until_available waits for that": "",
    "integrations() lists": "`sendcloud-orders integrations` lists",
}

# With these no order is at fault: a setting is wrong, or what the caller asked for cannot be meant.
_WRONG = (ConfigurationError, InvalidRequest, AuthenticationError, PermissionDeniedError)


@contextmanager
def ending() -> Iterator[None]:
    """Turn what a command raises into one line on stderr and the exit with the right status.

    Of what `click` raises itself it knows better what to say, and that passes through.
    """
    try:
        yield
        # Here rather than as the process ends, where nobody could tell of it.
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
    except BrokenPipeError:
        drop_output()
        status = Status.READER_GONE
    except KeyboardInterrupt:
        complain("interrupted.")
        status = Status.INTERRUPTED
    except Failure as failure:
        for message in failure.messages:
            complain(message)
        status = failure.status
    except SendcloudError as error:
        complain(spell_error(error))
        status = status_of(error)
    except OSError as error:
        complain(spell_os_error(error))
        status = Status.WRONG
    else:
        return
    raise click.exceptions.Exit(status)


def status_of(error: SendcloudError) -> Status:
    """Tell whether settings and arguments are to blame, or the service and the orders."""
    orders_at_fault = isinstance(error, InvalidOrders)
    return Status.WRONG if isinstance(error, _WRONG) and not orders_at_fault else Status.SOME_FAILED


def spell_error(error: BaseException) -> str:
    """Say what went wrong, and what a person can do about it."""
    return for_people(str(error))


def for_people(text: str) -> str:
    """Say to a person what an error says to a program."""
    for said, better in _FOR_PEOPLE.items():
        text = text.replace(said, better)
    return text


def spell_os_error(error: OSError) -> str:
    """Say what the system refused, and of which file."""
    named = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
    return f"{named}{error.strerror or error}."


def tell_usage(error: click.ClickException) -> None:
    """Say what is wrong with the arguments, and where the help is; without any argument, show it."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.show()
    context = getattr(error, "ctx", None)
    hint = f" Try '{context.command_path} --help'." if context else ""
    said = error.format_message()
    return complain(f"{said if said.endswith(('.', '?')) else said + '.'}{hint}")
