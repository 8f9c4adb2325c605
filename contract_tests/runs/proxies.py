"""Keep what is said to this machine away from proxies: they would read the credentials, and seldom find the way back.

HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY speak of what lies beyond this machine, and of that alone.
"""

import os
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx


class ProxyError(ValueError):
    """The proxies that the environment names cannot be used."""


def is_loopback(url: str) -> bool:
    """Tell whether a URL stays on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def without_proxies(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a process that speaks to this machine only."""
    kept = {name: value for name, value in environment.items() if not _is_of_proxies(name)}
    # Where nothing is said, macOS and Windows name the proxies of the system.
    return {**kept, "NO_PROXY": "*"}


def leave_proxies_out() -> None:
    """Take the proxies out of the environment of this process."""
    for name in filter(_is_of_proxies, list(os.environ)):
        del os.environ[name]


def _is_of_proxies(name: str) -> bool:
    return name.lower().endswith("_proxy")


def client(url: str, **options: Any) -> httpx.Client:
    """Make an HTTP client for the server at `url`, which no proxy stands in front of when it is on this machine.

    options: of `httpx.Client`.
    Raises `ProxyError`.
    """
    if is_loopback(url):
        # Plain HTTP needs no certificates, and loading them takes longer than most requests.
        return httpx.Client(transport=httpx.HTTPTransport(verify=url.startswith("https:")), **options)
    try:
        return httpx.Client(**options)
    except (httpx.InvalidURL, ImportError, ValueError) as error:
        # What is no URL may hold the password of the proxy: it is not quoted.
        told = f" ({error})" if isinstance(error, ImportError) else ""
        raise ProxyError(
            "HTTP_PROXY, HTTPS_PROXY or ALL_PROXY is not the URL of a proxy that can be used, or NO_PROXY is not a list"
            f" of hosts{told}: correct it, or take it out of the environment."
        ) from None
