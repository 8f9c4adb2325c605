"""Do one job for many names side by side, each in a process of its own that costs no fresh start of Python."""

import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")
# Beyond the time of the slowest server that is correct: only a job that hangs gets there.
LIMIT = 400.0
TOLD = 2000


@dataclass(frozen=True)
class Done(Generic[T]):
    """What came of one job.

    result: None when the job hung or its process died.
    printed: the end of what it printed.
    """

    name: str
    result: T | None
    printed: str


def run(
    job: Callable[[str], T], names: Sequence[str], preload: Sequence[str], jobs: int | None = None, limit: float = LIMIT
) -> Iterator[Done[T]]:
    """Do the job for each name, in the sequence of the names.

    preload: modules that are imported once, before the processes are forked off.
    jobs: how many at a time; one more than there are cores, if None, since some of the servers keep one waiting.
    limit: seconds after which a job is ended.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    with ThreadPoolExecutor(jobs or (os.cpu_count() or 1) + 1) as pool, tempfile.TemporaryDirectory() as scratch:
        outputs = [Path(scratch) / f"{number}.txt" for number in range(len(names))]
        yield from pool.map(lambda name, output: _apart(context, job, name, output, limit), names, outputs)


def _apart(context: ForkServerContext, job: Callable[[str], T], name: str, output: Path, limit: float) -> Done[T]:
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(job, name, str(output), sender), daemon=True)
    process.start()
    sender.close()
    try:
        result: T | None = receiver.recv() if receiver.poll(limit) else None
    except EOFError:
        result = None
    finally:
        process.kill()
        process.join()
        receiver.close()
    printed = output.read_text(encoding="utf-8", errors="replace") if output.exists() else ""
    return Done(name, result, printed[-TOLD:])


def _work(job: Callable[[str], T], name: str, output: str, sender: Connection) -> None:
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sender.send(job(name))
    sender.close()
