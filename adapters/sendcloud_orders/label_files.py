"""Write a label to a file: whole or not at all, never over another one unasked, and tried out before it is bought."""

from __future__ import annotations

import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from zlib import crc32

from .arguments import check_flag, described, reading
from .errors import InvalidRequest

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST_NAME = 100


class NotWritten(Exception):
    """The file was not written; the text says why."""


def reserve(path: str | Path, name: str, suffix: str, *, overwrite: bool = False) -> Place:
    """Make sure that a file can be written at `path`, or in the folder that `path` is, and hold a place for it.

    In a folder the file is called `name`, in letters that are safe everywhere, and `suffix`.

    Raises `InvalidRequest` that says what is in the way.
    """
    check_flag("overwrite", overwrite)
    with reading("path"):
        if not isinstance(path, str | os.PathLike) or isinstance(path, bytes):
            raise InvalidRequest(f"path should be a path of a file or folder, not {described(path)}.")
        given = os.fspath(path)
        if not isinstance(given, str) or not given or "\0" in given:
            raise InvalidRequest("path should be a path of a file or folder, and name one.")
        # Where the program has gone to by the time that the label comes makes no difference.
        target = Path(os.path.abspath(given))
    try:
        is_folder = target.is_dir()
        if not is_folder and (given.endswith(("/", os.sep)) or not target.parent.exists()):
            raise InvalidRequest("path names a folder that does not exist: make it first.")
        place = Place(target / f"{safe_name(name)}{suffix}" if is_folder else target, overwrite=overwrite)
        place.named_by_label = is_folder
        place.hold()
    except InvalidRequest:
        raise
    except (OSError, ValueError) as error:
        reason = f"path cannot be written to: {_reason(error)}."
    else:
        return place
    # Raised out here so that no cause hangs on it.
    raise InvalidRequest(reason)


def safe_name(text: str) -> str:
    """Give a name for a file in letters that are safe everywhere; what needed changes gets a sum to tell it by."""
    safe = _UNSAFE.sub("_", text)[:_LONGEST_NAME]
    return safe if safe == text else f"{safe}-{crc32(text.encode(errors='surrogatepass')):08x}"


def _reason(error: OSError | ValueError) -> str:
    said = error.strerror if isinstance(error, OSError) else None
    return said or type(error).__name__


class Place:
    """Where a file is to be, held by an empty file beside it until `write` or `release`."""

    def __init__(self, target: Path, *, overwrite: bool) -> None:
        self._target = target
        self._overwrite = overwrite
        self._held: Path | None = None
        self.named_by_label = False

    def hold(self) -> None:
        """Try out that the file can be written. Raises `OSError`, and `InvalidRequest` for what stands there."""
        self._check_free(self._target)
        held = self._target.with_name(f".sendcloud-label-{secrets.token_hex(8)}")
        os.close(os.open(held, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        self._held = held

    def write(self, content: bytes, suffix: str) -> Path:
        """Write the file, whole or not at all; give its path.

        In a folder it ends as the label turned out, which need not be what was asked for. Raises `NotWritten`.
        """
        target = self._target.with_name(self._target.stem + suffix) if self.named_by_label else self._target
        assert self._held is not None
        try:
            with open(self._held, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            self._move(self._held, target)
        except (OSError, InvalidRequest) as error:
            reason = str(error) if isinstance(error, InvalidRequest) else f"{_reason(error)}."
        else:
            return target
        raise NotWritten(f"its file could not be written: {reason}")

    def release(self) -> None:
        """Remove what holds the place."""
        if self._held is not None:
            with suppress(OSError):
                os.unlink(self._held)
            self._held = None

    def _move(self, held: Path, target: Path) -> None:
        if self._overwrite:
            self._check_free(target)
            os.replace(held, target)
            return
        try:
            os.link(held, target)  # fails where something is there by now
        except FileExistsError:
            raise InvalidRequest(_EXISTS) from None
        except OSError:  # a file system without links
            self._check_free(target)
            os.rename(held, target)

    def _check_free(self, target: Path) -> None:
        try:
            there = target.lstat()
        except FileNotFoundError:
            return
        if not self._overwrite:
            raise InvalidRequest(_EXISTS)
        if not stat.S_ISREG(there.st_mode):
            raise InvalidRequest("path names something that is no plain file, which is not overwritten.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()


_EXISTS = "path names something that exists: choose another one, or pass overwrite=True."
