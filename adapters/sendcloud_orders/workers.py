"""Threads that make exchanges for the thread that owns an upsert, which alone plans, decides and writes down."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from .errors import ConfigurationError
from .recall import Recall, make_recallable

T = TypeVar("T")

# A wait is deaf to a signal that the system hands to another thread, on Windows to any: a Ctrl-C takes so long then.
_LOOK_UP = 0.5


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What came of a job: its result, or what it raised."""

    job: T
    result: Any = None
    error: BaseException | None = None


def do(perform: Callable[[T], Any], job: T) -> Done[T]:
    """Do a job, and keep what it raises for the one who asked for it."""
    try:
        return Done(job, perform(job))
    except BaseException as error:
        return Done(job, error=error)


class Workers(Generic[T]):
    """A few threads of one upsert, begun as they are needed.

    They are daemons: a program that ends waits for none of them. Each job runs in a copy of the context in which it
    was handed over. `done` is also where other threads may wake the owner, with anything.
    """

    def __init__(self, perform: Callable[[T], Any]) -> None:
        self.done: SimpleQueue[Any] = SimpleQueue()
        self._perform = perform
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._under_way: dict[int, Recall] = {}
        self._threads = 0
        self._process = os.getpid()

    def hand_over(self, job: T) -> None:
        """Have a thread do this; where none can be begun, do it here."""
        self._check_process()
        recall = Recall()
        self._under_way[id(job)] = recall
        context = copy_context()
        context.run(make_recallable, recall)
        if self._threads < len(self._under_way):
            try:
                threading.Thread(target=_work, args=(self._jobs,), name="sendcloud-orders", daemon=True).start()
                self._threads += 1
            except RuntimeError:  # the system has no more of them, or the interpreter is about to end
                if not self._threads:
                    return context.run(self._do, job)
        self._jobs.put(lambda: context.run(self._do, job))
        return None

    def wait(self, timeout: float | None = None) -> Any:
        """Give the next `Done`, or what the owner was woken with; None when nothing came within `timeout` seconds."""
        self._check_process()
        while True:
            try:
                told = self.done.get(timeout=_LOOK_UP if timeout is None else timeout)
            except Empty:
                if timeout is not None:
                    return None
            else:
                if isinstance(told, Done):
                    del self._under_way[id(told.job)]
                return told

    def dismiss(self) -> None:
        """Let the threads end; what they still do is given up, and not waited for."""
        if os.getpid() != self._process:
            # The threads, and the connections that a recall would cut, are the parent's.
            return
        for recall in self._under_way.values():
            recall.make()
        for _ in range(self._threads):
            self._jobs.put(None)

    def _do(self, job: T) -> None:
        self.done.put(do(self._perform, job))

    def _check_process(self) -> None:
        if os.getpid() != self._process:
            raise ConfigurationError(
                "This upsert was begun by the parent of this process, before a fork, and goes on there. Begin one of "
                "its own in each child."
            )


def _work(jobs: SimpleQueue[Callable[[], None] | None]) -> None:
    while job := jobs.get():
        job()
        # A thread that waits keeps nothing of the call that it made.
        del job
