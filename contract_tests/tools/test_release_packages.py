"""Wheel and sdist of this commit are the same bytes wherever they are built, and damage to a package is found."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from doubles.scratch_project import ScratchProject
from release import building, contents, metadata, shelf
from release.building import PLACES, Packages
from release.checkout import Checkout
from release.rooms import Done
from release.trials import expect_hint
from release.verdict import Refused

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed: it tells what is released")
# What takes the time of the build along.
CLOCK = """
import time
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

class Clock(BuildHookInterface):
    def initialize(self, version, build_data):
        with open("adapters/shop/clock.py", "w") as file:
            file.write(f"BUILT = {time.time_ns()}")
"""
CLOCK_HOOK = "\n[tool.hatch.build.targets.wheel.hooks.custom]\npath = 'clock.py'\n"


@pytest.fixture(scope="module")
def packages(ours: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Packages:
    return building.build_twice(ours, tmp_path_factory.mktemp("built"))


def built(project: ScratchProject, tmp_path: Path) -> Packages:
    return building.build(project.commit(), tmp_path / "built", PLACES[0])


def test_our_packages_are_the_same_bytes_in_two_places(packages: Packages) -> None:
    assert packages.wheel.is_file()
    assert packages.sdist.is_file()


def test_our_packages_hold_the_tracked_files_and_no_other(ours: Checkout, packages: Packages) -> None:
    assert "each of them tracked" in contents.check(ours, packages)


def test_our_sdist_holds_what_the_examples_need(packages: Packages) -> None:
    names = {"examples/push_orders.py", "examples/orders.ndjson", "examples/orders.csv", "LICENSE", "README.md"}
    assert names - contents.in_sdist(packages.sdist) == set()


def test_our_metadata_is_complete(ours: Checkout, packages: Packages) -> None:
    assert "classifiers" in metadata.check_fields(ours, metadata.fields_of(packages.wheel))


def test_a_wheel_that_takes_the_time_along_is_refused(project: ScratchProject, tmp_path: Path) -> None:
    project.write("clock.py", CLOCK)
    project.write("pyproject.toml", (project.root / "pyproject.toml").read_text(encoding="utf-8") + CLOCK_HOOK)
    with pytest.raises(Refused, match=r"the wheels of two builds differ in .*shop/clock\.py"):
        building.build_twice(project.commit(), tmp_path / "built")


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_a_package_with_the_times_of_its_sources_is_refused(project: ScratchProject, tmp_path: Path, kind: str) -> None:
    option = f"[tool.hatch.build.targets.{kind}]\nreproducible = false\n"
    project.replace("pyproject.toml", f"[tool.hatch.build.targets.{kind}]\n", option)
    with pytest.raises(Refused, match=f"the {kind}s of two builds differ"):
        building.build_twice(project.commit(), tmp_path / "built")


def test_an_sdist_that_lacks_what_the_wheel_is_built_of_is_refused(project: ScratchProject, tmp_path: Path) -> None:
    option = '[tool.hatch.build.targets.wheel]\nforce-include = { "note.txt" = "shop/note.txt" }\n'
    project.replace("pyproject.toml", "[tool.hatch.build.targets.wheel]\n", option)
    project.write("note.txt", "")
    with pytest.raises(Refused, match="hatchling cannot build wheel"):
        building.build_twice(project.commit(), tmp_path / "built")


def test_sources_that_cannot_be_built_are_told_with_the_builder_s_words(
    project: ScratchProject, tmp_path: Path
) -> None:
    project.replace("pyproject.toml", 'dependencies = ["httpx"]', 'dependencies = ["="]')
    with pytest.raises(Refused, match="hatchling cannot build"):
        built(project, tmp_path)


def test_a_package_without_its_marker_of_types_is_refused(project: ScratchProject, tmp_path: Path) -> None:
    (project.root / "adapters/shop/py.typed").unlink()
    packages = built(project, tmp_path)
    with pytest.raises(Refused, match=r"shop has no py\.typed"):
        contents.check(project.commit(), packages)


def test_a_stray_file_in_a_package_is_refused(project: ScratchProject, tmp_path: Path) -> None:
    packages = built(project, tmp_path)
    (project.root / "adapters/shop/sending.py").unlink()
    with pytest.raises(Refused, match=r"the wheel holds shop/sending\.py"):
        contents.check(project.commit(), packages)


def test_a_file_that_a_package_lacks_is_refused(project: ScratchProject, tmp_path: Path) -> None:
    packages = built(project, tmp_path)
    project.write("adapters/shop/page.html", "")
    with pytest.raises(Refused, match=r"the wheel lacks shop/page\.html"):
        contents.check(project.commit(), packages)


def test_a_wheel_without_the_licence_is_refused(project: ScratchProject, tmp_path: Path) -> None:
    (project.root / "LICENSE").unlink()
    packages = built(project, tmp_path)
    with pytest.raises(Refused, match=r"lacks shop-0\.1\.0\.dist-info/.*LICENSE"):
        contents.check(project.commit(), packages)


DAMAGES = {
    "no address": ("Project-URL", None, "the metadata has no Project-URL"),
    "plain http": ("Project-URL", "Source, http://shop.example", "is no https address"),
    "no such classifier": ("Classifier", "Framework :: Shop", "no index knows the classifier Framework :: Shop"),
    "a Python that is not taken": ("Requires-Python", ">=3.12", r"Python 3\.11 is named, and >=3\.12 refuses it"),
    "another version": ("Version", "9.9", r"the wheel says version 9\.9"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_metadata_that_is_wrong_is_refused(ours: Checkout, packages: Packages, damage: str) -> None:
    name, value, told = DAMAGES[damage]
    fields = metadata.fields_of(packages.wheel)
    if name != "Classifier":
        del fields[name]
    if value:
        fields[name] = value
    with pytest.raises(Refused, match=told):
        metadata.check_fields(ours, fields)


def bill(*names: str, version: str = "0.1.0") -> dict[str, Any]:
    root = {"name": "shop", "version": version}
    return {"metadata": {"component": root}, "components": [{"name": name} for name in names]}


def test_an_sbom_names_what_each_extra_asks_for(project: ScratchProject) -> None:
    assert shelf.check_bill(bill("httpx", "click", "idna"), project).startswith("3 packages")
    with pytest.raises(Refused, match="the SBOM lacks click"):
        shelf.check_bill(bill("httpx", "idna"), project)


def test_an_sbom_is_one_of_this_version(project: ScratchProject) -> None:
    with pytest.raises(Refused, match=r"one of shop 0\.0\.9"):
        shelf.check_bill(bill("httpx", "click", version="0.0.9"), project)


def test_the_folder_of_a_release_holds_the_packages_their_sbom_and_sums_that_fit(tmp_path: Path) -> None:
    packages = Packages(wheel=tmp_path / "shop.whl", sdist=tmp_path / "shop.tar.gz")
    sbom = tmp_path / shelf.SBOM
    for path in (packages.wheel, packages.sdist, sbom):
        path.write_text(json.dumps(path.name), encoding="utf-8")
    folder = tmp_path / "dist"
    shelf.fill(packages, sbom, folder)
    assert {path.name for path in folder.iterdir()} == {"shop.whl", "shop.tar.gz", shelf.SBOM, shelf.SUMS}
    assert set((folder / shelf.SUMS).read_text(encoding="utf-8").splitlines()) == {
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}"
        for path in (packages.wheel, packages.sdist, sbom)
    }


@pytest.mark.parametrize(
    "done",
    [
        Done(0, "", "it needs rich: pip install shop\n"),
        Done(2, "", "it needs rich: pip install store\n"),
        Done(2, "", "it needs rich: pip install shop\nTraceback\n"),
    ],
    ids=["no failure", "another hint", "more than a line"],
)
def test_a_missing_extra_that_is_told_otherwise_than_by_its_hint_is_refused(done: Done) -> None:
    expect_hint(Done(2, "", "it needs rich: pip install shop\n"), "pip install shop")
    with pytest.raises(Refused, match="a line with the hint 'pip install shop' was expected"):
        expect_hint(done, "pip install shop")
