"""Dictionaries and orjson on httpx, by hand; nothing is checked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import orjson

from benchmark.orders import batches, dictionary

from . import AUTH, LIST_PATH, Done, Work

_JSON = {"Content-Type": "application/json"}


@contextmanager
def upsert(url: str, _count: int) -> Iterator[Work]:
    """Dump a hundred dictionaries at a time."""

    def send(batch: range) -> int:
        body = orjson.dumps([dictionary(number) for number in batch])
        answer = http.post("/orders", content=body, headers=_JSON).raise_for_status()
        return sum(row["id"] for row in orjson.loads(answer.content)["data"])

    with httpx.Client(base_url=url, auth=AUTH) as http:
        yield lambda numbers: Done(sum(map(send, batches(numbers))))


@contextmanager
def list_orders(url: str, _count: int) -> Iterator[Work]:
    """Load each page."""

    def run(_numbers: range) -> Done:
        ids, path = 0, LIST_PATH
        while path:
            answer = http.get(path).raise_for_status()
            ids += sum(row["id"] for row in orjson.loads(answer.content)["data"])
            path = answer.links.get("next", {}).get("url", "")
        return Done(ids)

    with httpx.Client(base_url=url, auth=AUTH) as http:
        yield run
