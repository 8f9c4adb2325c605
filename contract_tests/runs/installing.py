"""Install packages into the environment that VIRTUAL_ENV names: `python installing.py ARGUMENTS ...`, those of pip.

uv needs a tenth of pip's time, but knows nothing of a mirror or a certificate that pip is told of: where it fails, pip
has its turn. `make` and tox call this with the Python of `.venv`, before there is anything else to import.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# On the disk of the environments, so that their files are links to it.
CACHE = ROOT / ".tox" / "uv"


def install(place: str, arguments: list[str]) -> int:
    """Install into the environment in a folder, and return the exit status."""
    return 0 if with_uv(place, arguments) else with_pip(place, arguments)


def with_uv(place: str, arguments: list[str]) -> bool:
    """Install by the uv that stands beside this Python; tell why that cannot be done."""
    command = [str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet", "--python", place, *arguments]
    environment = {"UV_CACHE_DIR": str(CACHE), "UV_PYTHON_DOWNLOADS": "never", **os.environ}
    try:
        done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True, check=False)
        why = done.stderr
    except OSError as error:
        why = str(error)
    else:
        if done.returncode == 0:
            return True
    print(f"uv cannot install this, so pip does: {why.strip()}", file=sys.stderr, flush=True)
    return False


def with_pip(place: str, arguments: list[str]) -> int:
    """Install by the pip of this Python, and return its exit status."""
    quietly = ["--quiet", "--disable-pip-version-check", *arguments]
    command = [sys.executable, "-m", "pip", "--python", place, "install", *quietly]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(install(os.environ["VIRTUAL_ENV"], sys.argv[1:]))
