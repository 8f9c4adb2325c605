"""Run a sandbox on a free port of this machine, for as long as a `with` block lasts."""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn

from .access import Credentials
from .app import make_app
from .control import CONTROL_PATH
from .faults import API_PATH, Faults
from .hosts import Hosts, bracketed
from .policies import Policies, policies_of
from .protocol import HEAD_BYTES, SandboxProtocol
from .recording import Request
from .rules import Rules
from .seam import Seam
from .service import DEFAULT_INTEGRATIONS, Service
from .store import Document

HOST = "127.0.0.1"
READY_WITHIN = 10.0


class PortTakenError(OSError):
    """A port on which another program listens."""


class Sandbox:
    """A server of Sendcloud's operations on this machine, with throw-away credentials.

    Start it with a `with` block. It keeps each rule that the service documents; `policies` decides what is left open: a
    `Policies`, or a TOML file with a table `[policies]`, such as a probe writes. Orders live in memory, or in the
    SQLite file `db`. `rate_limit` turns the documented limits on; `time_scale` makes the sandbox's time run faster: at
    60, a minute of a limit lasts a second. `rules` takes a subclass of `Rules` with a broken rule, to see whether a
    test notices. Raises `PortTakenError` when `port` is in use; 0 takes any free port. Raises `UnknownPolicyError` for
    a file that cannot be read as policies.
    """

    def __init__(
        self,
        *,
        policies: Policies | Path | str | None = None,
        integrations: Iterable[int] = DEFAULT_INTEGRATIONS,
        credentials: Credentials | None = None,
        db: Path | str | None = None,
        port: int = 0,
        host: str = HOST,
        host_names: Iterable[str] = (),
        rate_limit: bool = False,
        time_scale: float = 1.0,
        token_lifetime: float = 3600.0,
        rules: type[Rules] = Rules,
    ) -> None:
        self._port = port
        self._host = self._reached = host
        self._host_names = tuple(host_names)
        self._service = Service(
            policies=policies_of(policies),
            integrations=integrations,
            credentials=credentials,
            db=Path(db) if db else None,
            rate_limit=rate_limit,
            time_scale=time_scale,
            token_lifetime=token_lifetime,
            rules=rules,
        )

    def __repr__(self) -> str:
        return f"<Sandbox on port {self._port}>"

    def __enter__(self) -> Self:
        try:
            self._socket = listen(self._host, self._port)
        except (PortTakenError, ValueError):
            self._service.store.close()
            raise
        address, self._port = self._socket.getsockname()[:2]
        self._reached = reached_by(address)
        self._service.hosts = Hosts(address, self._port, self._host_names)
        self._service.base_url = self.base_url
        self._seam = Seam(make_app(self._service), self._service)
        config = uvicorn.Config(
            self._seam,
            http=SandboxProtocol,
            h11_max_incomplete_event_size=HEAD_BYTES,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
            # A client that pauses must not lose its connection: that is a fault, and faults are planned.
            timeout_keep_alive=600,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name=f"sandbox-{self._port}", daemon=True)
        self._thread.start()
        self._ask_until_ready()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._seam.stopping.set)
        self._service.watch.close()
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
        self._service.store.close()

    @property
    def base_url(self) -> str:
        """The URL that the operations' paths are added to."""
        return f"{self._origin}{API_PATH}"

    @property
    def token_url(self) -> str:
        """The URL that issues OAuth2 tokens."""
        return f"{self._origin}/oauth2/token"

    @property
    def control_url(self) -> str:
        """The URL of the control paths."""
        return f"{self._origin}{CONTROL_PATH}"

    @property
    def window_url(self) -> str:
        """The URL of the page that shows stored orders and requests; it opens without a key, for it holds a token."""
        return f"{self._origin}/#token={self._service.access.window_token}"

    @property
    def is_exposed(self) -> bool:
        """Whether other machines can reach the sandbox."""
        return self._service.hosts is not None and not self._service.hosts.is_local

    @property
    def _origin(self) -> str:
        return f"http://{bracketed(self._reached)}:{self._port}"

    @property
    def public_key(self) -> str:
        """The throw-away public key."""
        return self._service.access.credentials.public_key

    @property
    def secret_key(self) -> str:
        """The throw-away secret key."""
        return self._service.access.credentials.secret_key

    @property
    def integrations(self) -> list[int]:
        """The ids of the account's integrations."""
        return sorted(self._service.rules.own_integrations)

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment variables that point a client at this sandbox."""
        return self._service.environ

    @property
    def faults(self) -> Faults:
        """The planned faults, to add to."""
        return self._service.faults

    @property
    def requests(self) -> list[Request]:
        """A record of the requests so far, with their bodies, except those to the window and the control paths."""
        return [replace(request) for request in self._service.requests]

    @property
    def policies(self) -> Policies:
        """The policies in force."""
        return self._service.policies

    @policies.setter
    def policies(self, policies: Policies) -> None:
        self._service.use(policies)

    def orders(self) -> list[Document]:
        """Return all saved orders, in the order of their ids, with the values that were sent.

        Numbers with a fraction are `Decimal`s. Orders that `save_lag` still holds back are not included.
        """
        return self._service.orders()

    def shipments(self) -> list[Document]:
        """Return all shipments, in the order of their ids: of which order, with which parcels."""
        return self._service.shipments()

    def label(self, shipment_id: str) -> bytes:
        """Return the bytes of a shipment's label; raise `KeyError` when there is no such shipment."""
        shipment = self._service.label(shipment_id)
        if shipment is None:
            raise KeyError(shipment_id)
        return shipment.label

    def add_integration(self, integration: int) -> None:
        """Add an integration to the account."""
        self._service.add_integration(integration)

    def advance(self, seconds: float) -> None:
        """Move the sandbox's time forward: writes are saved, tokens expire, rates recover."""
        self._service.advance(seconds)

    def revoke_tokens(self) -> None:
        """Make every issued token invalid at once."""
        self._service.access.revoke_tokens()

    def reset(self) -> None:
        """Forget orders, shipments, requests, faults, tokens and added integrations; keep policies and credentials."""
        self._service.reset()

    def _run(self) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            await self._server.serve(sockets=[self._socket])

        asyncio.run(serve())

    def _ask_until_ready(self) -> None:
        # The socket listens already, so one request waits in its queue until the server answers it.
        connection = HTTPConnection(self._reached, self._port, timeout=READY_WITHIN)
        try:
            connection.request("GET", f"{CONTROL_PATH}/ready", headers={"Connection": "close"})
            connection.getresponse().read()
        finally:
            connection.close()


def listen(host: str, port: int) -> socket.socket:
    """Listen on a port of this machine; raise `PortTakenError`, or `ValueError` for a host that is not this machine."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        # asyncio sends small packets at once only when the protocol is named; otherwise each response is 40 ms late.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        raise ValueError(f"host {host!r} is no address of this machine: name one, or 0.0.0.0 for all") from None
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen()
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise ValueError(f"host {host!r} is no address of this machine: name one, or 0.0.0.0 for all") from None
        taken = "may not be used by you" if error.errno == errno.EACCES else "is in use"
        raise PortTakenError(f"port {port} of {host} {taken}: choose another, or 0 for a free one") from error
    return listening


def reached_by(address: str) -> str:
    """Return the address by which this machine itself reaches what listens on an address."""
    return {"0.0.0.0": HOST, "::": "::1"}.get(address, address)
