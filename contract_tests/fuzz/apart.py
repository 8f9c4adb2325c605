"""Fuzz our own mock and sandbox, each in a process of its own, beside the tests that go on meanwhile."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Self

from doubles.prism import SPEC, Prism
from fuzz.findings import FuzzReport
from fuzz.running import FuzzError, run, sent
from sendcloud_orders_sandbox import Credentials, Policies, Sandbox

KEYS = ("fuzz-public-key-1f6e", "fuzz-secret-key-9c02")


def fuzz_mock(folder: Path) -> FuzzReport:
    """Fuzz a Prism that is started for it, and leave the reports in `folder`."""
    with Prism.mock() as mock:
        return run("mock", mock.base_url, KEYS, SPEC, folder)


def fuzz_sandbox(folder: Path) -> FuzzReport:
    """Fuzz a sandbox that is started for it, and leave the reports in `folder`."""
    # What the service does with one key twice in a batch, and with an `id` that names no order, is not documented: the
    # spec allows both, and a sandbox that refuses them would hide what else such a request meets. So it is with labels.
    # Of a sort that is not known the spec says that it may be refused, so that it is wrong to send one.
    policies = Policies(
        key_twice="last",
        unknown_id="create",
        label_wrong_dpi="adjust",
        label_negative_price="accept",
        label_unknown_item="accept",
        wrong_integration_sort="reject",
    )
    with Sandbox(policies=policies, credentials=Credentials(*KEYS)) as sandbox:
        return run("sandbox", sandbox.base_url, KEYS, SPEC, folder, integrations=sandbox.integrations)


TARGETS = {"mock": fuzz_mock, "sandbox": fuzz_sandbox}


@dataclass(eq=False)
class FuzzRun:
    """A run that was started, and ends with its report or with `stop`."""

    target: str
    folder: Path
    process: BaseProcess
    result: Connection
    began: float = field(default_factory=time.monotonic)

    @classmethod
    def start(cls, target: str, job: Callable[[Path], object], folder: Path) -> Self:
        """Start the job, which makes the report of this target, in a process of its own."""
        # A fresh process: a forked one would share the sockets and locks of the tests' servers.
        context = multiprocessing.get_context("spawn")
        result, sender = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(job, folder, sender), daemon=True)
        process.start()
        sender.close()
        return cls(target, folder, process, result)

    def report(self) -> FuzzReport:
        """Wait for the report.

        Raises what the run raised, or `FuzzError` when its process died.
        """
        try:
            found = self.result.recv()
        except EOFError:
            raise FuzzError(f"The process that fuzzed the {self.target} died.") from None
        if isinstance(found, BaseException):
            raise found
        assert isinstance(found, FuzzReport)
        return found

    def __str__(self) -> str:
        return f"{self.target} {sent(self.target, self.folder)} requests"

    @property
    def ended(self) -> bool:
        """Whether there is a report, or no hope of one."""
        return self.result.closed or self.result.poll()

    def stop(self) -> None:
        """End the run, and all that it started."""
        with suppress(ProcessLookupError, PermissionError):
            # Schemathesis is in its group, and Prism ends with the process that started it.
            os.killpg(self.process.pid or 0, signal.SIGKILL)
        self.process.kill()
        self.process.join()
        self.result.close()


class FuzzRuns:
    """Runs side by side, each started once and ended at the end of a `with` block."""

    def __init__(self) -> None:
        self.runs: dict[str, FuzzRun] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for one in self.runs.values():
            one.stop()

    def start(self, targets: list[str], folder: Path) -> None:
        """Start those that were not started yet."""
        for target in targets:
            if target not in self.runs:
                self.runs[target] = FuzzRun.start(target, TARGETS[target], folder)

    def __str__(self) -> str:
        """Say how far those are that still run; empty when none does."""
        running = [one for one in self.runs.values() if not one.ended]
        if not running:
            return ""
        seconds = time.monotonic() - min(one.began for one in running)
        return f"fuzzing for {seconds:.0f} s: {', '.join(map(str, running))}"


def _work(job: Callable[[Path], object], folder: Path, sender: Connection) -> None:
    # A group of its own, to be ended as one.
    os.setsid()
    try:
        sender.send(job(folder))
    except Exception as error:
        sender.send(error)
