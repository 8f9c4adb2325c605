"""Dictionaries and orjson on aiohttp, by hand; nothing is checked, and one request is in flight."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import orjson

from benchmark.orders import batches, dictionary

from . import AUTH, LIST_PATH, Done, Work

_JSON = {"Content-Type": "application/json"}


async def _open() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(auth=aiohttp.BasicAuth(*AUTH), raise_for_status=True)


@contextmanager
def upsert(url: str, _count: int) -> Iterator[Work]:
    """Dump a hundred dictionaries at a time."""

    async def send(numbers: range) -> Done:
        ids = 0
        for batch in batches(numbers):
            body = orjson.dumps([dictionary(number) for number in batch])
            async with session.post(f"{url}/orders", data=body, headers=_JSON) as answer:
                ids += sum(row["id"] for row in orjson.loads(await answer.read())["data"])
        return Done(ids)

    with asyncio.Runner() as loop:
        session = loop.run(_open())
        yield lambda numbers: loop.run(send(numbers))
        loop.run(session.close())


@contextmanager
def list_orders(url: str, _count: int) -> Iterator[Work]:
    """Load each page."""

    async def read() -> Done:
        ids, place = 0, f"{url}{LIST_PATH}"
        while place:
            async with session.get(place) as answer:
                ids += sum(row["id"] for row in orjson.loads(await answer.read())["data"])
                place = str(answer.links.get("next", {}).get("url", ""))
        return Done(ids)

    with asyncio.Runner() as loop:
        session = loop.run(_open())
        yield lambda _: loop.run(read())
        loop.run(session.close())
