"""Speak HTTP/1.1 so that a client always receives its response, and cannot send without end."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from .seam import CONNECTION

# How much of a request is read after its response was sent, for clients that read only after they have sent.
UNREAD_BYTES = 16 * 1024 * 1024
UNREAD_SECONDS = 10.0
# The longest request line with headers; gateways allow between 8 and 64 KiB.
HEAD_BYTES = 32 * 1024


class LingeringTransport:
    """The server's end of a connection whose `close` lets the client read the response first.

    Closing a socket that holds unread data resets the connection, and a reset can destroy a response on its way.
    """

    def __init__(self, transport: asyncio.Transport, protocol: SandboxProtocol) -> None:
        self._transport = transport
        self._protocol = protocol

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def close(self) -> None:
        """Close, after the client has stopped sending."""
        if not self._protocol.linger():
            self._transport.close()

    def is_closing(self) -> bool:
        """Tell whether the connection takes no further request."""
        return self._protocol.lingering or self._transport.is_closing()


class SandboxProtocol(H11Protocol):
    """An HTTP/1.1 connection that reads a bounded part of a refused body, and that a fault can close."""

    wire: asyncio.Transport
    lingering = False
    ending = False
    unread = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Hand the connection to the app, so that a fault can close it."""
        self.wire = transport
        super().connection_made(cast(asyncio.Transport, LingeringTransport(transport, self)))
        self.app_state: dict[str, Any] = {**self.app_state, CONNECTION: transport}

    def data_received(self, data: bytes) -> None:
        """Read what a client sends; drop the rest of a request that has its response already."""
        if not self.lingering:
            super().data_received(data)
        # Only now: the end of a request that was refused may come together with the beginning of the next.
        if not (self.lingering or self.is_sending_refused()):
            self.unread = 0
            return
        self.unread += len(data)
        if self.unread > UNREAD_BYTES:
            self.wire.abort()

    def on_response_complete(self) -> None:
        """Wait for the next request, or for the rest of this one."""
        super().on_response_complete()
        if self.is_sending_refused():
            self.loop.call_later(UNREAD_SECONDS, self.give_up, self.cycle)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, or close if the request has its response already."""
        if self.cycle is not None and not self.cycle.response_complete:
            # The app may be working on this request already: nothing that it sends must follow the refusal.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.close()

    def shutdown(self) -> None:
        """End the connection with the server, which does not wait for clients that have their response."""
        self.ending = True
        if self.lingering:
            self.wire.abort()
        else:
            super().shutdown()

    def is_sending_refused(self) -> bool:
        """Tell whether the client is still sending a request that has its response."""
        return self.cycle is not None and self.cycle.response_complete and self.conn.their_state is h11.SEND_BODY

    def linger(self) -> bool:
        """End the server's side and read on for a while; return False if the client has sent everything."""
        if self.lingering:
            return True
        if self.ending or self.wire.is_closing() or self.conn.their_state not in (h11.SEND_BODY, h11.ERROR):
            return False
        try:
            self.wire.write_eof()
        except OSError:  # the client has gone, and nobody needs to be waited for
            return False
        self.lingering = True
        self.wire.resume_reading()
        self.loop.call_later(UNREAD_SECONDS, self.wire.abort)
        return True

    def give_up(self, cycle: object) -> None:
        """Close if the client is still sending the same request."""
        if self.cycle is cycle and self.is_sending_refused():
            self.wire.abort()
