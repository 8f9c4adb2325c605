"""A test's folder says what it needs, and what tests share is in modules that are no tests."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from suite import conftest

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "contract_tests"
CONTRACT = ("contract_tests/suite", "contract_tests/system")
FOREIGN = {
    "TARGET": "http://127.0.0.1:9/api/v3",
    "SENDCLOUD_PUBLIC_KEY": "public",
    "SENDCLOUD_SECRET_KEY": "secret",
    "SENDCLOUD_INTEGRATION_IDS": "41,68",
}


@cache
def collected(**environment: str) -> dict[str, list[str]]:
    """Return what a contract run would run, by folder."""
    own = {name: value for name, value in os.environ.items() if name not in (*FOREIGN, "POLICIES")}
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:verdict", "--collect-only")
    done = subprocess.run(
        [*command, *CONTRACT], cwd=ROOT, env=own | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    tests = [line for line in done.stdout.splitlines() if "::" in line]
    return {folder: [test for test in tests if test.startswith(f"{folder}/")] for folder in CONTRACT}


def speaks_to(test: str, *servers: str) -> bool:
    """Tell whether the parameters of a test name one of the servers."""
    return not set(test.partition("[")[2].removesuffix("]").split("-")).isdisjoint(servers)


def test_a_run_about_a_foreign_server_is_the_suite_and_each_test_of_it_speaks_to_that_server() -> None:
    suite, system = collected(**FOREIGN).values()
    assert suite
    assert [test for test in suite if not speaks_to(test, "foreign")] == []
    assert system == []


def test_a_foreign_server_is_not_held_to_choices_that_nobody_saw_it_make() -> None:
    suite, _ = collected(**FOREIGN).values()
    assert [test for test in suite if "test_probed" in test] == []


def test_without_a_foreign_server_the_system_is_tested_too() -> None:
    suite, system = collected().values()
    assert suite
    assert system
    assert [test for test in suite if not speaks_to(test, "mock", "sandbox")] == []


def test_a_test_of_the_suite_that_does_not_take_the_target_is_refused() -> None:
    metafunc: Any = SimpleNamespace(fixturenames=["tmp_path"])
    with pytest.raises(pytest.fail.Exception, match="takes `target`"):
        conftest.pytest_generate_tests(metafunc)


def imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module or ''}.{name.name}" for name in node.names)


def test_no_module_imports_from_a_test_file() -> None:
    assert [
        (module.relative_to(TESTS).as_posix(), name)
        for module in TESTS.rglob("*.py")
        for name in imported(module)
        if any(part.startswith("test_") for part in name.split(".")[:-1])
    ] == []


def test_few_modules_stand_beside_the_folders() -> None:
    assert {path.name for path in TESTS.glob("*.py")} == {"conftest.py", "ledger.py", "schemas.py"}
