"""The wheel, the locks and the top level are what they are said to be."""

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from sendcloud_orders import __version__
from sendcloud_orders.app_info import user_agent

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = {"sendcloud_orders", "sendcloud_orders_api", "sendcloud_orders_cli", "sendcloud_orders_sandbox"}
TOP_LEVEL = {
    *("spec", "generated", "adapters", "contract_tests", "docs", "examples"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE"),
    *("Makefile", "tox.ini", "pyproject.toml", "requirements.lock", "package.json", "package-lock.json"),
    *(".changes", ".ci", ".gitattributes", ".github", ".gitignore", ".pre-commit-hooks.yaml"),
}


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wheel() -> Distribution:
    if not os.environ.get("TOX_ENV_NAME", "").startswith(("py", "lowest", "newest")):
        pytest.skip("only the environments py3xx, lowest and newest of tox install the wheel")
    return distribution("sendcloud-orders")


def pinned(lock: Path) -> dict[str, list[str]]:
    """Return the versions that a lock pins, by normalized name."""
    found: dict[str, list[str]] = {}
    for line in lock.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([\w.-]+)==(\S+)", line):
            found.setdefault(canonicalize_name(match[1]), []).append(match[2])
    return found


@pytest.fixture(scope="module")
def pins() -> dict[str, list[str]]:
    return pinned(ROOT / "requirements.lock")


@pytest.fixture(scope="module")
def npm_lock() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    return found


def paths(wheel: Distribution) -> set[str]:
    return {path.as_posix() for path in wheel.files or ()}


def test_the_wheel_holds_the_four_packages_and_nothing_beside_them(wheel: Distribution) -> None:
    # The script is installed beside the interpreter.
    first_names = {path.partition("/")[0] for path in paths(wheel)} - {".."}
    assert {name for name in first_names if not name.endswith(".dist-info")} == PACKAGES


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_each_package_of_the_wheel_is_typed(wheel: Distribution, package: str) -> None:
    assert f"{package}/py.typed" in paths(wheel)


def test_the_wheel_holds_the_spec_and_the_manifest(wheel: Distribution) -> None:
    assert {f"sendcloud_orders_api/{name}.json" for name in ("openapi", "manifest")} <= paths(wheel)


def test_the_wheel_holds_all_files_of_the_sandbox_s_window(wheel: Distribution) -> None:
    page = "contract_tests/sandbox/sendcloud_orders_sandbox/page"
    files = {f"sendcloud_orders_sandbox/page/{path.name}" for path in (ROOT / page).iterdir()}
    assert "sendcloud_orders_sandbox/page/index.html" in files
    assert files - paths(wheel) == set()


def test_the_wheel_holds_the_licence(wheel: Distribution) -> None:
    assert any(path.endswith(".dist-info/licenses/LICENSE") for path in paths(wheel))


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_the_unit_tests_see_the_wheel_and_not_the_checkout(wheel: Distribution, package: str) -> None:
    module = sys.modules.get(package) or __import__(package)
    assert module.__file__ is not None
    assert Path(module.__file__) == Path(str(wheel.locate_file(f"{package}/__init__.py")))


def test_the_wheel_brings_the_script(wheel: Distribution) -> None:
    assert [point.name for point in wheel.entry_points if point.group == "console_scripts"] == ["sendcloud-orders"]


def test_the_pytest_plugin_loads_without_the_extra(wheel: Distribution) -> None:
    plugin = next(point for point in wheel.entry_points if point.group == "pytest11")
    script = f"import sys; sys.modules.update(starlette=None, uvicorn=None); import {plugin.value}"
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_version_is_that_of_pyproject(pyproject: dict[str, Any]) -> None:
    version = pyproject["project"]["version"]
    assert __version__ == version
    assert user_agent(None).startswith(f"sendcloud-orders/{version} ")
    assert "version" not in json.loads((ROOT / "package.json").read_text(encoding="utf-8"))


LOWEST = "contract_tests/unit/lowest.lock"
LOCKS = ("requirements.lock", LOWEST, "contract_tests/release/requirements.lock", "package-lock.json")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_registry(name: str) -> None:
    # npm copies the donation pages of authors into its lock; they are no place that anything is fetched from.
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    urls = [line for line in lines if "://" in line and '"url":' not in line and '"funding":' not in line]
    assert [url for url in urls if not re.search(r'"https://(github\.com/sponsors|opencollective\.com)/', url)] == []


@pytest.mark.parametrize("name", ["requirements.lock", LOWEST])
def test_each_line_of_a_python_lock_is_an_exact_pin_with_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.sub(r"\\\n", "", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    assert entries
    pin = re.compile(r"[\w.-]+==[\w.+!]+( ; [^\\]*?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert [entry for entry in entries if not pin.fullmatch(entry)] == []


def test_the_python_lock_holds_all_that_the_project_asks_for(
    pyproject: dict[str, Any], pins: dict[str, list[str]]
) -> None:
    project = pyproject["project"]
    asked = [*project["dependencies"], *pyproject["dependency-groups"]["dev"], *pyproject["build-system"]["requires"]]
    asked += [requirement for extra in project["optional-dependencies"].values() for requirement in extra]
    late = [
        requirement
        for requirement in map(Requirement, asked)
        if not any(Version(pin) in requirement.specifier for pin in pins.get(canonicalize_name(requirement.name), ()))
    ]
    assert late == [], "run `make lock`"


def test_a_release_is_built_with_what_ci_builds_with(pyproject: dict[str, Any], pins: dict[str, list[str]]) -> None:
    release = pinned(ROOT / "contract_tests/release/requirements.lock")
    builders = [canonicalize_name(Requirement(one).name) for one in pyproject["build-system"]["requires"]]
    assert {name: release.get(name) for name in builders} == {name: pins[name] for name in builders}


def test_each_lower_bound_is_the_version_that_the_lowest_lock_pins(pyproject: dict[str, Any]) -> None:
    project, pins = pyproject["project"], pinned(ROOT / LOWEST)
    asked = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    bounds = {
        canonicalize_name(requirement.name): Version(part.version)
        for requirement in map(Requirement, asked)
        for part in requirement.specifier
        if part.operator == ">="
    }
    # An extra that only adds to a dependency leaves the bound to it.
    assert bounds.keys() == {canonicalize_name(Requirement(one).name) for one in asked}
    untrue = {name: str(bound) for name, bound in bounds.items() if [bound] != [*map(Version, pins.get(name, ()))]}
    assert untrue == {}, "run `make lock`, then `make test-lowest`"


def test_each_package_of_the_npm_lock_has_its_integrity_and_no_address(npm_lock: dict[str, Any]) -> None:
    packages = {path: package for path, package in npm_lock["packages"].items() if path}
    assert packages
    assert [path for path, package in packages.items() if "integrity" not in package or "resolved" in package] == []


def test_the_npm_lock_is_of_our_package_json_which_pins_exactly(npm_lock: dict[str, Any]) -> None:
    asked = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert npm_lock["packages"][""]["devDependencies"] == asked
    assert [version for version in asked.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def test_each_python_that_is_declared_has_its_environment(pyproject: dict[str, Any]) -> None:
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    prefix = "Programming Language :: Python :: 3."
    declared = {
        f"py3{name.removeprefix(prefix)}" for name in pyproject["project"]["classifiers"] if name.startswith(prefix)
    }
    assert declared <= {name.strip() for name in tox["tox"]["labels"].partition("=")[2].split(",")}


def top_level(root: Path) -> set[str]:
    """Return what belongs to the project at its top: what git tracks; where git cannot tell, all that is not ignored.

    A source archive has no git, git may be missing or distrust the folder, and a repository around it tracks nothing.
    """
    try:
        listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        listed = ""
    tracked = {line.partition("/")[0] for line in listed.splitlines()}
    return tracked or {path.name for path in root.iterdir() if path.name != ".git" and not is_ignored(path, root)}


def is_ignored(path: Path, root: Path) -> bool:
    patterns = (root / ".gitignore").read_text(encoding="utf-8").split()
    return any(fnmatchcase(path.name, pattern.strip("/")) for pattern in patterns)


def test_the_top_level_holds_what_a_newcomer_expects_and_nothing_else() -> None:
    assert top_level(ROOT) <= TOP_LEVEL
    assert Path(__file__).resolve().relative_to(ROOT).parts[0] in top_level(ROOT)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return a folder that is like an unpacked source archive in which one has worked, with a stray file."""
    folder = tmp_path / "archive"
    folder.mkdir()
    for name in ("Makefile", "stray.txt", ".envrc"):
        (folder / name).touch()
    for name in ("spec", ".venv", "node_modules", "x.egg-info", ".pytest_cache"):
        (folder / name).mkdir()
    (folder / ".gitignore").write_text((ROOT / ".gitignore").read_text(encoding="utf-8"), encoding="utf-8")
    return folder


FOUND = {"Makefile", "stray.txt", "spec", ".gitignore"}
# What git says of a folder that belongs to somebody else.
DISTRUSTFUL = "#!/bin/sh\necho \"fatal: detected dubious ownership in repository at '$PWD'\" >&2\nexit 128\n"


def test_a_source_archive_is_looked_through_for_strays(archive: Path) -> None:
    assert top_level(archive) == FOUND


def test_a_folder_is_looked_through_where_there_is_no_git(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert top_level(archive) == FOUND


def test_a_folder_is_looked_through_where_git_distrusts_it(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = tmp_path / "tools" / "git"
    git.parent.mkdir()
    git.write_text(DISTRUSTFUL)
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(git.parent), prepend=os.pathsep)
    (archive / ".git").mkdir()
    assert top_level(archive) == FOUND


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed: there is no repository to be in")
def test_an_archive_inside_another_repository_is_looked_through(archive: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=archive.parent, check=True)
    assert top_level(archive) == FOUND


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed: nothing can be tracked")
def test_what_git_does_not_track_is_nobodys_business(archive: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=archive, check=True)
    subprocess.run(["git", "add", "Makefile"], cwd=archive, check=True)
    assert top_level(archive) == {"Makefile"}
