"""`doctor`: whether all is set up to push orders, and what to do where it is not."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import getproxies

import click

from ..access import connect, credentials_option, find_access
from ..endings import Failure, Status
from ..printing import console, is_terminal, printable

if TYPE_CHECKING:
    from sendcloud_orders import OrdersClient, PaceLimits, SendcloudError

    from ..diagnosis import Finding

_SECONDS = 10.0
_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command("doctor")
@click.argument("files", metavar="[FILE]...", nargs=-1)
@credentials_option
def command(files: Sequence[str], credentials: Path | None) -> Status:
    """Say what is wrong with a set-up, and what to do.

    It costs three reads. Each FILE of orders, as `push` takes them, is counted to say how long it takes at the rate
    limit. The exit status is 1 when anything failed; a warning leaves it at 0.
    """
    from ..diagnosis import Level

    failed = False
    for finding in _findings(files, credentials):
        _tell(finding)
        failed |= finding.level is Level.FAIL
    return Status.SOME_FAILED if failed else Status.OK


def _findings(files: Sequence[str], credentials: Path | None) -> Iterator[Finding]:
    from sendcloud_orders import PaceLimits, RetryPolicy, SendcloudError, __version__

    from .. import diagnosis

    yield diagnosis.of_versions(platform.python_version(), __version__)
    limits = PaceLimits()
    yield diagnosis.of_pace(limits)
    for file in files:
        yield _of_file(file, limits)
    try:
        access = find_access(credentials)
        # Somebody waits in front of a terminal: a server that does not answer at once is told of at once.
        client = connect(credentials, retry=RetryPolicy(attempts=2, deadline=2 * _SECONDS), timeout=_SECONDS)
    except (Failure, SendcloudError) as error:
        yield diagnosis.of_settings(str(error))
        return
    yield diagnosis.of_credentials(access.file)
    yield diagnosis.of_base_url(access.base_url)
    yield diagnosis.of_proxies(access.base_url, getproxies())
    with client:
        answered = _read_an_order(client)
        yield diagnosis.of_access(answered)
        if answered is None:
            yield diagnosis.of_clock(time.time(), _server_time(access.base_url))
            yield from _of_integrations(client)


def _read_an_order(client: OrdersClient) -> SendcloudError | None:
    from sendcloud_orders import SendcloudError

    try:
        next(client.pages(page_size=1), None)
    except SendcloudError as error:
        return error
    return None


def _of_integrations(client: OrdersClient) -> list[Finding]:
    from sendcloud_orders import SendcloudError

    from ..diagnosis import INTEGRATION_IDS, of_integrations, of_integrations_error

    try:
        return of_integrations(client.integrations(), os.environ.get(INTEGRATION_IDS))
    except SendcloudError as error:
        return [of_integrations_error(error)]


def _server_time(url: str) -> float | None:
    """Ask the server what time it is, in seconds since 1970; None where it does not tell.

    No answer of the client tells its headers, so this is a request of its own, and one without keys.
    """
    import httpx

    try:
        # Plain http is this machine's alone, and no proxy reaches that.
        response = httpx.head(url, timeout=_SECONDS, trust_env=url.startswith("https:"))
        return parsedate_to_datetime(response.headers["date"]).timestamp()
    except (httpx.HTTPError, httpx.InvalidURL, ImportError, KeyError, ValueError):
        return None


def _of_file(file: str, limits: PaceLimits) -> Finding:
    from ..diagnosis import of_file, of_settings
    from ..keys import open_for_keys

    try:
        return of_file(file, sum(1 for _ in open_for_keys(file).entries()), limits)
    except (Failure, click.BadParameter) as error:
        return of_settings(str(error))


def _tell(finding: Finding) -> None:
    level, topic, said, advice = map(printable, (finding.level, finding.topic, finding.said, finding.advice))
    if is_terminal(sys.stdout):
        from rich.table import Column, Table
        from rich.text import Text

        line = Table.grid(
            Column(width=4, style=_COLOURS[finding.level]), Column(width=15, overflow="fold"), Column(), padding=(0, 2)
        )
        line.add_row(*map(Text, (level, topic, said)))
        if advice:
            line.add_row("", "", Text(f"-> {advice}"))
        console(sys.stdout).print(line)
    else:
        print(level, topic, f"{said} -> {advice}" if advice else said, sep="\t")
    # Each as it is found: the next one may wait for the network.
    sys.stdout.flush()
