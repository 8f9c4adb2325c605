"""Read the body of an answer in bounded steps: what comes from outside has a limit, packed and unpacked."""

from __future__ import annotations

import zlib

from .errors import ContractError

ACCEPTED_CODINGS = "gzip, deflate"
"""What requests offer in Accept-Encoding: codings that can be unpacked step by step by the standard library."""

_STEP = 1 << 18
_GZIP = zlib.MAX_WBITS | 16
_GZIP_HEAD = b"\x1f"
_ZLIB_HEAD = b"\x78\x9c"


class BrokenCoding(Exception):
    """A body that is not packed as its Content-Encoding says, or that was cut."""


class BodyReader:
    """Collect the bytes of one body, unpacked, up to a limit.

    Not more than `limit` bytes are read or held, whatever they would unpack to.

    Raises `ContractError` for another coding than gzip or deflate, and when the limit is passed.
    """

    def __init__(self, status: int, content_encoding: str, limit: int) -> None:
        self._status = status
        self._limit = limit
        self._size = 0
        self._unpacked = 0
        self._parts: list[bytes] = []
        codings = [name.strip().lower() for name in content_encoding.split(",")]
        codings = [name.removeprefix("x-") for name in codings if name not in ("", "identity")]
        if codings not in ([], ["gzip"], ["deflate"]):
            raise ContractError(
                f"The answer (status {status}) is packed in a way that was not asked for: gzip or deflate alone can "
                "be read.",
                status=status,
            )
        self._coding = codings[0] if codings else None
        self._head = b""
        self._decoder: zlib._Decompress | None = None

    def expect(self, content_length: str | None) -> None:
        """Refuse a body that says beforehand that it passes the limit. Raises `ContractError`."""
        if content_length and content_length.isdecimal() and int(content_length[:20]) > self._limit:
            raise self._too_large()

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the wire. Raises `ContractError` or `BrokenCoding`."""
        self._size += len(chunk)
        if self._size > self._limit:
            raise self._too_large()
        if self._coding is None:
            self._keep(chunk)
            return
        if self._decoder is None:
            self._head += chunk
            if len(self._head) < len(_ZLIB_HEAD):
                return
            chunk, self._head = self._head, b""
            self._decoder = self._new_decoder(chunk)
        try:
            self._unpack(self._decoder, chunk)
        except zlib.error:
            raise BrokenCoding from None

    def finish(self) -> bytes:
        """Give the whole body. Raises `BrokenCoding` when it was cut."""
        if self._coding is not None and self._size and not (self._decoder and self._decoder.eof):
            raise BrokenCoding
        return b"".join(self._parts)

    def _new_decoder(self, head: bytes) -> zlib._Decompress:
        if self._coding == "gzip":
            return zlib.decompressobj(_GZIP)
        # Some servers mean a bare deflate stream, without the frame of zlib that the RFC asks for.
        framed = head[0] & 0x0F == zlib.DEFLATED and int.from_bytes(head[:2]) % 31 == 0
        return zlib.decompressobj(zlib.MAX_WBITS if framed else -zlib.MAX_WBITS)

    def _unpack(self, decoder: zlib._Decompress, chunk: bytes) -> None:
        while True:
            if decoder.eof:
                if self._coding != "gzip" or chunk[:1] != _GZIP_HEAD:
                    return
                # A gzip body may have several members, one after the other.
                self._decoder = decoder = zlib.decompressobj(_GZIP)
            part = decoder.decompress(chunk, _STEP)
            self._keep(part)
            chunk = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
            if not chunk and len(part) < _STEP:
                return

    def _keep(self, part: bytes) -> None:
        self._unpacked += len(part)
        if self._unpacked > self._limit:
            raise self._too_large()
        if part:
            self._parts.append(part)

    def _too_large(self) -> ContractError:
        self._parts.clear()
        return ContractError(
            f"The answer (status {self._status}) is larger than {self._limit} bytes, the limit that max_answer_bytes "
            "sets; it was not read to its end. Ask for smaller pages, or set max_answer_bytes higher.",
            status=self._status,
        )
