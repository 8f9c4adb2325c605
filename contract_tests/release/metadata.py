"""What the packages say of themselves is true, complete, and what an index takes."""

import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from release.building import Packages
from release.checkout import Checkout
from release.verdict import Refused

SOURCE = "Source"
REQUIRED = (
    *("Name", "Version", "Summary", "Description", "License-Expression", "License-File", "Keywords"),
    *("Requires-Python", "Project-URL", "Classifier"),
)
PYTHON = "Programming Language :: Python :: "


def check(checkout: Checkout, packages: Packages) -> str:
    """Let twine and check-wheel-contents look, then hold the metadata against pyproject.toml."""
    _ask("twine", "check", "--strict", str(packages.wheel), str(packages.sdist))
    _ask("check_wheel_contents", "--config", str(checkout.root / "pyproject.toml"), str(packages.wheel))
    return check_fields(checkout, fields_of(packages.wheel))


def fields_of(wheel: Path) -> Message:
    """Return the metadata of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return BytesParser().parsebytes(archive.read(name))


def check_fields(checkout: Checkout, fields: Message) -> str:
    """Hold the fields of the metadata against what they should say."""
    said = {name: str(fields[name] or "") for name in REQUIRED} | {"Description": str(fields.get_payload())}
    if missing := [name for name, value in said.items() if not value]:
        raise Refused(f"the metadata has no {', '.join(missing)}", "name it in pyproject.toml")
    if said["Version"] != str(checkout.version):
        raise Refused(f"the wheel says version {said['Version']}", f"let it say {checkout.version}")
    classifiers = fields.get_all("Classifier", [])
    check_classifiers(classifiers, said["Requires-Python"])
    urls = dict(url.split(", ", 1) for url in fields.get_all("Project-URL", []))
    if wrong := [url for url in urls.values() if not url.startswith("https://")]:
        raise Refused(f"{', '.join(wrong)} is no https address", "correct it in [project.urls]")
    return f"twine and check-wheel-contents find nothing; classifiers: {len(classifiers)}, addresses: {', '.join(urls)}"


def check_classifiers(classifiers: list[str], requires_python: str) -> None:
    """Raise `Refused` for a classifier that no index knows, or a Python that is named but not taken."""
    from trove_classifiers import classifiers as known

    if unknown := sorted(set(classifiers) - set(known)):
        raise Refused(f"no index knows the classifier {', '.join(unknown)}", "choose one of pypi.org/classifiers")
    pythons = [name.removeprefix(PYTHON) for name in classifiers if name.startswith(PYTHON + "3.")]
    if refused := [name for name in pythons if Version(name) not in SpecifierSet(requires_python)]:
        raise Refused(
            f"Python {', '.join(refused)} is named, and {requires_python} refuses it", "let both say the same"
        )


def _ask(tool: str, *arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", tool, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{tool} finds:\n{(done.stdout + done.stderr).strip()}", "mend what it names")
