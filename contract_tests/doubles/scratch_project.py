"""A small project in a git repository, to release or to be kept from it."""

import os
import subprocess
from pathlib import Path

from release.checkout import Checkout

PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "shop"
version = "0.1.0"
dependencies = ["httpx"]
optional-dependencies = { cli = ["click"] }
scripts = { shop = "shop:send" }

[tool.hatch.build.targets.wheel]
packages = ["adapters/shop"]

[tool.hatch.build.targets.sdist]
only-include = ["adapters", "LICENSE"]

[tool.towncrier]
directory = ".changes"
type = [{ directory = "breaking" }, { directory = "added" }]
"""
SHOP = """
from .sending import Parcel, send

__all__ = ["Parcel", "send"]
"""
SENDING = """
class Parcel:
    weight: int = 1

    def label(self, path: str = "", retry: bool = False) -> str:
        return path


def send(parcel: Parcel, urgent: bool = False) -> None: ...


def behind() -> None: ...
"""
FILES = {
    "pyproject.toml": PYPROJECT,
    ".gitignore": "/dist/\n",
    "LICENSE": "Free.\n",
    "CHANGELOG.md": "# Changelog\n\n<!-- towncrier release notes start -->\n",
    ".changes/README.md": "One file a change.\n",
    ".changes/+first.added.md": "The first change.\n",
    "adapters/shop/__init__.py": SHOP,
    "adapters/shop/sending.py": SENDING,
    "adapters/shop/py.typed": "",
    "adapters/sendcloud_orders/installing.py": "PUBLISHED = False\n",
}


class ScratchProject(Checkout):
    """A checkout whose files a test may change."""

    def write(self, path: str, text: str) -> None:
        """Write a file."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        """Write another text in the place of one that is there."""
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text
        self.write(path, text.replace(old, new, 1))

    def commit(self, tag: str | None = None) -> "ScratchProject":
        """Commit all, tag it if that is wanted, and return the checkout with nothing remembered."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a step")
        if tag:
            self.git("tag", tag)
        return ScratchProject(self.root)


def scratch_project(root: Path) -> ScratchProject:
    """Make the project in an empty folder, and commit it."""
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    for name, value in (("user.name", "Nobody"), ("user.email", "nobody@example.org"), ("commit.gpgsign", "false")):
        subprocess.run(
            ["git", "config", name, value], cwd=root, check=True, env={**os.environ, "GIT_DIR": str(root / ".git")}
        )
    project = ScratchProject(root)
    for path, text in FILES.items():
        project.write(path, text)
    return project.commit()
