"""Which proxy the environment names for a URL: as httpx reads it, but never for this very machine."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies

from .addresses import is_host, is_loopback
from .arguments import reading
from .errors import ConfigurationError

SCHEMES = ("http", "https", "socks5", "socks5h")
_EXAMPLE = "http://proxy.example:3128"
_HOST_AND_PORT = re.compile(r"(?P<wild>\*?\.)?(?P<host>[\w.-]+)(?::(?P<port>\d{1,5}))?(?:/.*)?")


class Proxy(NamedTuple):
    """A proxy's URL, and the setting that names it. The URL may hold a password and is never shown."""

    url: str
    source: str

    def __repr__(self) -> str:
        return f"Proxy(source={self.source!r})"


def proxy_from_environment(url: str) -> Proxy | None:
    """Give the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY name for a URL, unless NO_PROXY exempts its host.

    This machine is always asked directly: plain http is allowed for it because nothing leaves the machine.

    Raises `ConfigurationError` that names the variable when one of them cannot be read.
    """
    target = urlsplit(url)
    if is_loopback(target.hostname or ""):
        return None
    named = getproxies()
    exempt = _is_exempt(target, named.get("no", ""))
    for kind in (target.scheme, "all"):
        if value := named.get(kind, "").strip():
            found = check_proxy(value if "://" in value else f"http://{value}", source=_variable(kind))
            return None if exempt else found
    return None


def check_proxy(url: object, *, source: str = "proxy") -> Proxy:
    """Check the URL of a proxy. Raises `ConfigurationError` that shows nothing of it."""
    problem = ConfigurationError(
        f"The proxy in {source} should be a URL with a host, such as {_EXAMPLE} or socks5://proxy.example:1080 "
        "(with user:password@ before the host where the proxy wants them)."
    )
    with reading(f"The proxy in {source}", ConfigurationError):
        if not isinstance(url, str):
            raise problem
        text = str.__str__(url).strip()
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise problem from None
    odd = any(character.isspace() or not character.isprintable() for character in text)
    if odd or parts.scheme not in SCHEMES or not host or not is_host(host) or port == 0:
        raise problem
    return Proxy(text, source)


def _is_exempt(target: SplitResult, no_proxy: str) -> bool:
    # Each entry is read, so that one that cannot be is told whatever comes before it.
    found = [_matches(entry.strip(), target) for entry in no_proxy.split(",")]
    return any(found)


def _matches(entry: str, target: SplitResult) -> bool:
    host = target.hostname or ""
    if entry in ("", "*"):
        return entry == "*"
    with suppress(ValueError):
        address = ip_address(entry.split("/")[0])
        return host == str(address)
    scheme, _, rest = entry.rpartition("://")
    found = _HOST_AND_PORT.fullmatch(rest)
    if found is None:
        raise ConfigurationError(
            f"The entry {entry!r} of {_variable('no')} cannot be read: it takes host names and addresses with commas "
            "between them, such as localhost,.example.com,10.0.0.1,::1 (an IPv6 address without brackets)."
        )
    wanted = found["host"].lower()
    below = host.endswith(f".{wanted}")
    same_host = below if found["wild"] else host == wanted or (below and not scheme)
    port = target.port or {"http": 80, "https": 443}[target.scheme]
    return same_host and scheme in ("", "all", target.scheme) and found["port"] in (None, str(port))


def _variable(kind: str) -> str:
    name = f"{kind}_proxy"
    return name if name in os.environ else name.upper()
