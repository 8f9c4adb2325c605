"""A contract run holds a foreign server to what it was seen to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from probe import questions
from probe.question import QUESTIONS
from sendcloud_orders_sandbox import Policies, Sandbox
from suite.settings import SettingsError, probed

ROOT = Path(__file__).resolve().parents[2]
TEST = ROOT / "contract_tests" / "suite" / "test_probed.py"
assert questions
TARGET = {"TARGET": "http://127.0.0.1:9/api/v3"}


def run(sandbox: Sandbox, policies: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:verdict", str(TEST)],
        cwd=ROOT,
        env={**os.environ, **sandbox.environ, "TARGET": sandbox.base_url, "POLICIES": str(policies)},
        capture_output=True,
        text=True,
        check=False,
    )


def file_of(folder: Path, text: str) -> Path:
    path = folder / "probe.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_server_that_does_as_it_was_seen_to_passes_and_keeps_nothing(tmp_path: Path) -> None:
    # Rows that are low and rows that are sure, of which the documented value is another.
    text = '[policies]\nkey_twice = "last"\nmail = "ascii"\nsuccess_status = 200\nsave_lag = 0.7\n'
    seen = Policies(key_twice="last", mail="ascii", success_status=200, save_lag=0.2)
    with Sandbox(policies=seen) as sandbox:
        done = run(sandbox, file_of(tmp_path, text))
        sandbox.advance(1)
        assert sandbox.orders() == []
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


def test_a_server_that_changed_fails_and_shows_it_on_the_wire(tmp_path: Path) -> None:
    text = '[policies]\nkey_twice = "reject"\nsave_lag = 0.0\n'
    with Sandbox(policies=Policies(key_twice="last", save_lag=1.5)) as sandbox:
        done = run(sandbox, file_of(tmp_path, text))
    assert done.returncode == 1, done.stdout
    for part in (
        "2 failed",
        f"asked: {QUESTIONS['key_twice'].text}",
        "was key_twice = 'reject', is 'last'",
        "was save_lag = 0.0, is at least 1.",
        "UPSERT-KEY-TWICE on foreign: the last requests and answers",
        "POST /orders",
        "answer 201",
    ):
        assert part in done.stdout


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("key_twice = 1", r"no table \[policies\]"),
        ("[policies]\nkey_twice = 1", "key_twice"),
        ("[policies]\nkey_thrice = 1", "no policy 'key_thrice'"),
        ("[policies]\n# key_twice: not seen", "nothing to hold"),
        ("[policies", "is not TOML"),
    ],
)
def test_a_file_that_says_nothing_usable_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError, match=rf"POLICIES.*{told}"):
        probed({**TARGET, "POLICIES": str(file_of(tmp_path, text))})


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"POLICIES.*absent\.toml"):
        probed({**TARGET, "POLICIES": str(tmp_path / "absent.toml")})


def test_a_file_without_a_target_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TARGET is not set"):
        probed({"POLICIES": str(file_of(tmp_path, "[policies]\nkey_twice = 'last'"))})


def test_only_what_the_file_names_is_held(tmp_path: Path) -> None:
    path = file_of(tmp_path, '[policies]\nkey_twice = "last"\n[other]\nx = 1\n')
    assert probed({**TARGET, "POLICIES": str(path)}) == {"key_twice": "last"}
    assert probed(TARGET) is None
