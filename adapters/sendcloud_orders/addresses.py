"""Where requests may go: the base URL, the token URL, and what counts as this very machine."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, ip_address
from urllib.parse import SplitResult, urlsplit

from .arguments import check_text
from .errors import ConfigurationError

PRODUCTION = "https://panel.sendcloud.sc/api/v3"
"""Where the service itself answers. There is no public sandbox; this project ships one."""

TOKEN_URL = "https://account.sendcloud.com/oauth2/token"
"""Where the service gives tokens for client credentials."""

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_LONGEST_HOST = 253
_LONGEST_URL = 2000
_V2 = re.compile(r"/v2(?=/|$)")


def is_loopback(host: str) -> bool:
    """Tell whether a host is this very machine: 127.0.0.0/8, ::1, localhost, or a name below localhost."""
    name = host.lower().removesuffix(".")
    try:
        address = ip_address(name)
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
    mapped = None if isinstance(address, IPv4Address) else address.ipv4_mapped
    return (mapped or address).is_loopback


def check_base_url(url: object, *, source: str = "base_url") -> str:
    """Check where requests shall go, and give it without a slash at the end.

    Raises `ConfigurationError` unless it is an http(s) URL with a host and without query, fragment and credentials;
    plain http is taken for this very machine only, for it would show the secret key to everyone on the way.
    """
    parts = check_url(url, source=source, example=PRODUCTION)
    if _V2.search(parts.path):
        v3 = parts._replace(path=_V2.sub("/v3", parts.path, count=1)).geturl().rstrip("/")
        raise ConfigurationError(f"The URL in {source} is that of API v2, and this package speaks v3: use {v3}.")
    if parts.query or (isinstance(url, str) and "?" in str.__str__(url)):
        raise ConfigurationError(
            f"The URL in {source} should end with the path, without a query, such as {PRODUCTION}."
        )
    return parts.geturl().rstrip("/")


def check_token_url(url: object, *, source: str = "token_url") -> str:
    """Check where the client secret shall go. Raises `ConfigurationError` for what `check_base_url` refuses as well."""
    return check_url(url, source=source, example=TOKEN_URL).geturl()


def check_url(url: object, *, source: str, example: str) -> SplitResult:
    """Check that a URL is one to which secrets may be sent. Raises `ConfigurationError` that shows nothing of it."""
    text = check_text(f"The URL in {source} (such as {example})", url, ConfigurationError).strip()
    if len(text) > _LONGEST_URL:
        raise ConfigurationError(f"The URL in {source} has more than {_LONGEST_URL} characters, unlike {example}.")
    if any(character.isspace() or not character.isprintable() for character in text):
        raise ConfigurationError(
            f"The URL in {source} holds a blank, a line break or a control character; it should look like {example}."
        )
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ConfigurationError(f"The value of {source} is not a URL. It should look like {example}.") from None
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(f"The URL in {source} holds credentials: pass them apart from it, as in {example}.")
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigurationError(f"The URL in {source} should begin with https:// and a host, such as {example}.")
    if port == 0 or not is_host(host):
        raise ConfigurationError(f"The URL in {source} has a host or port that cannot exist, unlike {example}.")
    if "#" in text:
        raise ConfigurationError(f"The URL in {source} should have no fragment (#...), such as {example}.")
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(
            f"The URL in {source} is plain http, which would show the secret on the way: use https, as in {example}. "
            "Plain http is taken for this machine alone."
        )
    return parts


def is_host(host: str) -> bool:
    """Tell whether a text can be the name or the address of a host."""
    try:
        ip_address(host)
    except ValueError:
        pass
    else:
        return True
    try:
        ascii_host = host.removesuffix(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return False
    labels = ascii_host.split(".")
    # A name that ends in a number would be read as an IPv4 address, and it is none.
    return len(ascii_host) <= _LONGEST_HOST and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()
