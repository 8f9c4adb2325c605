"""Whoever waits for a run is told which test takes long, and how far the run is."""

import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path

import pytest

PATIENCE = 60.0
RUN = """
import pytest
from runs.progress import NOTES, Progress

class Own:
    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config):
        config.stash[NOTES] = [lambda: "fuzzing, 7 requests", lambda: ""]
        config.pluginmanager.register(Progress(config, quiet=0.05))

pytest.main(["-p", "no:cacheprovider", "test_steps.py"], plugins=[Own()])
"""
STEPS = """
def test_short(): print("of the test")

def test_long():
    with open("go") as gate:
        gate.read()

def test_after(): pass
"""


@pytest.mark.parametrize("terminal", [True, False], ids=["in a terminal", "piped"])
def test_a_long_test_is_named_while_it_runs_and_not_only_afterwards(tmp_path: Path, terminal: bool) -> None:
    (tmp_path / "test_steps.py").write_text(STEPS)
    gate = tmp_path / "go"
    os.mkfifo(gate)
    ours, theirs = pty.openpty() if terminal else os.pipe()
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    run = subprocess.Popen([sys.executable, "-c", RUN], cwd=tmp_path, stdout=theirs, env=environment)
    os.close(theirs)
    try:
        printed = b""
        while printed.count(b"s in test_steps.py::test_long") < 2:
            more = _read(ours)
            assert more, printed
            printed += more
        # Only now does the long test end.
        gate.write_text("go")
        while more := _read(ours):
            printed += more
        assert run.wait(PATIENCE) == 0
    finally:
        run.kill()
        run.wait()
        os.close(ours)
    lines = printed.decode().splitlines()
    told = [line for line in lines if line.startswith("  ... ")]
    assert any(re.fullmatch(r"  \.\.\. 1/3 tests, \d+ s in test_steps\.py::test_long", line) for line in told)
    assert "  ... fuzzing, 7 requests" in told
    assert "of the test" not in printed.decode()
    assert [line for line in told if len(line) > 80 or not line.isprintable()] == []
    assert terminal or b"\x1b" not in printed
    assert "3 passed" in lines[-1]


def _read(descriptor: int) -> bytes:
    assert select.select([descriptor], [], [], PATIENCE)[0], "nothing was printed"
    try:
        return os.read(descriptor, 4096)
    except OSError:
        # What a terminal says at its end.
        return b""
