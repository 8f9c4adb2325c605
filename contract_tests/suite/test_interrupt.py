"""A run that is stopped half-way takes back what it made."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from sendcloud_orders_sandbox import Policies, Rules, Sandbox

TESTS = Path(__file__).with_name("test_list.py")
PATIENCE = 120.0


@pytest.mark.parametrize(
    ("number", "save_lag"),
    [pytest.param(signal.SIGINT, 1.0, id="SIGINT, saving lags"), pytest.param(signal.SIGTERM, 0.0, id="SIGTERM")],
)
def test_an_interrupted_run_leaves_no_order_behind(number: signal.Signals, save_lag: float) -> None:
    reached = threading.Event()
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

    with Sandbox(policies=Policies(save_lag=save_lag), rules=Watched) as sandbox:
        environment = {**os.environ, **sandbox.environ, "TARGET": sandbox.base_url, "SENDCLOUD_PATIENCE": "5"}
        command = [sys.executable, "-m", "pytest", str(TESTS), "-q", "-p", "no:cacheprovider", "-p", "no:verdict"]
        run = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            assert reached.wait(PATIENCE), "the suite did not get half-way"
            run.send_signal(number)
            output, _ = run.communicate(timeout=PATIENCE)
        finally:
            run.kill()
            run.wait()
        assert run.returncode == pytest.ExitCode.INTERRUPTED, output
        sandbox.advance(save_lag)
        assert sandbox.orders() == []
