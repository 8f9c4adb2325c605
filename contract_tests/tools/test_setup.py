"""`make` sets the project up once, says what is missing, and takes nothing half-made for done."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder with what `make` reads, and nothing set up."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("Makefile", "tox.ini", "pyproject.toml", "requirements.lock", "package.json", "package-lock.json"):
        shutil.copy2(ROOT / name, folder)
    (folder / "README.md").touch()
    (folder / "LICENSE").touch()
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
    new = put_tool(
        checkout, "python-new", f'[ "$1" = -c ] || {{ mkdir -p .venv/bin; ln -s {failing} .venv/bin/python; }}'
    )
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
    for path in checkout.iterdir():
        touch(path, minute=0)
    for minute, name in enumerate((".venv/tools", ".venv/done", "node_modules/done", wheel), start=1):
        touch(checkout / name, minute)


@pytest.mark.parametrize(
    ("target", "command"),
    [
        ("contract", ".venv/bin/python -m tox run -e contract"),
        ("test", ".venv/bin/python -m tox run-parallel --parallel-no-spinner --skip-pkg-install"),
    ],
)
def test_the_second_run_installs_nothing(checkout: Path, target: str, command: str) -> None:
    set_up(checkout)
    assert make(checkout, "-n", target).stdout.strip() == command


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ("requirements.lock", "--require-hashes"),
        ("pyproject.toml", "--editable"),
        ("package-lock.json", "npm ci"),
        ("adapters/sendcloud_orders/client.py", "tox run -m unit --notest"),
    ],
)
def test_what_changed_is_installed_again(checkout: Path, changed: str, again: str) -> None:
    set_up(checkout)
    touch(checkout / changed, minute=9)
    assert again in make(checkout, "-n", "test").stdout
