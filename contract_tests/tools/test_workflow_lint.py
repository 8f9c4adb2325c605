"""Each linter of the workflows and of the Dockerfile sees what it is there for."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from workflow_lint import linters

SOUND = """\
name: Sound
on: push
permissions: {}
concurrency:
  group: sound-${{ github.ref }}
  cancel-in-progress: true
jobs:
  first:
    name: First
    runs-on: ubuntu-latest
    permissions: {}
    steps:
      - run: echo "$HOME"
  second:
    name: Second
    needs: first
    runs-on: ubuntu-latest
    permissions:
      contents: read # to check out
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
"""
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"


# What is damaged, and a word of the finding.
DAMAGES = {
    "actionlint": [
        ("needs: first", "needs: frist", "[job-needs]"),
        ("ubuntu-latest", "ubuntu-ltest", "[runner-label]"),
        ("github.ref }", "github.reef }", "[expression]"),
        ("steps:", "stpes:", "[syntax-check]"),
        ("permissions: {}", "permissions: {content: read}", "[permissions]"),
    ],
    "zizmor": [
        ('echo "$HOME"', "echo ${{ github.event.head_commit.message }}", "template-injection"),
        (CHECKOUT, "actions/checkout@v7", "unpinned-uses"),
        ("persist-credentials: false", "fetch-depth: 0", "artipacked"),
        ("permissions: {}\nconcurrency", "permissions: write-all\nconcurrency", "excessive-permissions"),
    ],
    "shellcheck": [
        ('echo "$HOME"', "echo $HOME", "[SC2086]"),
        ('echo "$HOME"', "if true; then", "[SC1"),
    ],
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[str]]]:
    """Run each linter once over the sound workflow and its damaged ones: what it says, by linter and workflow."""
    folder = tmp_path_factory.mktemp("repository") / ".github" / "workflows"
    folder.mkdir(parents=True)
    said: dict[str, dict[str, list[str]]] = {}
    for linter, damages in DAMAGES.items():
        texts = {"sound": SOUND} | {told: SOUND.replace(old, new) for old, new, told in damages}
        assert len({*texts.values()}) == len(damages) + 1, "a damage changes nothing"
        paths = {told: folder / f"{linter}-{number}.yml" for number, told in enumerate(texts)}
        for told, path in paths.items():
            path.write_text(texts[told], encoding="utf-8")
        findings = run(linter, list(paths.values()))
        said[linter] = {told: [each for each in findings if path.name in each] for told, path in paths.items()}
    return said


def run(linter: str, workflows: list[Path]) -> list[str]:
    if linter == "actionlint":
        return linters.actionlint(workflows, newer=())
    if linter == "zizmor":
        return "".join(linters.zizmor(workflows)).split("\n\n")
    return linters.shellcheck(workflows)


@pytest.mark.parametrize("linter", DAMAGES)
def test_a_sound_workflow_has_no_finding(linter: str, found: dict[str, dict[str, list[str]]]) -> None:
    assert found[linter]["sound"] == []


@pytest.mark.parametrize(
    ("linter", "told"), [(name, told) for name, damages in DAMAGES.items() for *_, told in damages]
)
def test_a_damaged_workflow_is_found(linter: str, told: str, found: dict[str, dict[str, list[str]]]) -> None:
    assert any(told in each for each in found[linter][told])


def test_what_hides_a_finding_has_to_hide_one(tmp_path: Path) -> None:
    path = tmp_path / "damaged.yml"
    path.write_text(SOUND.replace("github.ref }", "github.reef }"), encoding="utf-8")
    (told,) = linters.actionlint([path], newer=['"reef" is not defined', "any other"])
    assert told.startswith("actionlint finds nothing that 'any other' hides")


def test_scripts_of_other_shells_are_no_business_of_shellcheck(tmp_path: Path) -> None:
    path = tmp_path / "windows.yml"
    path.write_text(SOUND.replace('- run: echo "$HOME"', "- run: echo $HOME\n        shell: pwsh"), encoding="utf-8")
    assert linters.shellcheck([path]) == []


@pytest.mark.parametrize(
    ("line", "code"),
    [("RUN cd $HOME && ls", "SC2086"), ("RUN apt-get install curl", "DL3008"), ("FROM python:latest", "DL3007")],
)
def test_a_damaged_dockerfile_is_found(line: str, code: str, tmp_path: Path) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text(f"FROM python:3.14-slim\n{line}\n", encoding="utf-8")
    assert any(":2: " in each and f"[{code}]" in each for each in linters.hadolint(dockerfile))


@pytest.mark.parametrize("lint", [linters.actionlint, linters.zizmor])
def test_a_linter_that_cannot_run_is_no_clean_bill(lint: Callable[[list[Path]], list[str]], tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        lint([tmp_path / "nowhere.yml"])
