"""uv installs, and where it cannot, pip does."""

import sys
from pathlib import Path

import pytest

from runs import installing


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a Python that notes what it is asked for, as a uv does that a test puts beside it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setattr(sys, "executable", str(put(folder, "python", f'echo "python $*" >> {tmp_path}/asked')))
    return folder


def put(folder: Path, name: str, script: str) -> Path:
    """Put a shell script into a folder."""
    tool = folder / name
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    return tool


def asked(tools: Path) -> list[str]:
    """Return what was asked for, and of whom."""
    return (tools.parent / "asked").read_text().splitlines()


PIP = "python -m pip --python folder/env install --quiet --disable-pip-version-check --no-deps a"


def test_uv_installs_and_pip_is_not_asked(tools: Path) -> None:
    put(tools, "uv", f'echo "uv $*" >> {tools.parent}/asked')
    assert installing.install("folder/env", ["--no-deps", "a"]) == 0
    assert asked(tools) == ["uv pip install --quiet --python folder/env --no-deps a"]


def test_pip_installs_what_uv_cannot_and_the_reason_is_told(tools: Path, capfd: pytest.CaptureFixture[str]) -> None:
    put(tools, "uv", "echo error: no route to the index >&2; exit 2")
    assert installing.install("folder/env", ["--no-deps", "a"]) == 0
    assert asked(tools) == [PIP]
    assert capfd.readouterr().err == "uv cannot install this, so pip does: error: no route to the index\n"


def test_pip_installs_where_there_is_no_uv(tools: Path) -> None:
    assert installing.install("folder/env", ["--no-deps", "a"]) == 0
    assert asked(tools) == [PIP]


def test_what_neither_can_install_is_a_failure(tools: Path) -> None:
    put(tools, "python", "exit 3")
    assert installing.install("folder/env", ["a"]) == 3


def test_uv_keeps_what_it_downloads_in_the_checkout(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    put(tools, "uv", f'echo "$UV_CACHE_DIR" >> {tools.parent}/asked')
    installing.install("folder/env", ["a"])
    assert asked(tools) == [str(installing.ROOT / ".tox" / "uv")]
