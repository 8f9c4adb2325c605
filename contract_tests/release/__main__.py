"""Look whether this commit can be released: `python -m release check`; or show its changelog: `… changelog`.

Exit status: 0 when each check passed, and `dist/` holds what to release; 1 when one did not.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory

from release import building, changelog, contents, metadata, public_api, readiness, shelf, trials, version
from release.building import Packages
from release.checkout import TAG, Checkout
from release.rooms import Room
from release.verdict import Check, Refused, run


class Release:
    """The checks of one commit, in the order in which they can be made."""

    def __init__(self, checkout: Checkout, work: Path, dist: Path, base: str | None, tag: str | None) -> None:
        self._checkout = checkout
        self._work = work
        self._packages: Packages
        self._sbom = work / shelf.SBOM
        lock = checkout.root / "requirements.lock"
        self._rooms = {kind: Room(work / kind, lock) for kind in ("wheel", "sdist")}
        self.checks = [
            *([Check("tag", lambda: readiness.check(checkout, tag))] if tag else []),
            Check("version", lambda: version.check(checkout)),
            Check("changelog", lambda: changelog.check(checkout)),
            Check("public API", lambda: public_api.check(checkout, base)),
            Check("same bytes", self._build, leads_on=True),
            Check("contents", lambda: contents.check(checkout, self._packages)),
            Check("metadata", lambda: metadata.check(checkout, self._packages)),
            Check("wheel", lambda: self._try("wheel"), leads_on=True),
            Check("SBOM", lambda: shelf.describe(self._rooms["wheel"], checkout, self._sbom)),
            Check("sdist", lambda: self._try("sdist"), leads_on=True),
            Check("plugin", self._plug),
            Check("dist", lambda: shelf.fill(self._packages, self._sbom, dist)),
        ]

    def _build(self) -> str:
        self._packages = building.build_twice(self._checkout, self._work / "built")
        return "two builds in two places, and the wheel out of the sdist, differ in no byte"

    def _try(self, kind: str) -> str:
        room = self._rooms[kind]
        trials.plain(room, getattr(self._packages, kind), self._checkout)
        trials.with_extras(room, self._checkout, self._checkout.root / "examples")
        return "alone it imports and says what the extras need; with them the command line and the examples run"

    def _plug(self) -> str:
        for room in self._rooms.values():
            trials.plugged(room)
        return "beside pytest, it gives a test its sandbox, from the wheel and from the sdist"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says, and return the exit status."""
    options = parser().parse_args(arguments)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal may have no tick
    checkout = Checkout()
    if options.command == "changelog":
        try:
            return changelog.write(checkout, draft=not options.write)
        except Refused as error:
            print(f"{error.wrong}\nTo do: {error.remedy}", file=sys.stderr)
            return 1
    dist = checkout.root / "dist"
    shutil.rmtree(dist, ignore_errors=True)  # what an earlier run left there is no release of this commit
    with TemporaryDirectory(prefix="release-") as work:
        release = Release(checkout, Path(work), dist, options.base, options.tag)
        passed = run(release.checks, lambda line: print(line, flush=True))
    print(f"{checkout.project['name']} {checkout.version} {'passes' if passed else 'does not pass'}.")
    if passed and not options.tag and (left := readiness.left(checkout)):
        print("\n- ".join([f"Before it is tagged {TAG}{checkout.version}:", *left]))
    return 0 if passed else 1


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(prog="python -m release", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    of_check = commands.add_parser("check", help="look whether this commit can be released, and fill dist/")
    of_check.add_argument("--base", default=os.environ.get("BASE"), help="compare the API with this revision")
    of_check.add_argument("--tag", default=os.environ.get("TAG"), help="the tag that this commit is released as")
    of_changelog = commands.add_parser("changelog", help="show what the changelog will say")
    of_changelog.add_argument("--write", action="store_true", help="write it there, and remove the fragments")
    return parser


if __name__ == "__main__":
    sys.exit(main())
