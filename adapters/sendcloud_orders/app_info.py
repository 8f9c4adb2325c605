"""The user agent: who sends the requests."""

from __future__ import annotations

import platform
import re
import reprlib
from dataclasses import dataclass

from .errors import ConfigurationError
from .version import __version__

_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class AppInfo:
    """The program that uses this package, for the user agent."""

    name: str
    version: str = ""

    def __post_init__(self) -> None:
        for text in (self.name, "0" if self.version == "" else self.version):
            if not isinstance(text, str) or not _TOKEN.fullmatch(text):
                raise ConfigurationError(
                    "AppInfo takes a name and a version of letters, digits and -._~ without blanks, such as "
                    f'AppInfo("shop-sync", "2.1"), not {reprlib.repr(text)}.'
                )

    def __str__(self) -> str:
        return f"{self.name}/{self.version}" if self.version else self.name


def user_agent(app: AppInfo | None) -> str:
    """Spell the user agent: this package, its Python, and the caller's program."""
    own = f"sendcloud-orders/{__version__} (Python {platform.python_version()})"
    return f"{own} {app}" if app else own
