"""The generator and we agree on the HTTP library; the day they do not, a test here says what to do."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import requires
from importlib.resources import files
from importlib.resources.abc import Traversable

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tools import generation

LIBRARIES = re.compile(r"httpx\w*|httpcore\w*|aiohttp|requests|urllib3|niquests")
# What openapi-python-client 0.29.1 asks for.
ASKED = {"httpx": SpecifierSet(">=0.23.1,<0.29.0")}
MOVE = (
    'docs/explanation/compatibility.md, "When the generator moves to httpx2", says what moves with it and what that '
    "costs. Move templates, adapters and pyproject.toml in one step, or stay on the last generator that fits"
)


def asked_by_the_generator() -> dict[str, SpecifierSet]:
    """Return the HTTP libraries that the installed generator requires."""
    asked = map(Requirement, requires("openapi-python-client") or ())
    return {one.name: one.specifier for one in asked if LIBRARIES.fullmatch(one.name)}


def asked_by_us() -> SpecifierSet:
    """Return the range of httpx that the wheel requires."""
    project = tomllib.loads((generation.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (found,) = (one.specifier for one in map(Requirement, project["dependencies"]) if LIBRARIES.fullmatch(one.name))
    return found


def templates(folder: Traversable) -> Iterator[Traversable]:
    for path in folder.iterdir():
        if path.is_dir():
            yield from templates(path)
        else:
            yield path


def bounds(asked: SpecifierSet, operator: str) -> set[Version]:
    return {Version(part.version) for part in asked if part.operator == operator}


def test_the_generator_asks_for_the_http_library_that_we_know_of() -> None:
    assert asked_by_the_generator() == ASKED, (
        f"the generator asks for another HTTP library or range. {MOVE}. For a new range of httpx alone: give "
        "pyproject.toml the same upper bound, `make lock`, `make test-lowest`, `make test-newest`, then change ASKED."
    )


def test_the_stock_templates_import_no_other_http_library() -> None:
    stock = files("openapi_python_client") / "templates"
    imports = re.compile(rf"^\s*(?:import|from)\s+({LIBRARIES.pattern})\b", re.MULTILINE)
    imported = {name for path in templates(stock) for name in imports.findall(path.read_text(encoding="utf-8"))}
    assert imported == set(ASKED), f"what the generator writes runs on another HTTP library. {MOVE}."


def test_our_range_of_the_http_library_ends_where_the_generator_s_does() -> None:
    ours, theirs = asked_by_us(), ASKED["httpx"]
    assert bounds(ours, "<") == bounds(theirs, "<"), f"pyproject.toml and the generator part ways. {MOVE}."
    assert all(lowest in theirs for lowest in bounds(ours, ">=")), "pyproject.toml allows what the generator does not"
