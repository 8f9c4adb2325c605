"""Our clients, each as a user would call it, with no pace to keep them back unless the pace is what is measured."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count as counting
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmark.orders import Models, dictionary
from benchmark.rows import FACTOR
from sendcloud_orders import (
    AsyncOrdersClient,
    BasicCredentials,
    OrdersClient,
    Pace,
    PaceLimits,
    UpsertReport,
)
from sendcloud_orders_api import models

from . import AUTH, Done, Work

CREDENTIALS = BasicCredentials(*AUTH)
_model = Models(models).order


def _done(report: UpsertReport) -> Done:
    report.raise_for_rejected()
    return Done(sum(one.id for one in report.accepted), report)


@contextmanager
def _upserting(
    url: str, order: Callable[[int], Any], *, pace: Pace | None = None, as_list: bool = False, **options: Any
) -> Iterator[Work]:
    kind: Callable[[Iterable[Any]], Iterable[Any]] = list if as_list else iter
    with OrdersClient(CREDENTIALS, base_url=url, pace=pace or Pace.unlimited()) as client:
        yield lambda numbers: _done(client.upsert(kind(map(order, numbers)), **options))


@contextmanager
def _upserting_asynchronously(url: str, pace: Pace | None = None) -> Iterator[Work]:
    with asyncio.Runner() as loop:
        client = AsyncOrdersClient(CREDENTIALS, base_url=url, pace=pace or Pace.unlimited())
        try:
            yield lambda numbers: _done(loop.run(client.upsert(map(_model, numbers), concurrency=4)))
        finally:
            loop.run(client.close())


@contextmanager
def upsert(url: str, _count: int) -> Iterator[Work]:
    """Upsert models from a generator, with all checks."""
    with _upserting(url, _model) as run:
        yield run


@contextmanager
def upsert_unchecked(url: str, _count: int) -> Iterator[Work]:
    """Upsert models without the check."""
    with _upserting(url, _model, check=False) as run:
        yield run


@contextmanager
def upsert_dicts(url: str, _count: int) -> Iterator[Work]:
    """Upsert dictionaries, with all checks."""
    with _upserting(url, dictionary) as run:
        yield run


@contextmanager
def upsert_list(url: str, _count: int) -> Iterator[Work]:
    """Upsert a list of models, which is checked whole before the first request."""
    with _upserting(url, _model, as_list=True) as run:
        yield run


@contextmanager
def upsert_journal(url: str, _count: int) -> Iterator[Work]:
    """Upsert models with a journal, a new one each time."""
    with (
        TemporaryDirectory() as folder,
        OrdersClient(CREDENTIALS, base_url=url, pace=Pace.unlimited()) as client,
    ):
        fresh = (Path(folder) / f"{number}.sqlite" for number in counting())
        yield lambda numbers: _done(client.upsert(map(_model, numbers), journal=next(fresh)))


@contextmanager
def upsert_async(url: str, _count: int) -> Iterator[Work]:
    """Upsert models with the asynchronous client, four batches in flight."""
    with _upserting_asynchronously(url) as run:
        yield run


@contextmanager
def upsert_paced(url: str, _count: int) -> Iterator[Work]:
    """Upsert models at the documented limits, in scaled time."""
    with _upserting(url, _model, pace=Pace(PaceLimits().faster(FACTOR))) as run:
        yield run


@contextmanager
def upsert_paced_async(url: str, _count: int) -> Iterator[Work]:
    """Upsert models at the documented limits with the asynchronous client, in scaled time."""
    with _upserting_asynchronously(url, Pace(PaceLimits().faster(FACTOR))) as run:
        yield run


@contextmanager
def list_orders(url: str, _count: int) -> Iterator[Work]:
    """List orders as models."""
    with OrdersClient(CREDENTIALS, base_url=url, pace=Pace.unlimited()) as client:
        yield lambda _: Done(sum(order.id for order in client.list(page_size=200)))
