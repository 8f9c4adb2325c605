"""The hooks for pre-commit name what a user's commit needs: a command of ours, and what that asks for."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from sendcloud_orders_cli.program import run

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def test_a_hook_gets_what_the_extra_of_the_command_line_asks_for() -> None:
    assert HOOK["language"] == "python"
    assert HOOK["additional_dependencies"] == PROJECT["optional-dependencies"]["cli"]


def test_the_entry_is_a_script_of_the_package_and_takes_the_files_that_pre_commit_names(
    capsys: pytest.CaptureFixture[str],
) -> None:
    program, *arguments = shlex.split(HOOK["entry"])
    assert program in PROJECT["scripts"]
    files = [str(path) for path in sorted((ROOT / "examples").glob("orders.*"))]
    assert run([*arguments, *files]) == 0
    assert f"in {len(files)} files: all can be sent" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("orders.csv", True),
        ("tests/fixtures/orders_of_may.json", True),
        ("data/orders.ndjson", True),
        ("orders.py", False),
        ("reorders.csv", False),
        ("package.json", False),
    ],
)
def test_without_a_word_it_takes_files_that_are_called_orders(path: str, taken: bool) -> None:
    assert bool(re.search(HOOK["files"], path)) is taken
