"""A token in a file, so that a program that was ended goes on where it was."""

from __future__ import annotations

import math
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from .endings import Failure

T = TypeVar("T")

_LONGEST = 1024 * 1024
_SECONDS_BETWEEN = 1.0


class TokenKeeper:
    """Keeps where a feed has come to: in a file, where one is named, and at hand for those who ask at the end.

    A token may be long and a disk slow, so that of orders in quick succession one a second is kept; `keep` keeps the
    last one. What was told and is not kept would be told again after a crash, which is better than never.
    """

    def __init__(self, file: Path | None, token: str, read: Callable[[], str]) -> None:
        self.file = file
        self.token = token
        self._read = read
        self._is_telling = False
        self._kept_at = -math.inf

    def each(self, orders: Iterable[T]) -> Iterator[T]:
        """Yield each order, and take it for told when the next one is asked for."""
        for order in orders:
            self._is_telling = True
            yield order
            self._is_telling = False
            if time.monotonic() - self._kept_at >= _SECONDS_BETWEEN:
                self.keep()

    def keep(self) -> None:
        """Keep where the feed stands, unless that is done, or an order is only half told."""
        if self._is_telling:
            return
        token = self._read()
        if token != self.token:
            if self.file:
                keep_token(self.file, token)
            self.token = token
        self._kept_at = time.monotonic()


def kept_token(file: Path) -> str | None:
    """Read the token of a file; None where there is no such file yet. Raises `Failure` for one that holds none."""
    try:
        with file.open("rb") as opened:
            content = opened.read(_LONGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Failure(f"The token in {file} cannot be read: {error.strerror}.") from None
    token = content.decode("ascii", "replace").strip()
    if not token or len(content) > _LONGEST or not (token.isascii() and token.isprintable()) or " " in token:
        raise Failure(f"{file} holds no token. Delete it, and say with --since where to begin.")
    return token


def keep_token(file: Path, token: str) -> None:
    """Put a token into a file, in one step and through to the disk: whoever reads it finds the old one or the new."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    except OSError as error:
        raise Failure(f"The token cannot be kept in {file}: {error.strerror}.") from None
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as opened:
            opened.write(token + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(name, file)
    except BaseException:
        # An interrupt may come when it is in its place already.
        Path(name).unlink(missing_ok=True)
        raise
