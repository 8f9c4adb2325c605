"""Settings from arguments and from the environment, checked before anything is sent."""

from __future__ import annotations

import os
import platform
import re
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from .addresses import PRODUCTION, check_base_url
from .auth import Credentials, credentials_from_env
from .errors import ConfigurationError
from .version import __version__

BASE_URL = "SENDCLOUD_BASE_URL"

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


def check_partner_id(partner_id: UUID | str | None) -> UUID | None:
    """Read the id of a technology partner. Raises `ConfigurationError` unless it is a UUID. Rule: UPSERT-PARTNER."""
    if partner_id is None or isinstance(partner_id, UUID):
        return partner_id
    try:
        return UUID(partner_id)
    except (ValueError, AttributeError, TypeError):
        raise ConfigurationError("The partner_id should be the UUID that Sendcloud gave to the partner.") from None


def read_environment(environment: Mapping[str, str] | None = None) -> tuple[Credentials, str]:
    """Read credentials and the base URL from environment variables, those of `os.environ` unless others are given.

    Raises `ConfigurationError` that names what is missing. The base URL is asked for as well, so that nobody reaches
    the production service by leaving something out. Rules: AUTH-BASIC, AUTH-OAUTH.
    """
    # Not as the default of the argument: `help` prints defaults, and this one holds keys.
    environment = os.environ if environment is None else environment
    url = environment.get(BASE_URL, "").strip()
    lacking = "" if url else f"{BASE_URL} is not set: the service itself is {PRODUCTION}."
    try:
        credentials = credentials_from_env(environment)
    except ConfigurationError as error:
        raise ConfigurationError(f"{error} {lacking}" if lacking else str(error)) from None
    if lacking:
        raise ConfigurationError(lacking)
    return credentials, check_base_url(url, source=BASE_URL)
