"""Look at pages in a real browser."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runs.browser import BrowserError

SCRIPT = Path(__file__).with_name("look.js")
PATIENCE = 120.0


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
