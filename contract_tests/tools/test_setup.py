"""`make` sets the project up once, says what is missing, and takes nothing half-made for done."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder with what `make` reads, and nothing set up."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    for name in ("Makefile", "tox.ini", "pyproject.toml", "requirements.lock", "package.json", "package-lock.json"):
        shutil.copy2(ROOT / name, folder)
    called = [f"runs/{name}.py" for name in ("browser", "installing", "lock", "telling")]
    for path in (*called, "benchmark/requirements.lock"):
        (folder / "contract_tests" / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / "contract_tests" / path, folder / "contract_tests" / path)
    (folder / "README.md").touch()
    (folder / "LICENSE").touch()
    # pyenv takes its time to say that it lacks a Python.
    put_tool(folder, "python3", f'exec {shlex.quote(sys.executable)} "$@"')
    return folder


def make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    tools = checkout.parent / "tools"
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "MAKEFLAGS": ""}
    return subprocess.run(
        ["make", *arguments], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )


def put_tool(checkout: Path, name: str, script: str) -> Path:
    """Put a shell script before all else on the PATH of `make`."""
    tool = checkout.parent / "tools" / name
    tool.parent.mkdir(exist_ok=True)
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    return tool


# What a stand-in really runs: nothing that installs, which would fill the environment that the tests run in.
REALLY = (
    f'-c*|*/lock.py*|*/telling.py*|*/browser.py*) exec {shlex.quote(sys.executable)} "$@" ;; '
    '*) echo "no stand-in for: $*" >&2; exit 99 ;;'
)


def put_python(checkout: Path, make_venv: str) -> Path:
    """Put a Python on the PATH that is new enough, and makes `.venv` by a shell script."""
    return put_tool(
        checkout,
        "python-new",
        f'case "$1" in -c) ;; -m) {make_venv} ;; {REALLY} esac',
    )


def test_an_old_node_is_named_with_what_to_install(checkout: Path) -> None:
    put_tool(checkout, "node", 'if [ "$1" = --version ]; then echo v16.20.2; else exit 1; fi')
    done = make(checkout, "node_modules/done")
    assert done.returncode != 0
    assert done.stderr.startswith("Node 18.20 or newer with npm is missing (found v16.20.2): install it")


def test_no_node_is_named_with_what_to_install(checkout: Path) -> None:
    put_tool(checkout, "node", "exit 127")
    done = make(checkout, "node_modules/done")
    assert done.returncode != 0
    assert done.stderr.startswith("Node 18.20 or newer with npm is missing: install it")


def test_an_old_python_is_named_with_what_to_install(checkout: Path) -> None:
    old = put_tool(checkout, "python-old", "exit 1")
    done = make(checkout, ".venv/done", f"PYTHON={old}")
    assert done.returncode != 0
    assert done.stderr.startswith(f"Python 3.11 or newer is missing ({old} is too old): install it")


def test_no_python_is_named_with_what_to_install(checkout: Path) -> None:
    done = make(checkout, ".venv/done", "PYTHON=")
    assert done.returncode != 0
    assert done.stderr.startswith("Python 3.11 or newer is missing: install it")


def test_an_installation_that_failed_shows_why_and_is_not_taken_for_done(checkout: Path) -> None:
    failing = put_tool(checkout, "python-failing", "echo no network >&2; exit 1")
    new = put_python(checkout, f"mkdir -p .venv/bin; ln -s {failing} .venv/bin/python")
    done = make(checkout, ".venv/done", f"PYTHON={new}")
    assert done.returncode != 0
    assert "no network" in done.stderr
    assert not (checkout / ".venv" / "tools").exists()


def test_npm_that_failed_is_not_taken_for_done(checkout: Path) -> None:
    put_tool(checkout, "npm", "mkdir node_modules; echo no network >&2; exit 1")
    done = make(checkout, "node_modules/done")
    assert done.returncode != 0
    assert "no network" in done.stderr
    assert not (checkout / "node_modules" / "done").exists()


def touch(path: Path, minute: int) -> None:
    """Date a file, because two that are made in one tick of the clock have the same age."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (0, 1_700_000_000 + 60 * minute))


def set_up(checkout: Path) -> None:
    """Leave the marks of a set-up that succeeded."""
    (wheel,) = {word for word in make(checkout, "-n", "unit").stdout.split() if re.fullmatch(r"\.tox/wheel-\d+", word)}
    for path in (*checkout.iterdir(), checkout / "contract_tests" / "benchmark" / "requirements.lock"):
        touch(path, minute=0)
    marks = (".venv/tools", ".venv/done", ".tox/done", ".tox/benchmark-done", "node_modules/done", wheel)
    for minute, name in enumerate(marks, start=1):
        touch(checkout / name, minute)


@pytest.mark.parametrize(
    ("target", "command"),
    [
        ("contract", "shared node,tools {python} -m tox run -e contract"),
        ("test", "shared node,tools,wheel {python} -m tox run-parallel --parallel-no-spinner --skip-pkg-install"),
        ("benchmark", "shared tools,benchmark {python} -m tox run -e benchmark --"),
    ],
)
def test_the_second_run_installs_nothing(checkout: Path, target: str, command: str) -> None:
    set_up(checkout)
    expected = f"{{python}} contract_tests/runs/lock.py {command}".format(python=".venv/bin/python")
    assert make(checkout, "-n", target).stdout.strip() == expected


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ("requirements.lock", "--require-hashes"),
        ("pyproject.toml", "--editable"),
        ("package-lock.json", "npm ci"),
        # What a CI tells tox to install is for the tests of the wheel alone.
        ("tox.ini", "tox run -q -m tools --notest --skip-pkg-install"),
        ("adapters/sendcloud_orders/client.py", "tox run -m unit --notest"),
    ],
)
def test_what_changed_is_installed_again(checkout: Path, changed: str, again: str) -> None:
    set_up(checkout)
    touch(checkout / changed, minute=9)
    assert again in make(checkout, "-n", "test").stdout


def test_tox_is_told_of_an_installer_whose_path_may_have_a_blank(checkout: Path) -> None:
    put_tool(checkout, "python-of-venv", 'echo "$INSTALLER"')
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").symlink_to(checkout.parent / "tools" / "python-of-venv")
    set_up(checkout)
    expected = [checkout / ".venv" / "bin" / "python", checkout / "contract_tests" / "runs" / "installing.py"]
    assert shlex.split(make(checkout, "-s", "contract").stdout) == [str(path) for path in expected]


def test_only_a_benchmark_installs_what_it_measures(checkout: Path) -> None:
    set_up(checkout)
    touch(checkout / "contract_tests" / "benchmark" / "requirements.lock", minute=9)
    assert "tox run -q -e benchmark --notest" in make(checkout, "-n", "benchmark").stdout
    assert "--notest" not in make(checkout, "-n", "test").stdout


# ---------------------------------------------------------------------- two at a time


PATIENCE = 60.0
# Each program notes when it begins and when it ends, so that one sees what went on at the same time.
NOTED = 'echo "begin {name}" >> log; {does}; echo "end {name}" >> log'
# One that installs waits for another kind to begin where it is told to.
MEETS = 'until [ -z "$MEET" ] || grep -q "begin {other}" log; do sleep 0.05; done; sleep 0.2'
# One that runs waits for as many beside it as it is told, and for as long as it is held.
BESIDE = 'while [ -e hold ] || [ "$(grep -c "begin run" log)" -lt "${TOGETHER:-1}" ]; do sleep 0.05; done'


@pytest.fixture
def noting(checkout: Path) -> Path:
    """Return a checkout whose Python, installer, tox and npm do nothing but note what they are asked for."""
    python = put_tool(
        checkout,
        "python-of-venv",
        'case "$*" in '
        f"*/installing.py*|-m\\ pip*) {NOTED.format(name='pip', does=MEETS.format(other='npm'))} ;; "
        f"-m*--notest*) {NOTED.format(name='prepare', does='sleep 0.2')} ;; "
        f"-m*) {NOTED.format(name='run', does=BESIDE)} ;; "
        f"{REALLY} esac",
    )
    new_venv = f"sleep 0.2; mkdir -p .venv/bin; ln -sf {python} .venv/bin/python"
    put_python(checkout, NOTED.format(name="venv", does=new_venv))
    put_tool(checkout, "npm", NOTED.format(name="npm", does=f"{MEETS.format(other='pip')}; mkdir -p node_modules"))
    (checkout / "adapters").mkdir()
    return checkout


class Run:
    """A `make` that goes on beside others."""

    def __init__(self, checkout: Path, target: str, **more: str) -> None:
        tools = checkout.parent / "tools"
        path = f"{tools}{os.pathsep}{os.environ['PATH']}"
        self._process = subprocess.Popen(
            ["make", f"PYTHON={tools / 'python-new'}", target],
            cwd=checkout,
            env={**os.environ, "PATH": path, "MAKEFLAGS": "", **more},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def first_complaint(self) -> str:
        assert self._process.stderr is not None
        return self._process.stderr.readline()

    def end(self) -> None:
        _, said = self._process.communicate(timeout=PATIENCE)
        assert self._process.returncode == 0, said


def noted(*names: str) -> list[str]:
    """Return what the programs note when they run one after the other."""
    return [f"{what} {name}" for name in names for what in ("begin", "end")]


def log(checkout: Path) -> list[str]:
    return (checkout / "log").read_text().splitlines()


def set_up_and_run(checkout: Path, target: str) -> None:
    with Run(checkout, target) as run:
        run.end()
    (checkout / "log").unlink()


def test_two_runs_in_a_fresh_checkout_set_up_once_and_one_after_the_other(noting: Path) -> None:
    with Run(noting, "contract") as one, Run(noting, "contract") as other:
        one.end()
        other.end()
    python_tools = [line for line in log(noting) if not line.endswith((" npm", " run"))]
    node_tools = [line for line in log(noting) if line.endswith(" npm")]
    assert (python_tools, node_tools) == (noted("venv", "pip", "pip", "pip", "prepare"), noted("npm"))
    assert [line.endswith(" run") for line in log(noting)].index(True) == len(python_tools) + len(node_tools)


def test_the_node_tools_are_installed_beside_the_python_tools(noting: Path) -> None:
    with Run(noting, "contract", MEET="yes") as run:
        run.end()
    assert log(noting)[-2:] == noted("run")


def test_a_python_that_will_not_do_is_told_before_anything_is_begun_with_it(checkout: Path) -> None:
    old = put_tool(checkout, "python-old", "sleep 0.5; exit 1")
    done = make(checkout, "contract", f"PYTHON={old}")
    assert done.stderr.count("Python 3.11 or newer is missing") == 1
    assert "node_modules" not in done.stderr


def test_two_runs_go_on_at_the_same_time(noting: Path) -> None:
    set_up_and_run(noting, "contract")
    with Run(noting, "contract", TOGETHER="2") as one, Run(noting, "contract", TOGETHER="2") as other:
        one.end()
        other.end()
    assert log(noting) == ["begin run"] * 2 + ["end run"] * 2


@pytest.mark.parametrize(
    ("changed", "target", "again"),
    [
        ("package-lock.json", "contract", "npm"),
        ("tox.ini", "contract", "prepare"),
        ("adapters/new.py", "unit", "prepare"),
    ],
)
def test_what_a_run_uses_is_not_installed_anew_before_it_ends(
    noting: Path, changed: str, target: str, again: str
) -> None:
    set_up_and_run(noting, target)
    (noting / "hold").touch()
    with Run(noting, target) as first:
        wait_for(noting / "log")
        (noting / changed).touch()
        with Run(noting, target) as second:
            assert second.first_complaint().endswith("and this one installs what it uses: waiting.\n")
            assert log(noting) == ["begin run"]
            (noting / "hold").unlink()
            second.end()
        first.end()
    assert log(noting) == noted("run", again, "run")


def test_a_changed_source_keeps_no_contract_run_waiting_and_waits_for_none(noting: Path) -> None:
    set_up_and_run(noting, "contract")
    set_up_and_run(noting, "unit")
    with Run(noting, "contract", TOGETHER="2") as contract:
        wait_for(noting / "log")
        (noting / "adapters" / "new.py").touch()
        with Run(noting, "unit", TOGETHER="2") as unit:
            unit.end()
        contract.end()
    assert log(noting)[:4] == ["begin run", "begin prepare", "end prepare", "begin run"]


def test_a_run_that_was_killed_keeps_nobody_waiting(noting: Path) -> None:
    set_up_and_run(noting, "contract")
    (noting / "hold").touch()
    with Run(noting, "contract"):
        wait_for(noting / "log")
    (noting / "hold").unlink()
    (noting / "tox.ini").touch()
    with Run(noting, "contract") as run:
        run.end()
    assert log(noting) == ["begin run", *noted("prepare", "run")]


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.02)
