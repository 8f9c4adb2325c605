"""Use the sandbox's window in a real browser."""

from pathlib import Path
from typing import Any

from sendcloud_orders_sandbox import Sandbox

from .driving import drive


def use_window(program: str, sandbox: Sandbox, shots: Path) -> dict[str, Any]:
    """Do in the window what a person would, and return what came of it; leave pictures in the folder `shots`.

    Raises `BrowserError`.
    """
    keys = [sandbox.public_key, sandbox.secret_key]
    return drive("use_window.js", program, shots, window=sandbox.window_url, api=sandbox.base_url, keys=keys)
