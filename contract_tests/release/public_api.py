"""The public API of this commit, compared with that of the last release by griffe.

It sees names, arguments and fields. It does not see the command line, the environment variables, and what the words of
CHANGELOG.md promise beyond them.
"""

import logging
import os
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

import griffe
from packaging.version import Version

from release import changelog
from release.checkout import TAG, Checkout
from release.verdict import Refused
from release.version import earlier, may_break

COLOUR = re.compile(r"\x1b\[[\d;]*m")


@dataclass(frozen=True)
class Face:
    """A module that users import from: the names in its `__all__`."""

    module: str
    folder: str
    deep: bool = False
    """Whether its modules are names to import, too."""
    fixtures: bool = False
    """Whether it gives names to pytest alone: arguments are of nobody's concern there."""


FACES = (
    Face("sendcloud_orders", "adapters"),
    Face("sendcloud_orders_api.models", "generated"),
    Face("sendcloud_orders_api.api", "generated", deep=True),
    Face("sendcloud_orders_sandbox", "contract_tests/sandbox"),
    Face("sendcloud_orders_sandbox.pytest_plugin", "contract_tests/sandbox", fixtures=True),
)


def check(checkout: Checkout, base: str | None = None, faces: Sequence[Face] = FACES) -> str:
    """Compare with the last release, or another revision: a break needs the step that allows it, and a fragment."""
    # griffe warns of annotations that it cannot place; none of them changes what it finds.
    logging.getLogger("griffe").setLevel(logging.ERROR)
    names = f"{sum(len(_names(_loaded(checkout, face), face)) for face in faces)} names"
    tag = base or earlier(checkout)
    if tag is None:
        return f"{names}, which are what the first release promises: there is no earlier one to compare with"
    old = version_at(checkout, tag)
    found = [text for face in faces for text in breaks(checkout, tag, face)]
    told = f"{names}, compared with {tag}"
    if not found:
        return f"{told}: nothing that was there is broken"
    told = f"{told}: {len(found)} broken"
    if not may_break(old, checkout.version):
        raise Refused(
            "\n".join([f"{told}, which the step from {old} to {checkout.version} does not allow", *found]),
            f"give back what was there, or make a {'major' if old.major else 'minor'} step of the version",
        )
    if not changelog.tells_of_breaks(checkout):
        raise Refused(
            "\n".join([f"{told}, and the changelog is silent", *found]), "write a fragment of the type breaking"
        )
    return f"{told}, which the step to {checkout.version} allows"


def version_at(checkout: Checkout, revision: str) -> Version:
    """Return the version that pyproject.toml had at a revision."""
    try:
        text = checkout.git("show", f"{revision}:pyproject.toml")
    except Refused as error:
        raise Refused(error.wrong, f"name a revision of this repository as BASE, such as {TAG}1.2.3") from None
    return Version(tomllib.loads(text)["project"]["version"])


def breaks(checkout: Checkout, revision: str, face: Face) -> list[str]:
    """Return what of a face was broken since a revision, a line each; of a face that is new, nothing was."""
    place = f"{face.folder}/{face.module.replace('.', '/')}"
    if not checkout.git("ls-tree", revision, place, f"{place}.py"):
        return []
    folders = [face.folder]
    old = griffe.load_git(
        face.module,
        ref=revision,
        repo=checkout.root,
        search_paths=folders,
        resolve_aliases=True,
        allow_inspection=False,
    )
    new = _loaded(checkout, face)
    for module in (old, new):
        _hide(module, face)
    return [
        _told(found, checkout)
        for found in griffe.find_breaking_changes(old, new)
        if found.kind is griffe.BreakageKind.OBJECT_REMOVED or not face.fixtures
    ]


def _told(found: griffe.Breakage, checkout: Checkout) -> str:
    """Say in a line what is broken and where, without griffe's colours."""
    told = COLOUR.sub("", found.explain(griffe.ExplanationStyle.ONE_LINE))
    return told.replace(f"{checkout.root}{os.sep}", "").strip()


def _loaded(checkout: Checkout, face: Face) -> griffe.Object | griffe.Alias:
    """Read a face as the folder has it, without importing it."""
    folder = checkout.root / face.folder
    return griffe.load(face.module, search_paths=[folder], resolve_aliases=True, allow_inspection=False)


def _hide(module: griffe.Object | griffe.Alias, face: Face) -> None:
    """Mark as private what of a module is no part of its face."""
    if not face.deep:
        for behind in module.modules.values():
            behind.public = False
    if face.fixtures:
        for function in module.functions.values():
            function.public = any("fixture" in str(one.value) for one in function.decorators)


def _names(module: griffe.Object | griffe.Alias, face: Face) -> list[str]:
    _hide(module, face)
    below = [name for one in module.modules.values() for name in _names(one, face)] if face.deep else []
    return [*below, *(name for name, one in module.members.items() if one.is_public and not one.is_module)]
