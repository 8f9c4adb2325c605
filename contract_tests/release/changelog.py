"""The changelog is made of fragments: each has a type that is known, and a text that can be read."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from release.checkout import Checkout
from release.verdict import Refused

FRAGMENT = re.compile(r"\+[a-z0-9]+(?:-[a-z0-9]+)*\.(?P<type>[a-z]+)\.md")
KEEPS_THE_FOLDER = "README.md"
SECTION = re.compile(r"^## (\S+) \((\d{4}-\d\d-\d\d)\)$", re.MULTILINE)
MARK = "<!-- towncrier release notes start -->"


def check(checkout: Checkout) -> str:
    """Hold each fragment against what it should be, and the changelog against the version."""
    _refuse_faults(checkout)
    text = (checkout.root / "CHANGELOG.md").read_text(encoding="utf-8")
    if MARK not in text:
        raise Refused("CHANGELOG.md has lost the line that towncrier writes under", f"put it back: {MARK}")
    waiting = len(fragments(checkout))
    if _has_section(checkout):
        return f"tells of {checkout.version}" + (f", with {waiting} to tell next" if waiting else "")
    if not waiting:
        raise _nothing_to_tell(checkout)
    return f"{waiting} to tell: `make changelog` shows what it will say"


def is_written(checkout: Checkout) -> bool:
    """Tell whether the changelog has a section of this version and no fragment waits."""
    return _has_section(checkout) and not fragments(checkout)


def _has_section(checkout: Checkout) -> bool:
    text = (checkout.root / "CHANGELOG.md").read_text(encoding="utf-8")
    return str(checkout.version) in dict(SECTION.findall(text))


def _refuse_faults(checkout: Checkout) -> None:
    if found := list(faults(checkout)):
        raise Refused("\n".join(found), "CONTRIBUTING.md says how to write a fragment")


def _nothing_to_tell(checkout: Checkout) -> Refused:
    return Refused(
        f"there is nothing to tell of {checkout.version}", "write a fragment for each change since the last release"
    )


def tells_of_breaks(checkout: Checkout) -> bool:
    """Tell whether a fragment, or else the section of this version, says what is breaking."""
    _, _, section = (checkout.root / "CHANGELOG.md").read_text(encoding="utf-8").partition(f"\n## {checkout.version} (")
    return any(".breaking." in path.name for path in fragments(checkout)) or (
        "\n### Breaking\n" in section.partition("\n## ")[0]
    )


def fragments(checkout: Checkout) -> list[Path]:
    """Return the files in the folder of the fragments, but the one that keeps it."""
    folder = checkout.root / checkout.pyproject["tool"]["towncrier"]["directory"]
    return sorted(path for path in folder.iterdir() if path.name != KEEPS_THE_FOLDER)


def faults(checkout: Checkout) -> Iterator[str]:
    """Yield what is wrong with fragments."""
    known = [one["directory"] for one in checkout.pyproject["tool"]["towncrier"]["type"]]
    for path in fragments(checkout):
        match = FRAGMENT.fullmatch(path.name)
        if match is None:
            yield f"{path.name} should be named +short-name.type.md"
        elif match["type"] not in known:
            yield f"{path.name} has the type {match['type']}, which should be one of {', '.join(known)}"
        elif fault := fault_of_text(path):
            yield f"{path.name} {fault}"


def fault_of_text(path: Path) -> str | None:
    """Say what is wrong with the text of a fragment, if anything is."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (UnicodeDecodeError, OSError):
        return "cannot be read as UTF-8 text"
    if not text:
        return "is empty"
    if text.startswith(("#", "- ", "* ")):
        return "should be plain text: towncrier makes the headings and bullets"
    return None if text.endswith(".") else "should end with a full stop"


def write(checkout: Checkout, draft: bool) -> int:
    """Let towncrier show the next section, or write it and remove the fragments; return its exit status.

    Raises `Refused` for a fragment that would be left out, and where there is nothing to write or the section is there.
    """
    _refuse_faults(checkout)
    if not draft and not fragments(checkout):
        raise _nothing_to_tell(checkout)
    if not draft and _has_section(checkout):
        raise Refused(
            f"CHANGELOG.md has a section of {checkout.version} already",
            "set the version of the next release in pyproject.toml; or, as long as that section is not released, write "
            "what came later into it by hand, and remove the fragments",
        )
    command = [sys.executable, "-m", "towncrier", "build", "--version", str(checkout.version)]
    return subprocess.run([*command, "--draft" if draft else "--yes"], cwd=checkout.root, check=False).returncode
