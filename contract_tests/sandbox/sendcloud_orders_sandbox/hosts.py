"""Say by which names a browser may call the window and the control paths.

A page of another site can let its own name point at this machine (DNS rebinding). Its requests then come from here, and
the browser lets it read the answers; but they still name that site in their Host.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import TypeGuard
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Hosts:
    """The names that a sandbox goes by.

    One that listens on loopback goes by the three names of loopback with its own port. One that other machines reach
    may stand behind another port, and goes by any address in digits, for no site has such a name. `names` are further
    names, with any port.
    """

    def __init__(self, address: str, port: int, names: Iterable[str] = ()) -> None:
        self.is_local: bool = is_loopback(address)
        self._port = port
        self._names = {name.rstrip(".").casefold() for name in names}

    def allows(self, host: str | None) -> bool:
        """Tell whether a request with this Host header is meant for this sandbox."""
        if not is_host(host):
            return False
        parsed = urlsplit(f"//{host}")
        name, port = (parsed.hostname or "").rstrip("."), parsed.port
        if name.casefold() in self._names:
            return True
        if self.is_local:
            return name in LOOPBACK and (port or 80) == self._port
        return name == "localhost" or is_address(name)

    def known(self) -> str:
        """List the names for people."""
        names = sorted(self._names)
        if self.is_local:
            return ", ".join([f"{bracketed(name)}:{self._port}" for name in LOOPBACK] + names)
        return ", ".join(["localhost", "addresses in digits", *names])


def is_host(header: str | None) -> TypeGuard[str]:
    """Tell whether a Host header is a host, with or without a port; more is no business of one who means well."""
    try:
        parsed = urlsplit(f"//{header or ''}")
        named, _ = (parsed.hostname or "").rstrip("."), parsed.port
    except ValueError:
        return False
    return bool(named) and parsed.netloc == header and parsed.username is None


def is_loopback(address: str) -> bool:
    """Tell whether only this machine reaches what listens on an address."""
    return address == "localhost" or (is_address(address) and ip_address(address).is_loopback)


def is_address(name: str) -> bool:
    """Tell whether a name is an address in digits."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def bracketed(address: str) -> str:
    """Return an address as it stands in a URL."""
    return f"[{address}]" if ":" in address else address
