"""Use the sandbox's window in a real browser."""

import json
import subprocess
from pathlib import Path
from typing import Any

from runs.browser import BrowserError
from sendcloud_orders_sandbox import Sandbox

SCRIPT = Path(__file__).with_name("use_window.js")
PATIENCE = 120.0


def use_window(program: str, sandbox: Sandbox, shots: Path) -> dict[str, Any]:
    """Do in the window what a person would, and return what came of it; leave pictures in the folder `shots`.

    Raises `BrowserError`.
    """
    shots.mkdir(parents=True, exist_ok=True)
    job = {
        "chromium": program,
        "window": sandbox.window_url,
        "api": sandbox.base_url,
        "keys": [sandbox.public_key, sandbox.secret_key],
        "shots": str(shots),
    }
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
