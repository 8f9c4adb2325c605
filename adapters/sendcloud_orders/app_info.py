"""The user agent: who sends the requests."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass

from .arguments import described, reading
from .errors import ConfigurationError
from .version import __version__

_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
# A server refuses headers of more than a few thousand.
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class AppInfo:
    """The program that uses this package, for the user agent.

    Raises `ConfigurationError` for a name or version that no header can hold.
    """

    name: str
    version: str = ""

    def __post_init__(self) -> None:
        for field, text in (("name", self.name), ("version", self.version)):
            with reading(f"AppInfo.{field}", ConfigurationError):
                if field == "version" and isinstance(text, str) and not str.__str__(text):
                    continue
                if not isinstance(text, str) or not _TOKEN.fullmatch(text) or len(text) > _LONGEST:
                    given = "one with others" if isinstance(text, str) else described(text)
                    raise ConfigurationError(
                        f"AppInfo.{field} should be a text of letters, digits and -._~ without blanks, of at most "
                        f'{_LONGEST} characters, as in AppInfo("shop-sync", "2.1"), not {given}.'
                    )

    def __str__(self) -> str:
        return f"{self.name}/{self.version}" if self.version else self.name


def user_agent(app: AppInfo | None) -> str:
    """Spell the user agent: this package, its Python, and the caller's program."""
    own = f"sendcloud-orders/{__version__} (Python {platform.python_version()})"
    return f"{own} {app}" if app else own
