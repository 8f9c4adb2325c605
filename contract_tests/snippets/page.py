"""The surroundings of a page's snippets: a folder, a sandbox, and the variables that name it."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from contextlib import ExitStack, chdir
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sendcloud_orders_sandbox import Credentials, Sandbox

ROOT = Path(__file__).parents[2]
COMMANDS = Path(__file__).with_name("commands")


def open_page(namespace: dict[str, Any]) -> None:
    """Begin a page: its snippets share a namespace, in which `sandbox` is theirs."""
    surroundings = ExitStack()
    folder = Path(surroundings.enter_context(tempfile.TemporaryDirectory(prefix="snippets-")))
    (folder / "examples").symlink_to(ROOT / "examples")
    # Keys of its own for each page, and so a pace of its own.
    credentials = Credentials(public_key=secrets.token_hex(8), secret_key=secrets.token_hex(8))
    sandbox = surroundings.enter_context(Sandbox(credentials=credentials))
    surroundings.enter_context(patch.dict(os.environ, _environment(sandbox, folder)))
    surroundings.enter_context(chdir(folder))
    namespace.update({"sandbox": sandbox, "_surroundings": surroundings})


def close_page(namespace: dict[str, Any]) -> None:
    """End a page, and leave nothing of it."""
    namespace.pop("_surroundings").close()


def _environment(sandbox: Sandbox, folder: Path) -> dict[str, str]:
    path = os.pathsep.join([str(COMMANDS), str(Path(sys.executable).parent), os.environ["PATH"]])
    return {
        **sandbox.environ,
        "CHECKOUT": str(ROOT),
        "HOME": str(folder),
        "PATH": path,
        # As in a terminal, where what is printed to stdout and stderr stands in the order in which it was printed.
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "TERM": "dumb",
    }
