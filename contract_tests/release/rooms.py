"""An empty environment: the package is installed there as a user would, and tried."""

import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from release.verdict import Refused

# In seconds. Nothing that is tried takes a tenth of it.
PATIENCE = 120


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str


@dataclass
class Room:
    """An environment of its own, with nothing in it, and a folder to work in."""

    folder: Path
    lock: Path
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        venv.create(self.folder / "env", with_pip=False, symlinks=os.name == "posix")
        self.desk.mkdir()
        # Nothing of the checkout is found by another way, and no setting of the person who releases is used.
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SENDCLOUD_", "TOX"))
        }
        self.environment = kept | {"PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}", "PYTHONWARNINGS": "error"}

    @property
    def bin(self) -> Path:
        """Where its programs are."""
        return self.folder / "env" / ("Scripts" if os.name == "nt" else "bin")

    @property
    def desk(self) -> Path:
        """The folder that what runs here starts in."""
        return self.folder / "desk"

    def install(self, *requirements: str) -> None:
        """Install packages, each of them as the lock pins it with its hash, those that an sdist is built with too."""
        locks = ["--constraint", str(self.lock), "--build-constraint", str(self.lock)]
        self._pip("install", "--quiet", "--no-input", "--no-compile", *locks, *requirements)

    def check(self) -> None:
        """Hold what is installed against what it asks for."""
        self._pip("check")

    def _pip(self, *arguments: str) -> None:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(self.bin / "python")]
        done = subprocess.run([*pip, *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            told = (done.stdout + done.stderr).strip()
            raise Refused(f"pip {arguments[0]} fails:\n{told}", "mend what pip names: it installs as a user would")

    def run(self, *command: str, environment: Mapping[str, str] | None = None) -> Done:
        """Run a program of this environment at its desk."""
        program = str(self.bin / command[0])
        try:
            done = subprocess.run(
                [program, *command[1:]],
                cwd=self.desk,
                env={**self.environment, **(environment or {})},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=PATIENCE,
            )
        except FileNotFoundError:
            raise Refused(f"no program {command[0]} was installed", "see [project.scripts]") from None
        except subprocess.TimeoutExpired:
            raise Refused(f"{' '.join(command)} did not end in {PATIENCE} s", "run it by hand") from None
        return Done(done.returncode, done.stdout, done.stderr)
