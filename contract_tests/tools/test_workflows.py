"""What no linter knows of the workflows: that they run all that they should, and what their scripts do.

They run on GitHub alone. Here each script runs as its shell would run it there, with stand-ins for the programs.
"""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = {path.stem: path for path in (ROOT / ".github" / "workflows").glob("*.yml")}
EXAMPLE = ROOT / "examples" / "contract-workflow.yml"
ALL = [*WORKFLOWS.values(), EXAMPLE]


def read(path: Path) -> dict[str, Any]:
    """Read a workflow. YAML takes `on` for a boolean."""
    found: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {"on" if name is True else name: value for name, value in found.items()}


CI, CONTRACT, RELEASE = (read(WORKFLOWS[name]) for name in ("ci", "contract", "release"))


def jobs(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from read(path)["jobs"].items()


def scripts(workflow: dict[str, Any]) -> list[str]:
    return [step["run"] for job in workflow["jobs"].values() for step in job.get("steps", ()) if "run" in step]


def script(workflow: dict[str, Any], job: str, name: str) -> str:
    """Return the script of a step."""
    (found,) = [step["run"] for step in workflow["jobs"][job]["steps"] if step.get("name") == name]
    assert isinstance(found, str)
    return found


class Shell:
    """Runs a script as GitHub does where `shell: bash` is said, with stand-ins for programs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._bin = folder / "bin"
        self._bin.mkdir()

    def stand_in(self, name: str, script: str) -> Path:
        """Put a program where the script finds it: in the folder, or by its name alone on the PATH."""
        path = self.folder / name if "/" in name else self._bin / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    def run(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(self._bin), os.environ["PATH"]])
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.folder,
            env={"PATH": path, **environment},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    if sys.platform != "linux":
        pytest.skip("the scripts run on GitHub's Linux; the bash of another system is older, and its tools are others")
    return Shell(tmp_path)


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_nothing_is_allowed_that_a_job_does_not_ask_for(path: Path) -> None:
    assert read(path)["permissions"] == {}
    assert [name for name, job in jobs(path) if "permissions" not in job] == []


@pytest.mark.parametrize("path", WORKFLOWS.values(), ids=lambda path: path.stem)
def test_each_job_ends_by_itself_and_each_script_when_a_part_of_it_fails(path: Path) -> None:
    assert [name for name, job in jobs(path) if "uses" not in job and "timeout-minutes" not in job] == []
    assert read(path)["defaults"] == {"run": {"shell": "bash"}}


@pytest.mark.parametrize("path", WORKFLOWS.values(), ids=lambda path: path.stem)
def test_no_script_has_an_expression_in_it(path: Path) -> None:
    assert [text for text in scripts(read(path)) if "${{" in text] == []


def test_each_action_is_one_commit_everywhere_and_its_version_stands_beside_it() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in ALL)
    uses = re.findall(r"uses: (?!\./)(.*)", text)
    pins = [re.fullmatch(r"([\w./-]+)@([0-9a-f]{40}) # v(\d+\.\d+\.\d+|X\.Y\.Z)", each) for each in uses]
    assert [each for each, pin in zip(uses, pins, strict=True) if not pin] == []
    assert len({pin[0] for pin in pins if pin}) == len({pin[1] for pin in pins if pin})


def test_the_gate_waits_for_every_other_job() -> None:
    assert sorted(CI["jobs"]["gate"]["needs"]) == sorted(CI["jobs"].keys() - {"gate"})
    assert CI["jobs"]["gate"]["if"] == "${{ always() }}"


@pytest.mark.parametrize(
    ("results", "opens"),
    [
        ("success success", True),
        *((f"success {other} success", False) for other in ("failure", "cancelled", "skipped")),
    ],
)
def test_the_gate_opens_when_all_others_succeeded(shell: Shell, results: str, opens: bool) -> None:
    ended = shell.run(script(CI, "gate", "All others succeeded"), RESULTS=results)
    assert (ended.returncode == 0) is opens


def test_ci_runs_the_commands_of_the_readme_on_linux_and_macos() -> None:
    named = re.findall(r"^\| `(make \w+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(named) == 2
    for command in named:
        (job,) = [job for job in CI["jobs"].values() if any(runs(step, command) for step in job["steps"])]
        matrix = job["strategy"]["matrix"]
        assert {*matrix["os"], *(each["os"] for each in matrix.get("include", ()))} == {"ubuntu-latest", "macos-latest"}


def test_ci_tries_the_lowest_versions_on_the_oldest_python_and_the_newest_on_the_newest() -> None:
    pythons = CI["jobs"]["test"]["strategy"]["matrix"]["python"]
    job = CI["jobs"]["versions"]
    tried = {each["command"]: each["python"] for each in job["strategy"]["matrix"]["include"]}
    assert tried == {"make test-lowest": pythons[0], "make test-newest": pythons[-1]}
    assert job["steps"][-1] == {"env": {"COMMAND": "${{ matrix.command }}"}, "run": "$COMMAND"}


def runs(step: dict[str, Any], command: str) -> bool:
    """Tell whether a step runs a command, perhaps with variables before it."""
    return re.fullmatch(rf"(\w+=\S*\([^)]*\) )?{command}", step.get("run", "")) is not None


def test_every_python_that_tox_and_the_package_name_is_tested_on_linux_and_on_windows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    classified = [each.rsplit(" ", 1)[1] for each in project["classifiers"] if re.search(r":: 3\.\d+$", each)]
    (known,) = re.findall(r"^env_list = .*py\{([\d,]+)\}", (ROOT / "tox.ini").read_text(encoding="utf-8"), re.MULTILINE)
    assert [f"{each[0]}.{each[1:]}" for each in known.split(",")] == classified
    for job in ("test", "windows"):
        assert CI["jobs"][job]["strategy"]["matrix"]["python"] == classified


def test_what_is_tested_is_the_wheel_that_was_built(shell: Shell) -> None:
    (shell.folder / "dist").mkdir()
    for name in ("a-1.0-py3-none-any.whl", "a-1.0.tar.gz"):
        (shell.folder / "dist" / name).touch()
    shell.stand_in("make", 'echo "$TOX_INSTALL_PKG $*"')
    (command,) = [each for each in scripts(CI) if "TOX_INSTALL_PKG" in each]
    assert shell.run(command).stdout == "dist/a-1.0-py3-none-any.whl test\n"
    assert CI["jobs"]["test"]["needs"] == CI["jobs"]["windows"]["needs"] == "build"


def test_what_is_released_is_what_ci_built_in_the_same_run_without_a_cache() -> None:
    release = RELEASE["jobs"]
    assert release["ci"]["uses"] == "./.github/workflows/ci.yml"
    assert release["attest"]["needs"] == ["check", "ci"]
    assert (release["publish"]["needs"], release["publish"]["environment"]) == ("attest", "pypi")
    built = [*CI["jobs"]["build"]["steps"], *(step for job in release.values() for step in job.get("steps", ()))]
    assert [step for step in built if "cache" in step.get("with", ())] == []


def test_what_pip_downloads_is_kept_where_pip_installs() -> None:
    """`make` installs by uv, which keeps its downloads elsewhere: an empty cache would fail the job in the end."""
    keeping = {name for name, job in CI["jobs"].items() if "'cache': 'pip'" in str(job["steps"])}
    installing = {name for name, job in CI["jobs"].items() if "pip install" in str(job["steps"])}
    assert keeping == installing == {"windows"}


def test_a_tag_is_released_as_the_version_that_it_names() -> None:
    (step,) = [step for step in RELEASE["jobs"]["check"]["steps"] if step.get("run") == "make release-check"]
    assert step["env"] == {"TAG": "${{ github.ref_name }}"}


@pytest.mark.parametrize(("tested", "status"), [("the same", 0), ("other bytes", 1), (None, 1)])
def test_what_was_not_tested_is_not_released(shell: Shell, tested: str | None, status: int) -> None:
    for folder, text in (("dist", tested), ("release", "the same")):
        (shell.folder / folder).mkdir()
        for name in ("a.whl", "a.tar.gz"):
            if text is not None:
                (shell.folder / folder / name).write_text(text, encoding="utf-8")
    (shell.folder / "release" / "sbom.cdx.json").touch()
    shell.run("cd release && sha256sum * > SHA256SUMS")
    ended = shell.run(script(RELEASE, "attest", "What CI has tested is what was checked, byte for byte"))
    assert ended.returncode == status


def test_a_user_says_what_is_to_be_done_and_labels_and_the_own_host_are_off() -> None:
    inputs = CONTRACT["on"]["workflow_call"]["inputs"]
    assert (inputs["labels"]["default"], inputs["confirm"]["default"]) == (False, False)
    assert [name for name, each in inputs.items() if each.get("required")] == []
    for job, name in (("contract", "target"), ("drift", "upstream"), ("fixtures", "fixtures")):
        assert CONTRACT["jobs"][job]["if"] == f"${{{{ inputs.{name} }}}}"


def test_the_example_of_a_caller_gives_what_the_workflow_takes() -> None:
    call = read(EXAMPLE)["jobs"]["contract"]
    taken = CONTRACT["on"]["workflow_call"]
    assert call["with"].keys() <= taken["inputs"].keys()
    assert call["secrets"].keys() == taken["secrets"].keys()
    asked = {right: level for job in CONTRACT["jobs"].values() for right, level in job["permissions"].items()}
    assert call["permissions"] == asked


def test_the_secrets_reach_the_run_of_the_suite_alone() -> None:
    steps = [(name, step) for name, job in CONTRACT["jobs"].items() for step in job["steps"]]
    assert [(name, step["run"]) for name, step in steps if "secrets." in str(step)] == [("contract", "make contract")]


@pytest.mark.parametrize(
    ("given", "upstream"),
    [("https://host.example/a b.yaml", "https://host.example/a b.yaml"), ("docs/$(id).yaml", "yours/docs/$(id).yaml")],
)
def test_the_published_document_is_a_url_or_a_file_of_the_user(shell: Shell, given: str, upstream: str) -> None:
    shell.stand_in("make", 'echo "$UPSTREAM"; exit 1')
    ended = shell.run(script(CONTRACT, "drift", "Compare the published document with ours"), GIVEN=given)
    assert ended.returncode == 1
    assert (shell.folder / "drift.txt").read_text(encoding="utf-8") == f"{upstream}\n"


def test_the_fixtures_are_found_in_every_folder(shell: Shell) -> None:
    shell.stand_in(".sendcloud-orders/.venv/bin/sendcloud-orders", 'printf "<%s>" "$@"; exit 1')
    for name in ("a dir/one.json", "a dir/b/two three.json", "a dir/b/$(id).json", "a dir/other.csv"):
        path = shell.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    ended = shell.run(script(CONTRACT, "fixtures", "Check each file"), FIXTURES="a dir/**/*.json")
    assert ended.returncode == 1
    assert sorted(ended.stdout.strip("<>").split("><")) == [
        "a dir/b/$(id).json",
        "a dir/b/two three.json",
        "a dir/one.json",
        "check",
    ]


def test_fixtures_that_nothing_is_named_as_are_a_failure(shell: Shell) -> None:
    ended = shell.run(script(CONTRACT, "fixtures", "Check each file"), FIXTURES="b/*.json")
    assert (ended.returncode, ended.stderr) == (1, "::error::No file is named as b/*.json.\n")


@pytest.mark.parametrize(
    ("open_issue", "drift", "called"),
    [
        ("", "failure", "issue create --title Found --body-file body.md"),
        ("7", "failure", "issue edit 7 --body-file body.md"),
        ("7", "cancelled", "issue edit 7 --body-file body.md"),
        ("7", "success", "issue close 7 --comment https://run found nothing any more."),
        ("7", "skipped", "issue close 7 --comment https://run found nothing any more."),
        ("", "success", ""),
    ],
)
def test_an_issue_is_opened_updated_and_closed(shell: Shell, open_issue: str, drift: str, called: str) -> None:
    asked = "issue list --limit 1000 --json number,title --jq"
    shell.stand_in("gh", f'case "$*" in "{asked}"*) echo "{open_issue}" ;; *) echo "$*" ;; esac')
    (shell.folder / "drift.txt").write_text("a finding\n", encoding="utf-8")
    results = {"CONTRACT": "success", "DRIFT": drift, "FIXTURES": "skipped"}
    ended = shell.run(
        script(CONTRACT, "issue", "Open, update or close the issue"), TITLE="Found", RUN="https://run", **results
    )
    assert (ended.returncode, ended.stdout.strip(), ended.stderr) == (0, called, "")
    body = (shell.folder / "body.md").read_text(encoding="utf-8")
    assert f"- drift: {drift}\n" in body
    assert body.endswith("\n    a finding\n")
