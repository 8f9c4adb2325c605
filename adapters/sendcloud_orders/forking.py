"""What belongs to one process: a child that comes out of a fork gets its own.

Connections would be read by two processes at once, a lock that another thread held would never be released, and a
database that both close is damaged. So whoever owns such a thing is told, in the child, before anything else runs.
"""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class BelongsToProcess(Protocol):
    """An owner of connections, locks or files."""

    def after_fork(self) -> None:
        """Let go of what is the parent's, in the child, without touching it."""
        ...


_owners: WeakSet[BelongsToProcess] = WeakSet()


def renew_after_fork(owner: BelongsToProcess) -> None:
    """Call `owner.after_fork` in each child of this process, for as long as the owner lives."""
    _owners.add(owner)


def _renew_all() -> None:
    for owner in list(_owners):
        owner.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all)
