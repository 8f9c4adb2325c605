"""Names of files made of what a shop calls its orders."""

from __future__ import annotations

import hashlib
import re
from itertools import count
from pathlib import Path

from sendcloud_orders import OrderKey

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 80


def name_of(key: OrderKey) -> str:
    """Make a file's name of a key, without suffix, that any system takes: `41-shop-1001`.

    Where letters had to go, a hash of the key stands in for them, so that two orders do not share a name by that.
    """
    plain = f"{key.integration_id}-{key.order_id}"
    safe = _UNSAFE.sub("_", plain)[:_LONGEST].rstrip(".")
    return safe if safe == plain else f"{safe}-{hashlib.sha256(plain.encode(errors='surrogatepass')).hexdigest()[:8]}"


def free_path(folder: Path, name: str, suffix: str) -> Path:
    """Give a path in the folder at which nothing is: where the name is taken, a number is added to it."""
    paths = (folder / f"{name}{'' if number == 1 else f'-{number}'}{suffix}" for number in count(1))
    return next(path for path in paths if not path.exists() and not path.is_symlink())
