"""Let node drive a real browser."""

import json
import subprocess
from pathlib import Path
from typing import Any

from runs.browser import BrowserError

PATIENCE = 120.0


def drive(script: str, program: str, shots: Path, **job: object) -> dict[str, Any]:
    """Run a script of this folder with the browser `program`, and return what it found.

    Leaves pictures in the folder `shots`. Raises `BrowserError`.
    """
    shots.mkdir(parents=True, exist_ok=True)
    told = json.dumps({"chromium": program, "shots": str(shots), **job})
    command = ["node", str(Path(__file__).with_name(script))]
    try:
        done = subprocess.run(command, input=told, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BrowserError(f"node could not drive {program}: {error}") from error
    if done.returncode:
        raise BrowserError(f"{program} could not be driven:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
