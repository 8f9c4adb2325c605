"""Wheel and sdist are built twice where nothing is the same but the sources, and are the same bytes."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from release.checkout import Checkout
from release.verdict import Refused


@dataclass(frozen=True)
class Place:
    """Where and how to build: what may differ between two machines."""

    folder: str
    umask: int
    time_zone: str
    modified: int
    """When each source was last changed, in seconds since 1970."""


# The sources are of 2001 and of 2033: a zip knows no time before 1980.
PLACES = (
    Place("here", 0o022, "UTC", 1_000_000_000),
    Place("another folder, with a longer name", 0o077, "Pacific/Kiritimati", 2_000_000_000),
)


@dataclass(frozen=True)
class Packages:
    """What a release consists of."""

    wheel: Path
    sdist: Path


def build_twice(checkout: Checkout, work: Path) -> Packages:
    """Build in each place, and the wheel once more from the sdist; raise `Refused` where a byte differs."""
    built = [build(checkout, work, place) for place in PLACES]
    first, second = built
    compare("wheel", first.wheel, second.wheel, "two builds")
    compare("sdist", first.sdist, second.sdist, "two builds")
    compare("wheel", first.wheel, wheel_from(first.sdist, work, checkout.last_commit), "the checkout and the sdist")
    return first


def build(checkout: Checkout, work: Path, place: Place, kinds: tuple[str, ...] = ("wheel", "sdist")) -> Packages:
    """Build the packages of what git tracks, in a place of its own below `work`."""
    source = work / place.folder / "source"
    for name in checkout.files:
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(checkout.root / name, path)
        path.chmod((0o777 if os.access(checkout.root / name, os.X_OK) else 0o666) & ~place.umask)
        os.utime(path, (place.modified, place.modified))
    made = hatch(source, work / place.folder / "dist", checkout.last_commit, kinds, place.umask, place.time_zone)
    return Packages(wheel=_one(made, ".whl"), sdist=_one(made, ".tar.gz"))


def hatch(
    source: Path, made: Path, epoch: int, kinds: tuple[str, ...], umask: int = 0o022, time_zone: str = "UTC"
) -> Path:
    """Build packages of a folder into another, and return that."""
    targets = [word for kind in kinds for word in ("-t", kind)]
    own = {name: value for name, value in os.environ.items() if not name.startswith("HATCH_")}
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(made), *targets],
        cwd=source,
        env={**own, "SOURCE_DATE_EPOCH": str(epoch), "TZ": time_zone},
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(f"hatchling cannot build {' and '.join(kinds)}:\n{done.stderr.strip()}", "mend pyproject.toml")
    return made


def wheel_from(sdist: Path, work: Path, epoch: int) -> Path:
    """Build the wheel from what an sdist holds."""
    with tarfile.open(sdist) as archive:
        archive.extractall(work / "unpacked", filter="data")
    source = work / "unpacked" / sdist.name.removesuffix(".tar.gz")
    return _one(hatch(source, work / "unpacked" / "dist", epoch, ("wheel",)), ".whl")


def compare(kind: str, one: Path, other: Path, whence: str) -> None:
    """Raise `Refused` with the names of what differs, if two packages are not the same bytes."""
    if one.read_bytes() == other.read_bytes():
        return
    members, others = _members(one), _members(other)
    names = sorted(name for name in members.keys() | others.keys() if members.get(name) != others.get(name))
    told = ", ".join(names[:5]) or "their order, or what is said of the archive as a whole"
    raise Refused(f"the {kind}s of {whence} differ in {told}", "find what takes the time, the folder or chance")


def _members(package: Path) -> dict[str, object]:
    """Return what a package says of each of its members, and its bytes."""
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as archive:
            return {
                info.filename: (info.date_time, info.external_attr, archive.read(info)) for info in archive.infolist()
            }
    with tarfile.open(package) as archive:
        return {
            info.name: (info.mtime, info.mode, info.uname, file.read() if (file := archive.extractfile(info)) else b"")
            for info in archive.getmembers()
        }


def _one(folder: Path, suffix: str) -> Path:
    found = sorted(path for path in folder.iterdir() if path.name.endswith(suffix))
    return found[0] if found else folder / f"none{suffix}"
