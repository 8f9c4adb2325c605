"""Wheel and sdist hold what they should: each tracked file of theirs, the licence, and nothing that strayed in."""

import tarfile
import zipfile
from pathlib import Path, PurePosixPath

from release.building import Packages
from release.checkout import Checkout
from release.verdict import Refused

# What a backend adds: what makes an sdist one, and the file by which hatchling leaves out what git ignores.
ADDED_TO_THE_SDIST = {"PKG-INFO", "pyproject.toml", ".gitignore"}
ADDED_TO_THE_WHEEL = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}


def check(checkout: Checkout, packages: Packages) -> str:
    """Compare the names in both packages with the files that git tracks."""
    wheel, sdist = in_wheel(packages.wheel), in_sdist(packages.sdist)
    _compare("the wheel", wheel, expected_in_wheel(checkout, packages.wheel))
    _compare("the sdist", sdist, expected_in_sdist(checkout))
    untyped = sorted(name for name in _packages(checkout) if f"{name}/py.typed" not in wheel)
    if untyped:
        raise Refused(f"{', '.join(untyped)} has no py.typed", "add the empty file, or no type checker reads its types")
    sizes = ", ".join(f"{kind} {path.stat().st_size // 1024} KiB" for kind, path in vars(packages).items())
    return f"{len(wheel)} and {len(sdist)} files, each of them tracked: {sizes}"


def in_wheel(wheel: Path) -> set[str]:
    """Return the names in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def in_sdist(sdist: Path) -> set[str]:
    """Return the names in an sdist, without its folder."""
    with tarfile.open(sdist) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def expected_in_wheel(checkout: Checkout, wheel: Path) -> set[str]:
    """Return the tracked files of the packages, as the wheel names them, and what hatchling adds."""
    info = "-".join(wheel.name.split("-")[:2]) + ".dist-info"
    own = {
        str(PurePosixPath(path).relative_to(PurePosixPath(folder).parent))
        for name, folder in _packages(checkout).items()
        for path in checkout.files
        if path.startswith(f"{folder}/")
    }
    return own | {f"{info}/{name}" for name in ADDED_TO_THE_WHEEL}


def expected_in_sdist(checkout: Checkout) -> set[str]:
    """Return the tracked files that pyproject.toml includes, and what hatchling adds."""
    included = checkout.pyproject["tool"]["hatch"]["build"]["targets"]["sdist"]["only-include"]
    own = {path for path in checkout.files for name in included if path == name or path.startswith(f"{name}/")}
    return own | ADDED_TO_THE_SDIST


def _packages(checkout: Checkout) -> dict[str, str]:
    folders = checkout.pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    return {PurePosixPath(folder).name: folder for folder in folders}


def _compare(what: str, found: set[str], expected: set[str]) -> None:
    if strays := sorted(found - expected):
        raise Refused(f"{what} holds {_some(strays)}", "leave it out in pyproject.toml, or let git track it")
    if missing := sorted(expected - found):
        raise Refused(f"{what} lacks {_some(missing)}", "see why hatchling leaves it out: .gitignore, pyproject.toml")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
