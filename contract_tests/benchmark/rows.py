"""What is measured: each row is one way to do some work, in a fresh process each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["upsert", "list", "import"]

UPSERTED = 20_000
LISTED = 50_000
PACED = 30_000
LITTLE = 1_000
MUCH = 200_000
GROWTH = {1_000: 8, 10_000: 5, 100_000: 2, 1_000_000: 1}
"""The orders of a run, and how many runs are worth their time."""

FACTOR = 20.0
"""How many times as fast as life the limits are kept: a batch may then leave each 30 ms, and costs a few of them."""


@dataclass(frozen=True)
class Row:
    """One line of a table.

    name: `section/what`; rows of one section are compared, and run by turns. way: `module:function` of `clients`, or
    for an import the module. rounds: how many are enough, where a run is costly. factor: by how much the documented
    limits are kept faster; 0 where they are not kept.
    """

    name: str
    title: str
    kind: Kind
    way: str
    orders: int = 0
    rounds: int | None = None
    factor: float = 0.0

    @property
    def section(self) -> str:
        """The part of the name before the slash."""
        return self.name.partition("/")[0]


# Those whose distance no round could change take long, and so get few.
PEERS: dict[str, tuple[str, str, int | None]] = {
    "httpx": ("dicts + orjson on httpx", "httpx_dicts", None),
    "aiohttp": ("dicts + orjson on aiohttp", "aiohttp_dicts", None),
    "requests": ("dicts + json on requests", "requests_dicts", 3),
    "pydantic": ("pydantic models on httpx", "pydantic_models", 3),
    "stock": ("openapi-python-client, stock", "stock", 3),
}
DICT_PEERS = ("httpx", "aiohttp", "requests")

OURS = {
    "models": ("ours: models, all checks", "upsert"),
    "unchecked": ("ours: models, check=False", "upsert_unchecked"),
    "dicts": ("ours: dicts, all checks", "upsert_dicts"),
    "journal": ("ours: models, with a journal", "upsert_journal"),
    "as-list": ("ours: models, as a list", "upsert_list"),
    "async": ("ours: async client, 4 in flight", "upsert_async"),
}


def _upserts() -> Iterator[Row]:
    yield Row("upsert/limit", "limit: socket + orjson, ready dicts", "upsert", "limit:upsert", UPSERTED)
    for name, (title, function) in OURS.items():
        yield Row(f"upsert/{name}", title, "upsert", f"ours:{function}", UPSERTED)
    for name, (title, module, rounds) in PEERS.items():
        yield Row(f"upsert/{name}", title, "upsert", f"{module}:upsert", UPSERTED, rounds)


def _lists() -> Iterator[Row]:
    yield Row("list/limit", "limit: socket + orjson", "list", "limit:list_orders", LISTED)
    yield Row("list/models", OURS["models"][0], "list", "ours:list_orders", LISTED)
    for name, (title, module, rounds) in PEERS.items():
        yield Row(f"list/{name}", title, "list", f"{module}:list_orders", LISTED, rounds)


def _memory() -> Iterator[Row]:
    for count in (LITTLE, MUCH):
        yield Row(f"memory/upsert-{count}", f"upsert of {count:,}", "upsert", "ours:upsert", count, 2)
        yield Row(f"memory/list-{count}", f"listing of {count:,}", "list", "ours:list_orders", count, 2)


def _pace() -> Iterator[Row]:
    yield Row("pace/blocking", "blocking client", "upsert", "ours:upsert_paced", PACED, 2, FACTOR)
    yield Row("pace/async", "async client", "upsert", "ours:upsert_paced_async", PACED, 2, FACTOR)


ROWS = (
    *_upserts(),
    *_lists(),
    Row("import/httpx", "import httpx", "import", "httpx"),
    Row("import/ours", "import sendcloud_orders", "import", "sendcloud_orders"),
    # What the first name that is asked for brings in.
    Row("import/client", "import its blocking client", "import", "sendcloud_orders.client"),
    *_memory(),
    *_pace(),
    *(Row(f"growth/{n}", f"upsert of {n:,}", "upsert", "ours:upsert", n, rounds) for n, rounds in GROWTH.items()),
)
