"""The ways to send and to list orders that are measured, one module a client.

A way is a context manager: what comes before its `yield` (opening, dictionaries that are ready) is not measured. It
gives a function that does the work for a range of order numbers, and returns what it did.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import NamedTuple, TypeAlias

AUTH = ("public", "secret")
LIST_PATH = "/orders?page_size=200"


class Done(NamedTuple):
    """What a way did: the sum of Sendcloud's ids in the answers, and what it holds in memory at its end."""

    ids: int
    kept: object = None


Work: TypeAlias = Callable[[range], Done]
Way: TypeAlias = Callable[[str, int], AbstractContextManager[Work]]
"""Takes the URL of the server and the highest number of an order."""
