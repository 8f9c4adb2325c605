"""What a checkout says of itself: its version, the files that belong to it, its commits and tags."""

import subprocess
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from release.verdict import Refused

ROOT = Path(__file__).resolve().parents[2]
TAG = "v"


@dataclass(frozen=True)
class Checkout:
    """A folder that git knows."""

    root: Path = ROOT

    @cached_property
    def pyproject(self) -> dict[str, Any]:
        """What pyproject.toml says."""
        return tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))

    @property
    def project(self) -> dict[str, Any]:
        """Its table about the project."""
        found: dict[str, Any] = self.pyproject["project"]
        return found

    @property
    def version(self) -> Version:
        """The version that the next release will have."""
        return Version(self.project["version"])

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The paths of what git tracks and the folder still has, as they are written in git."""
        listed = self.git("ls-files", "-z").split("\0")
        return tuple(path for path in listed if path and (self.root / path).is_file())

    @property
    def last_commit(self) -> int:
        """The time of the last commit, in seconds since 1970."""
        return int(self.git("log", "-1", "--format=%ct"))

    @property
    def uncommitted(self) -> list[str]:
        """What is changed, or new and not ignored."""
        return self.git("status", "--porcelain").splitlines()

    @property
    def tags(self) -> dict[Version, str]:
        """The tags of releases that lead to this commit, by their version."""
        if self.git("rev-parse", "--is-shallow-repository").strip() == "true":
            raise Refused(
                "this clone is shallow, so the last release cannot be seen",
                "fetch the rest: git fetch --unshallow --tags (in a workflow: fetch-depth: 0)",
            )
        found = {}
        for tag in self.git("tag", "--list", f"{TAG}*", "--merged", "HEAD").split():
            try:
                found[Version(tag.removeprefix(TAG))] = tag
            except InvalidVersion:
                continue
        return found

    def is_at(self, tag: str) -> bool:
        """Tell whether a tag stands for the last commit."""
        return self.git("rev-parse", f"{tag}^{{commit}}") == self.git("rev-parse", "HEAD")

    def git(self, *arguments: str) -> str:
        """Return what git says; raise `Refused` where it cannot say anything."""
        try:
            done = subprocess.run(["git", *arguments], cwd=self.root, capture_output=True, text=True, check=False)
        except OSError:
            raise Refused("git is missing", "install it: a release is made of what git tracks") from None
        if done.returncode:
            raise Refused(f"git {arguments[0]} failed: {done.stderr.strip()}", "run this in a clone of the repository")
        return done.stdout
