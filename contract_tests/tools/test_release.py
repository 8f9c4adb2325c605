"""What `make release-check` says of a commit before it builds anything: version, changelog, public API, readiness."""

import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
from packaging.version import Version

import sendcloud_orders
import sendcloud_orders_api.models
import sendcloud_orders_sandbox
from doubles.scratch_project import ScratchProject
from release import changelog, public_api, readiness, version
from release.checkout import Checkout
from release.public_api import Face
from release.verdict import Check, Refused, run

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed: it tells what is released")
FACES = (Face("shop", "adapters"),)
API = "adapters/shop/sending.py"


def test_our_version_stands_in_one_place(ours: Checkout) -> None:
    assert version.written_elsewhere(ours) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("adapters/shop/__init__.py", '__version__ = "0.1.0"\n'),
        ("package.json", '{"version": "0.1.0"}\n'),
        ("Dockerfile", "RUN pip install sendcloud-orders==0.1.0\n"),
    ],
)
def test_a_version_that_is_written_twice_is_found(project: ScratchProject, path: str, text: str) -> None:
    project.write(path, text)
    with pytest.raises(Refused, match=f"0.1.0 is also written in {path}:1"):
        version.check(project.commit())


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("spec/openapi.yaml", "info:\n  version: 0.1.0\n"),
        ("requirements.lock", "version==0.1.0\n"),
        ("adapters/shop/wire.py", 'VERSION = "10.1.0"\nversion_of_another = "0.1.0.1"\n'),
    ],
)
def test_the_version_of_something_else_is_left_alone(project: ScratchProject, path: str, text: str) -> None:
    project.write(path, text)
    assert version.written_elsewhere(project.commit()) == []


def test_a_version_in_another_form_than_an_index_shows_is_refused(project: ScratchProject) -> None:
    project.replace("pyproject.toml", '"0.1.0"', '"0.1-rc1"')
    with pytest.raises(Refused, match=r"write it 0\.1rc1"):
        version.check(project.commit())


def test_a_version_that_was_released_is_refused_for_another_commit(project: ScratchProject) -> None:
    assert "this commit is v0.1.0" in version.check(project.commit("v0.1.0"))
    with pytest.raises(Refused, match=r"v0\.1\.0 is tagged already"):
        version.check(project.commit())


def test_a_shallow_clone_is_refused_for_it_may_hide_the_last_release(project: ScratchProject, tmp_path: Path) -> None:
    project.commit("v0.1.0").commit()
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", project.root.as_uri(), str(clone)], check=True)
    with pytest.raises(Refused, match="fetch-depth"):
        version.check(Checkout(clone))


def test_a_folder_that_git_does_not_know_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(Refused, match="run this in a clone"):
        _ = Checkout(tmp_path).files


def test_our_fragments_can_be_told(ours: Checkout) -> None:
    assert list(changelog.faults(ours)) == []
    assert changelog.check(ours)


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("+labels.aded.md", b"Labels.", r"has the type aded, which should be one of breaking, added"),
        ("labels.added.md", b"Labels.", r"should be named \+short-name\.type\.md"),
        ("+labels.added.txt", b"Labels.", r"should be named \+short-name\.type\.md"),
        ("+labels.added.md", b" \n", "is empty"),
        ("+labels.added.md", b"Gr\xfc\xdfe.", "cannot be read as UTF-8"),
        ("+labels.added.md", b"- Labels.", "towncrier makes the headings and bullets"),
        ("+labels.added.md", b"Labels", "should end with a full stop"),
    ],
)
def test_a_fragment_that_cannot_be_told_is_refused(
    project: ScratchProject, name: str, content: bytes, fault: str
) -> None:
    (project.root / ".changes" / name).write_bytes(content)
    with pytest.raises(Refused, match=fault):
        changelog.check(project)


def test_a_release_of_which_there_is_nothing_to_tell_is_refused(project: ScratchProject) -> None:
    (project.root / ".changes" / "+first.added.md").unlink()
    with pytest.raises(Refused, match=r"nothing to tell of 0\.1\.0"):
        changelog.check(project)
    project.replace("CHANGELOG.md", "start -->\n", "start -->\n\n## 0.1.0 (2026-11-02)\n")
    assert changelog.check(project) == "tells of 0.1.0"


def test_a_changelog_without_the_mark_of_towncrier_is_refused(project: ScratchProject) -> None:
    project.write("CHANGELOG.md", "# Changelog\n")
    with pytest.raises(Refused, match="put it back"):
        changelog.check(project)


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        ("0.1.0", "0.1.1", False),
        ("0.1.0", "0.2.0", True),
        ("0.9.0", "1.0.0", True),
        ("1.1.0", "1.2.0", False),
        ("1.1.0", "2.0.0", True),
    ],
)
def test_the_api_may_break_by_a_major_step_and_before_1_0_by_a_minor_one(old: str, new: str, allowed: bool) -> None:
    assert version.may_break(Version(old), Version(new)) is allowed


def test_before_the_first_release_there_is_nothing_to_compare_with(project: ScratchProject) -> None:
    assert public_api.check(project, faces=FACES).startswith("2 names, which are what the first release promises")


BREAKS = {
    "an argument is gone": (", urgent: bool = False", "", "send(urgent): Parameter was removed"),
    "an argument of a method is gone": (", retry: bool = False", "", "Parcel.label(retry): Parameter was removed"),
    "an argument is asked for": ("urgent: bool = False", "urgent: bool", "Parameter is now required"),
    "a field is gone": ("weight: int = 1", "mass: int = 1", "Parcel.weight: Public object was removed"),
}


@pytest.mark.parametrize("break_", BREAKS)
def test_a_break_is_found_and_refused_for_a_step_that_is_too_small(project: ScratchProject, break_: str) -> None:
    old, new, told = BREAKS[break_]
    project.commit("v0.1.0").replace(API, old, new)
    project.replace("pyproject.toml", '"0.1.0"', '"0.1.1"')
    with pytest.raises(Refused, match="give back what was there, or make a minor step") as refused:
        public_api.check(project.commit(), faces=FACES)
    assert told in refused.value.wrong


def test_a_name_that_is_exported_no_more_is_a_break(project: ScratchProject) -> None:
    project.commit("v0.1.0").write("adapters/shop/__init__.py", 'from .sending import send\n\n__all__ = ["send"]\n')
    project.replace("pyproject.toml", '"0.1.0"', '"0.1.1"')
    with pytest.raises(Refused, match="Parcel: Public object was removed"):
        public_api.check(project.commit(), faces=FACES)


def test_the_tag_of_this_commit_is_compared_with_the_one_before(project: ScratchProject) -> None:
    project.commit("v0.1.0").replace("pyproject.toml", '"0.1.0"', '"0.1.1"')
    project = project.commit("v0.1.1")
    assert version.earlier(project) == "v0.1.0"
    assert version.earlier(project.commit()) == "v0.1.1"


def test_a_break_passes_with_the_step_that_allows_it_and_a_fragment_that_tells_of_it(project: ScratchProject) -> None:
    project.commit("v0.1.0").replace(API, ", urgent: bool = False", "")
    project.replace("pyproject.toml", '"0.1.0"', '"0.2.0"')
    project = project.commit()
    with pytest.raises(Refused, match="write a fragment of the type breaking"):
        public_api.check(project, faces=FACES)
    project.write(".changes/+urgent.breaking.md", "`send` takes no `urgent`.\n")
    assert public_api.check(project, faces=FACES).endswith("1 broken, which the step to 0.2.0 allows")


def test_a_break_that_a_written_changelog_tells_of_passes(project: ScratchProject) -> None:
    project.commit("v0.1.0").replace(API, ", urgent: bool = False", "")
    project.replace("pyproject.toml", '"0.1.0"', '"0.2.0"')
    project.replace("CHANGELOG.md", "start -->\n", "start -->\n\n## 0.2.0 (2026-11-02)\n\n### Breaking\n\n- `send`.\n")
    assert "which the step to 0.2.0 allows" in public_api.check(project.commit(), faces=FACES)


def test_what_stands_behind_the_face_may_change(project: ScratchProject) -> None:
    project.commit("v0.1.0").replace(API, "def behind() -> None: ...", "")
    project.write("adapters/shop/parcels.py", (project.root / API).read_text(encoding="utf-8"))
    (project.root / API).unlink()
    project.replace("adapters/shop/__init__.py", "from .sending", "from .parcels")
    project.replace("pyproject.toml", '"0.1.0"', '"0.1.1"')
    assert "nothing that was there is broken" in public_api.check(project.commit(), faces=FACES)


def test_a_fixture_that_is_gone_is_a_break_and_its_arguments_are_not(project: ScratchProject) -> None:
    faces = (Face("shop.plugin", "adapters", fixtures=True),)
    fixture = "import pytest\n\n\n@pytest.fixture\ndef {}: ...\n\n\ndef behind(): ...\n"
    project.write("adapters/shop/plugin.py", fixture.format("shop(tmp_path)"))
    project.commit("v0.1.0").write("adapters/shop/plugin.py", fixture.format("shop()").replace("behind", "hidden"))
    project.replace("pyproject.toml", '"0.1.0"', '"0.1.1"')
    assert "nothing that was there is broken" in public_api.check(project.commit(), faces=faces)
    project.write("adapters/shop/plugin.py", fixture.format("store()"))
    with pytest.raises(Refused, match="shop: Public object was removed"):
        public_api.check(project.commit(), faces=faces)


def test_a_revision_that_does_not_exist_is_told(project: ScratchProject) -> None:
    with pytest.raises(Refused, match="v9"):
        public_api.check(project, "v9", faces=FACES)


@pytest.mark.parametrize("package", [sendcloud_orders, sendcloud_orders_api.models, sendcloud_orders_sandbox])
def test_our_faces_have_the_names_that_users_import(
    package: ModuleType, ours: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A clone in a CI is shallow, and knows no earlier release.
    monkeypatch.setattr(public_api, "earlier", lambda _: None)
    (face,) = (face for face in public_api.FACES if face.module == package.__name__)
    assert public_api.check(ours, faces=[face]).startswith(f"{len(package.__all__)} names, ")


def test_what_is_left_to_do_before_a_tag_is_told_and_refused_with_the_tag(project: ScratchProject) -> None:
    project.write("new.txt", "")
    left = readiness.left(project)
    assert [line.partition(" ")[0] for line in left] == ["write", "set", "make", "commit"]
    with pytest.raises(Refused, match=r"cannot be v0\.1\.0 yet") as refused:
        readiness.check(project, "v0.1.0")
    assert refused.value.remedy == "\n".join(left)


def test_a_commit_for_which_nothing_is_left_to_do_can_be_tagged_as_its_version(project: ScratchProject) -> None:
    (project.root / ".changes" / "+first.added.md").unlink()
    project.replace("CHANGELOG.md", "start -->\n", "start -->\n\n## 0.1.0 (2026-11-02)\n")
    project.write("adapters/sendcloud_orders/installing.py", "PUBLISHED = True\n")
    project.replace("pyproject.toml", "[tool.hatch", '[project.urls]\nSource = "https://shop.example"\n\n[tool.hatch')
    project = project.commit()
    assert readiness.check(project, "v0.1.0") == "this commit can be v0.1.0"
    with pytest.raises(Refused, match=r"name the tag of version 0\.1\.0 v0\.1\.0"):
        readiness.check(project, "0.1.0")


def refuses() -> str:
    raise Refused("a byte differs", "find out why")


def test_a_run_shows_what_was_seen_and_what_to_do() -> None:
    shown: list[str] = []
    checks = [Check("bytes", refuses), Check("dist", lambda: "two files")]
    assert run(checks, shown.append) is False
    assert shown == ["✗ bytes  a byte differs\n         To do: find out why", "✓ dist   two files (0 s)"]


def test_what_needs_a_check_that_failed_is_not_looked_at() -> None:
    shown: list[str] = []
    assert run([Check("bytes", refuses, leads_on=True), Check("dist", lambda: "two files")], shown.append) is False
    assert "not looked at: dist" in shown[-1]


def test_a_run_passes_when_all_checks_do() -> None:
    assert run([Check("dist", lambda: "two files")], print) is True
