"""uv installs, and where it cannot, pip does."""

import hashlib
import os
import sys
import venv
import zipfile
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


def test_the_pip_of_this_python_takes_a_hash_from_a_constraint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As tox asks for what the wheel's tests run on. pip 26.0 refuses it."""
    venv.create(tmp_path / "env", with_pip=False)
    wheel = tmp_path / "shop-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("shop-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: shop\nVersion: 1.0\n")
        archive.writestr("shop-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("shop-1.0.dist-info/RECORD", "")
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"shop==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n", encoding="utf-8")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    wheels = ["--no-index", "--find-links", str(tmp_path)]
    assert installing.with_pip(str(tmp_path / "env"), [*wheels, "shop", "--constraint", str(lock)]) == 0


def test_what_neither_can_install_is_a_failure(tools: Path) -> None:
    put(tools, "python", "exit 3")
    assert installing.install("folder/env", ["a"]) == 3


def test_uv_keeps_what_it_downloads_in_the_checkout(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    put(tools, "uv", f'echo "$UV_CACHE_DIR" >> {tools.parent}/asked')
    installing.install("folder/env", ["a"])
    assert asked(tools) == [str(installing.ROOT / ".tox" / "uv")]
