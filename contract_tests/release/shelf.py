"""`dist/`: the two packages, and beside them an SBOM, which names what they bring along, and the checksums."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from release.building import Packages
from release.checkout import Checkout
from release.rooms import Room
from release.verdict import Refused

SBOM = "sbom.cdx.json"
SUMS = "SHA256SUMS"


def describe(room: Room, checkout: Checkout, place: Path) -> str:
    """Write what is installed in a room, the package with all its extras, as a CycloneDX document."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "cyclonedx_py", "environment", str(room.bin / "python")),
            *("--pyproject", str(checkout.root / "pyproject.toml"), "--mc-type", "library"),
            *("--output-reproducible", "--of", "JSON", "-o", str(place)),
        ],
        env={**os.environ, "SOURCE_DATE_EPOCH": str(checkout.last_commit)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(f"cyclonedx-py cannot describe the environment:\n{done.stderr.strip()}", "see what it says")
    return check_bill(json.loads(place.read_text(encoding="utf-8")), checkout)


def check_bill(bill: dict[str, Any], checkout: Checkout) -> str:
    """Hold an SBOM against what the package asks for."""
    told = {canonicalize_name(one["name"]) for one in bill["components"]}
    asked = [*checkout.project["dependencies"], *chain(*checkout.project["optional-dependencies"].values())]
    if missing := sorted({canonicalize_name(Requirement(one).name) for one in asked} - told):
        raise Refused(f"the SBOM lacks {', '.join(missing)}", "see what cyclonedx-py reads of the environment")
    root = bill["metadata"]["component"]
    if (root["name"], root["version"]) != (checkout.project["name"], str(checkout.version)):
        raise Refused(
            f"the SBOM is one of {root['name']} {root['version']}", "see what cyclonedx-py reads of the project"
        )
    return f"{len(told)} packages that an install with all extras brings along, each with its version"


def fill(packages: Packages, sbom: Path, folder: Path) -> str:
    """Put all of it into a folder that it makes."""
    folder.mkdir()
    for path in (packages.wheel, packages.sdist, sbom):
        shutil.copy(path, folder)
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in sorted(folder.iterdir())]
    (folder / SUMS).write_text("\n".join(sums) + "\n", encoding="utf-8")
    return ", ".join(path.name for path in sorted(folder.iterdir()))
