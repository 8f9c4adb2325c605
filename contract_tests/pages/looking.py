"""Look at pages in a real browser."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .driving import drive


def look(program: str, pages: Mapping[str, Path], shots: Path) -> dict[str, Any]:
    """Open each page at two widths, light and dark, and return what a person would meet there, by name of the page.

    Leaves pictures in the folder `shots`. Raises `BrowserError`.
    """
    return drive("look.js", program, shots, pages={name: str(path) for name, path in pages.items()})
