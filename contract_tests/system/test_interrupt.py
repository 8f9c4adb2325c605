"""A run that is stopped half-way takes back what it made."""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from doubles.process_group import started
from sendcloud_orders_sandbox import Policies, Rules, Sandbox

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "contract_tests" / "suite" / "test_pages.py"
PATIENCE = 120.0


DIRECT = (sys.executable, "-m", "pytest", str(TESTS), "-q", "-p", "no:cacheprovider", "-p", "no:verdict")


def through_tox(work: Path) -> tuple[str, ...]:
    """Return the command behind `make contract`, which leaves the reports of the run around this test alone."""
    own = ("-q", "-p", "no:cacheprovider", "-p", "no:verdict", f"--junitxml={work}/run.xml")
    return (sys.executable, "-m", "tox", "run", "-e", "contract", "--workdir", str(work), "--", *own, str(TESTS))


@pytest.mark.parametrize(
    ("number", "save_lag", "twice", "tox"),
    [
        pytest.param(signal.SIGINT, 1.0, False, False, id="SIGINT, saving lags"),
        pytest.param(signal.SIGTERM, 0.0, False, False, id="SIGTERM"),
        pytest.param(signal.SIGINT, 0.0, True, False, id="SIGINT, and once more while orders are taken back"),
        pytest.param(signal.SIGINT, 1.0, False, True, id="Ctrl-C of make contract"),
    ],
)
def test_an_interrupted_run_leaves_no_order_behind(
    number: signal.Signals, save_lag: float, twice: bool, tox: bool, tmp_path: Path
) -> None:
    reached, taking_back = threading.Event(), threading.Event()
    stored: list[int] = []

    class Watched(Rules):
        def upsert(self, body: Any) -> Any:
            references = super().upsert(body)
            if stored:
                reached.set()
            if len(body) == 100:
                stored.append(len(body))
                # The next batch is stored as well, and the run is interrupted while it waits for the answer.
                sandbox.faults.next("slow:60", method="POST")
            return references

        def delete(self, path_id: str) -> None:
            taking_back.set()
            super().delete(path_id)

    with Sandbox(policies=Policies(save_lag=save_lag), rules=Watched) as sandbox:
        environment = {**os.environ, **sandbox.environ, "TARGET": sandbox.base_url, "SENDCLOUD_PATIENCE": "5"}
        with started(through_tox(tmp_path) if tox else DIRECT, environment, ROOT) as run:
            assert reached.wait(PATIENCE), "the suite did not get half-way"
            os.killpg(run.pid, number)
            if twice:
                assert taking_back.wait(PATIENCE), "nothing was taken back"
                os.killpg(run.pid, number)
            output, _ = run.communicate(timeout=PATIENCE)
        assert run.returncode != 0, output
        assert tox or run.returncode == pytest.ExitCode.INTERRUPTED, output
        sandbox.advance(save_lag)
        assert sandbox.orders() == []
