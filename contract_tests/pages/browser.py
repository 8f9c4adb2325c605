"""Look at pages in a real browser: a Chromium of this machine, as CHROMIUM names it or on the PATH."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
SCRIPT = Path(__file__).with_name("look.js")
PATIENCE = 120.0
MISSING = f"no Chromium to look at the pages with: install one ({', '.join(NAMES)}), or name it in CHROMIUM"


class BrowserError(RuntimeError):
    """The browser, or what drives it, could not be used; the text says what to do."""


def chromium() -> str | None:
    """Return the path of a Chromium; None where there is none. Raises `BrowserError` when CHROMIUM names no program."""
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise BrowserError(f"CHROMIUM must name a program, not {named!r}: correct it, or take it out")
        return found
    return next(filter(None, map(shutil.which, NAMES)), None)


def look(program: str, pages: Mapping[str, Path], shots: Path) -> dict[str, Any]:
    """Open each page at two widths, light and dark, and return what a person would meet there, by name of the page.

    Leaves pictures in the folder `shots`. Raises `BrowserError`.
    """
    shots.mkdir(parents=True, exist_ok=True)
    job = {"chromium": program, "pages": {name: str(path) for name, path in pages.items()}, "shots": str(shots)}
    try:
        done = subprocess.run(
            ["node", str(SCRIPT)], input=json.dumps(job), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BrowserError(f"node could not drive {program}: {error}") from error
    if done.returncode:
        raise BrowserError(f"{program} could not be driven:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
