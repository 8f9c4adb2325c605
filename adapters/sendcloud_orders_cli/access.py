"""Where the credentials come from: the environment, or a file that nobody else can read."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .endings import Failure

if TYPE_CHECKING:
    from sendcloud_orders import OrdersClient

NAMES = (
    "SENDCLOUD_PUBLIC_KEY",
    "SENDCLOUD_SECRET_KEY",
    "SENDCLOUD_CLIENT_ID",
    "SENDCLOUD_CLIENT_SECRET",
    "SENDCLOUD_BASE_URL",
    "SENDCLOUD_TOKEN_URL",
)
FILE_VARIABLE = "SENDCLOUD_CREDENTIALS_FILE"
_LONGEST_FILE = 64 * 1024
_LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>.*)")
_QUOTES = "\"'"

credentials_option = click.option(
    "--credentials",
    type=click.Path(path_type=Path),
    envvar=FILE_VARIABLE,
    show_envvar=True,
    metavar="FILE",
    help=f"""File of lines NAME=value with SENDCLOUD_PUBLIC_KEY, SENDCLOUD_SECRET_KEY and SENDCLOUD_BASE_URL, or with
        SENDCLOUD_CLIENT_ID and SENDCLOUD_CLIENT_SECRET for OAuth2 (and SENDCLOUD_TOKEN_URL where it is not Sendcloud's
        own). Only you may be able to read it (chmod 600; on
        Windows its permissions are not looked at). Without it these names are read from the environment; where none
        of them is set there, from {Path(click.get_app_dir("sendcloud-orders")) / "credentials"}.""".replace(
        str(Path.home()), "~"
    ),
)


@dataclass(frozen=True, slots=True, repr=False)
class Access:
    """The variables that name server and keys, and where they were found: a file, or with None the environment."""

    variables: Mapping[str, str]
    file: Path | None

    @property
    def base_url(self) -> str:
        """Where the requests of a client go that `connect` makes."""
        return self.variables.get("SENDCLOUD_BASE_URL", "").strip().rstrip("/")


def find_access(credentials: Path | None) -> Access:
    """Find what names server and keys. Raises `Failure` for a file that cannot be used."""
    path = credentials or _own_file()
    return Access(os.environ if path is None else read_credentials(path), path)


def connect(credentials: Path | None, **settings: Any) -> OrdersClient:
    """Make a client with the credentials that the caller has; `settings` are those of `OrdersClient`.

    Raises `Failure` for a file that cannot be used, and `ConfigurationError` for what is missing.
    """
    from sendcloud_orders import AppInfo, ConfigurationError, OrdersClient, __version__

    settings.setdefault("app_info", AppInfo("sendcloud-orders-cli", __version__))
    access = find_access(credentials)
    try:
        return OrdersClient.from_env(access.variables, **settings)
    except ConfigurationError as error:
        if access.file is None:
            raise
        raise Failure(f"{access.file}: {error}") from None


def _own_file() -> Path | None:
    """Find the caller's own file; None where the environment says anything, or there is no such file.

    Half of what is needed from each of the two might send keys to a server that they were not meant for.
    """
    if any(os.environ.get(name) for name in NAMES):
        return None
    path = Path(click.get_app_dir("sendcloud-orders")) / "credentials"
    return path if path.exists() else None


def read_credentials(path: Path) -> Mapping[str, str]:
    """Read a file of lines NAME=value. Raises `Failure` for one that others can read too, or that says something else.

    No message shows a value.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
                raise Failure(f"{path} can be read or written by others; keys are for you alone: chmod 600 '{path}'")
            content = file.read(_LONGEST_FILE + 1)
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.") from None
    if len(content) > _LONGEST_FILE:
        raise Failure(f"{path} is too long to be a file of credentials.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Failure(f"{path} is not in UTF-8: save it as plain text in UTF-8.") from None
    return _read_lines(text, path)


def _read_lines(text: str, path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise Failure(f"{path}, line {number}: expected NAME=value, as in SENDCLOUD_PUBLIC_KEY=…")
        name, value = match["name"], match["value"]
        if name in found:
            raise Failure(f"{path}, line {number}: {name} stands there a second time.")
        quoted = len(value) > 1 and value[0] in _QUOTES and value[-1] == value[0]
        found[name] = value[1:-1] if quoted else value
    return found
