"""Settings from arguments and from the environment, checked before anything is sent."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import UUID

from .auth import Credentials, credentials_from_env
from .errors import ConfigurationError
from .version import __version__

PRODUCTION = "https://panel.sendcloud.sc/api/v3"
"""Where the service itself answers. There is no public sandbox; this project ships one."""

BASE_URL = "SENDCLOUD_BASE_URL"

_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class AppInfo:
    """Name the program that uses this package, for the user agent."""

    name: str
    version: str = ""

    def __post_init__(self) -> None:
        for text in (self.name, *filter(None, [self.version])):
            if not _TOKEN.fullmatch(text):
                raise ConfigurationError(f"AppInfo takes letters, digits and -._~ without blanks, not {text!r}.")

    def __str__(self) -> str:
        return f"{self.name}/{self.version}" if self.version else self.name


def user_agent(app: AppInfo | None) -> str:
    """Spell the user agent: this package, its Python, and the caller's program."""
    own = f"sendcloud-orders/{__version__} (Python {platform.python_version()})"
    return f"{own} {app}" if app else own


def check_base_url(url: str, *, source: str = "base_url") -> str:
    """Check where requests shall go, and give it without a slash at the end.

    Raises `ConfigurationError` unless it is an http(s) URL with a host and without query, fragment and credentials;
    plain http is taken for this very machine only, for it would show the secret key to everyone on the way.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except (ValueError, AttributeError):
        raise ConfigurationError(f"{source} is not a URL. It should look like {PRODUCTION}.") from None
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(f"{source} holds credentials: pass them apart from the URL.")
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigurationError(f"{source} should begin with https:// and a host, such as {PRODUCTION}.")
    if "?" in url or "#" in url:
        raise ConfigurationError(f"{source} should end with the path, without a query or a fragment: {PRODUCTION}.")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ConfigurationError(f"{source} is plain http, which would show the secret key on the way: use https.")
    return url.strip().rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def check_partner_id(partner_id: UUID | str | None) -> UUID | None:
    """Read the id of a technology partner. Raises `ConfigurationError` unless it is a UUID. Rule: UPSERT-PARTNER."""
    if partner_id is None or isinstance(partner_id, UUID):
        return partner_id
    try:
        return UUID(partner_id)
    except (ValueError, AttributeError, TypeError):
        raise ConfigurationError("partner_id should be the UUID that Sendcloud gave to the partner.") from None


def read_environment(environment: Mapping[str, str] | None = None) -> tuple[Credentials, str]:
    """Read credentials and the base URL from environment variables, those of `os.environ` unless others are given.

    Raises `ConfigurationError` that names what is missing. The base URL is asked for as well, so that nobody reaches
    the production service by leaving something out. Rules: AUTH-BASIC, AUTH-OAUTH.
    """
    # Not as the default of the argument: `help` prints defaults, and this one holds keys.
    environment = os.environ if environment is None else environment
    url = environment.get(BASE_URL, "").strip()
    lacking = "" if url else f"{BASE_URL} is not set: the service itself is {PRODUCTION}"
    try:
        credentials = credentials_from_env(environment)
    except ConfigurationError as error:
        raise ConfigurationError(f"{error}. {lacking}" if lacking else str(error)) from None
    if lacking:
        raise ConfigurationError(lacking)
    return credentials, check_base_url(url, source=BASE_URL)
