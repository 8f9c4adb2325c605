"""A fuzz run beside the tests hands over what came of it, is started for chosen tests alone, and can be ended."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fuzz import FuzzError
from fuzz.apart import FuzzRun, FuzzRuns
from fuzz.running import COUNT
from system.conftest import wanted


@pytest.fixture
def runs() -> Any:
    with FuzzRuns() as started:
        yield started


def begun(runs: FuzzRuns, job: Callable[..., object], folder: Path) -> FuzzRun:
    runs.runs["mock"] = FuzzRun.start("mock", job, folder)
    return runs.runs["mock"]


def test_what_the_run_raises_is_raised_where_the_report_is_wanted(runs: FuzzRuns, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        begun(runs, Path.read_bytes, tmp_path / "missing").report()


def test_a_run_that_dies_is_an_error(runs: FuzzRuns, tmp_path: Path) -> None:
    with pytest.raises(FuzzError, match="that fuzzed the mock died"):
        begun(runs, sys.exit, tmp_path).report()


def test_a_run_that_is_stopped_takes_what_it_started_with_it(tmp_path: Path) -> None:
    gate, program = tmp_path / "gate", tmp_path / "program"
    os.mkfifo(gate)
    program.write_text(f"#!/bin/sh\ncat '{gate}'\n")
    program.chmod(0o755)
    with FuzzRuns() as runs:
        begun(runs, subprocess.check_call, program)
        # Open as soon as the program reads.
        writer = gate.open("wb", buffering=0)
    with writer, pytest.raises(BrokenPipeError):
        writer.write(b"anybody?")


def test_a_run_tells_how_many_requests_it_has_sent(tmp_path: Path) -> None:
    process: Any = None
    (tmp_path / COUNT.format("mock")).write_bytes(b"...")
    assert str(FuzzRun("mock", tmp_path, process, process)) == "mock 3 requests"


def test_nothing_is_told_of_runs_that_ended(runs: FuzzRuns, tmp_path: Path) -> None:
    with pytest.raises(FuzzError):
        begun(runs, sys.exit, tmp_path).report()
    assert str(runs) == ""


@pytest.mark.parametrize(
    ("params", "targets"),
    [([{"report": "sandbox"}] * 2, ["sandbox"]), ([{"target": "mock"}, {"report": "x"}, None], [])],
)
def test_only_a_server_that_a_chosen_test_is_about_is_fuzzed(params: list[Any], targets: list[str]) -> None:
    items = [SimpleNamespace(callspec=SimpleNamespace(params=one)) if one else SimpleNamespace() for one in params]
    session: Any = SimpleNamespace(items=items)
    assert wanted(session) == targets
