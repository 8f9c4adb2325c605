"""The scripts of examples/ run on any terminal, notice trouble by their exit status, and end without a traceback."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from sendcloud_orders_sandbox import Sandbox

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PATIENCE = 60.0
SHOP = "ШОП"
SPELT = SHOP.encode("ascii", "backslashreplace")
# What a terminal is told by, and how it shows letters.
TERMINALS: dict[str, tuple[dict[str, str], bytes]] = {
    "ascii": ({"PYTHONIOENCODING": "ascii"}, SPELT),
    "Windows, western": ({"PYTHONIOENCODING": "cp1252"}, SPELT),
    "the C locale": ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, SPELT),
}


@pytest.fixture
def sandbox(sendcloud_sandbox: Sandbox) -> Sandbox:
    return sendcloud_sandbox


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the examples, of five orders."""
    for script in EXAMPLES.glob("*.py"):
        shutil.copy2(script, tmp_path)
    lines = (EXAMPLES / "orders.ndjson").read_bytes().splitlines(keepends=True)
    (tmp_path / "orders.ndjson").write_bytes(b"".join(lines[:5]))
    return tmp_path


def run(
    script: Path, sandbox: Sandbox, environment: Mapping[str, str] | None = None, stdout: int = subprocess.PIPE
) -> subprocess.CompletedProcess[bytes]:
    paths = os.pathsep.join(path for path in sys.path if path)
    # tox says one, which would go before what the locale says.
    shell = {name: value for name, value in os.environ.items() if name != "PYTHONIOENCODING"}
    shell |= {"PYTHONPATH": paths, **sandbox.environ, **(environment or {})}
    return subprocess.run(
        [sys.executable, str(script)], env=shell, stdout=stdout, stderr=subprocess.PIPE, check=False, timeout=PATIENCE
    )


def push(folder: Path, sandbox: Sandbox, **environment: str) -> tuple[int, str]:
    """Push, and return the exit status and what was said of errors."""
    done = run(folder / "push_orders.py", sandbox, environment)
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stderr.decode()


@pytest.mark.parametrize("terminal", TERMINALS)
def test_orders_are_shown_on_a_terminal_that_lacks_their_letters(folder: Path, sandbox: Sandbox, terminal: str) -> None:
    environment, shown = TERMINALS[terminal]
    assert push(folder, sandbox, **environment) == (0, "")
    done = run(folder / "read_orders.py", sandbox, environment)
    assert (done.returncode, done.stderr) == (0, b"")
    lines = done.stdout.splitlines()
    assert len(lines) == 5
    assert sum(shown in line for line in lines) == 1


def test_a_rejected_order_with_letters_that_the_terminal_lacks_is_told(folder: Path, sandbox: Sandbox) -> None:
    order = json.loads((folder / "orders.ndjson").read_bytes().splitlines()[3])
    del order["order_number"]
    order["order_id"] = "注文"
    (folder / "orders.ndjson").write_text(json.dumps(order), encoding="utf-8")
    done = run(folder / "push_orders.py", sandbox, TERMINALS["ascii"][0])
    assert (done.returncode, b"order_number" in done.stdout) == (1, True)
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("script", ["push_orders.py", "read_orders.py"])
def test_a_reader_who_leaves_early_is_no_trouble(folder: Path, sandbox: Sandbox, script: str) -> None:
    assert push(folder, sandbox) == (0, "")
    reading, writing = os.pipe()
    os.close(reading)
    done = run(folder / script, sandbox, stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_push_ends_with_0_when_every_order_was_accepted(folder: Path, sandbox: Sandbox) -> None:
    assert push(folder, sandbox) == (0, "")
    assert len(sandbox.orders()) == 5


def test_a_push_of_which_one_order_was_rejected_ends_with_1(folder: Path, sandbox: Sandbox) -> None:
    first, *rest = (folder / "orders.ndjson").read_bytes().splitlines(keepends=True)
    bad = first.replace(b'"order_number"', b'"order_nr"')
    assert bad != first
    (folder / "orders.ndjson").write_bytes(b"".join([bad, *rest]))
    status, said = push(folder, sandbox)
    assert status == 1
    assert "1 rejected" in said
    assert len(sandbox.orders()) == 4


def test_a_push_with_wrong_keys_ends_with_1(folder: Path, sandbox: Sandbox) -> None:
    status, said = push(folder, sandbox, SENDCLOUD_SECRET_KEY="wrong")
    assert status == 1
    assert "401" in said


@pytest.mark.parametrize("script", ["push_orders.py", "read_orders.py"])
def test_a_missing_setting_is_told(folder: Path, sandbox: Sandbox, script: str) -> None:
    done = run(folder / script, sandbox, {"SENDCLOUD_BASE_URL": ""})
    assert done.returncode == 1
    assert b"SENDCLOUD_BASE_URL is not set" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("ids", ["", "41;68"])
def test_integrations_that_are_no_ids_are_told(folder: Path, sandbox: Sandbox, ids: str) -> None:
    status, said = push(folder, sandbox, SENDCLOUD_INTEGRATION_IDS=ids)
    assert (status, said) == (1, "SENDCLOUD_INTEGRATION_IDS should hold ids separated by commas, such as 41,68.\n")


def test_a_missing_file_is_told(folder: Path, sandbox: Sandbox) -> None:
    (folder / "orders.ndjson").unlink()
    assert push(folder, sandbox) == (1, f"{folder / 'orders.ndjson'} cannot be read: No such file or directory.\n")


def test_a_file_that_cannot_be_opened_is_told(folder: Path, sandbox: Sandbox) -> None:
    (folder / "orders.ndjson").unlink()
    (folder / "orders.ndjson").mkdir()
    assert push(folder, sandbox) == (1, f"{folder / 'orders.ndjson'} cannot be read: Is a directory.\n")


@pytest.mark.parametrize("line", [b"{", b"[]", b"null", b"{}"], ids=bytes.decode)
def test_a_line_that_is_no_order_is_told_by_its_number(folder: Path, sandbox: Sandbox, line: bytes) -> None:
    with (folder / "orders.ndjson").open("ab") as file:
        file.write(line + b"\n")
    status, said = push(folder, sandbox)
    assert status == 1
    assert "Line 6 of orders.ndjson is not an order." in said


def test_a_file_in_another_encoding_is_told(folder: Path, sandbox: Sandbox) -> None:
    text = (folder / "orders.ndjson").read_text(encoding="utf-8")
    (folder / "orders.ndjson").write_bytes(text.encode("utf-16"))
    status, said = push(folder, sandbox)
    assert status == 1
    assert "'utf-8' codec can't decode" in said
