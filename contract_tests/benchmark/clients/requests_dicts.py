"""Dictionaries and the standard library's json on requests, by hand; nothing is checked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from benchmark.orders import batches, dictionary

from . import AUTH, LIST_PATH, Done, Work

_JSON = {"Content-Type": "application/json"}


@contextmanager
def upsert(url: str, _count: int) -> Iterator[Work]:
    """Dump a hundred dictionaries at a time."""

    def send(batch: range) -> int:
        body = json.dumps([dictionary(number) for number in batch])
        answer = session.post(f"{url}/orders", data=body, headers=_JSON)
        answer.raise_for_status()
        return sum(row["id"] for row in answer.json()["data"])

    with requests.Session() as session:
        session.auth = AUTH
        yield lambda numbers: Done(sum(map(send, batches(numbers))))


@contextmanager
def list_orders(url: str, _count: int) -> Iterator[Work]:
    """Load each page."""

    def run(_numbers: range) -> Done:
        ids, place = 0, f"{url}{LIST_PATH}"
        while place:
            answer = session.get(place)
            answer.raise_for_status()
            ids += sum(row["id"] for row in answer.json()["data"])
            place = answer.links.get("next", {}).get("url", "")
        return Done(ids)

    with requests.Session() as session:
        session.auth = AUTH
        yield run
