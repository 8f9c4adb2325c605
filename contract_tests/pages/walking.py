"""Walk through a site of many pages in a real browser."""

from pathlib import Path
from typing import Any

from .driving import drive


def walk(program: str, origin: str, shots: Path) -> dict[str, Any]:
    """Do in the documentation at `origin` what readers would, and return what they met.

    Leaves pictures in the folder `shots`. Raises `BrowserError`.
    """
    return drive("walk_site.js", program, shots, origin=origin)
