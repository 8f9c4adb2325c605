"""A browser is looked for in one place, and installed only where nobody minds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runs import browser


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder on the PATH: with an apt-get that notes what it is asked for, and no browser."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    put(folder, "apt-get", f'echo "$DEBIAN_FRONTEND $*" >> {tmp_path}/asked')
    return folder


def put(folder: Path, name: str, script: str = "exit 0") -> Path:
    """Put a shell script into a folder."""
    tool = folder / name
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    return tool


def asked(tools: Path) -> list[str]:
    """Return what apt-get was asked for."""
    place = tools.parent / "asked"
    return place.read_text().splitlines() if place.exists() else []


def test_a_ci_as_root_installs_a_browser_without_asking(tools: Path) -> None:
    browser.install()
    options = "noninteractive -qq -o Dpkg::Use-Pty=0"
    assert asked(tools) == [f"{options} update", f"{options} install --yes --no-install-recommends chromium"]


def test_nothing_is_installed_on_a_machine_that_is_no_ci(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI")
    browser.install()
    assert asked(tools) == []


def test_nothing_is_installed_without_being_root(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    browser.install()
    assert asked(tools) == []


def test_nothing_is_installed_where_there_is_no_apt_get(tools: Path) -> None:
    (tools / "apt-get").unlink()
    browser.install()
    assert browser.chromium() is None


@pytest.mark.parametrize("name", browser.NAMES)
def test_a_browser_that_is_there_is_found_and_none_is_installed(tools: Path, name: str) -> None:
    there = put(tools, name)
    browser.install()
    assert browser.chromium() == str(there)
    assert asked(tools) == []


def test_the_browser_that_is_named_comes_first(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tools, "chromium")
    own = put(tools.parent, "my-browser")
    monkeypatch.setenv("CHROMIUM", str(own))
    assert browser.chromium() == str(own)


def test_a_browser_that_is_named_and_not_there_is_an_error_of_ours(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    with pytest.raises(browser.BrowserError, match="CHROMIUM must name a program, not '/nowhere/chromium'"):
        browser.chromium()


def test_an_installation_that_fails_is_told_and_is_no_failure_of_the_command(
    tools: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    put(tools, "apt-get", "echo E: no network >&2; exit 100")
    assert browser.run([sys.executable, "-c", "print('done')"]) == 0
    told = capfd.readouterr()
    assert told.out == "done\n"
    assert told.err == "apt-get could not install chromium, so no page is looked at: E: no network\n"


def test_a_command_that_fails_fails_the_set_up(tools: Path) -> None:
    assert browser.run([sys.executable, "-c", "raise SystemExit(7)"]) == 7


def test_it_needs_nothing_that_is_still_to_be_installed() -> None:
    command = [sys.executable, "-I", "-S", str(Path(browser.__file__)), sys.executable, "-c", "print('done')"]
    done = subprocess.run(command, env={"PATH": ""}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "done\n")
