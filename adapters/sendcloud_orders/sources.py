"""The orders that a caller hands to a run: an iterable, plain or asynchronous, that may raise at any time."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping

import msgspec

from .arguments import reading, type_name
from .errors import InvalidOrders
from .report import UpsertReport


def refuse_single(orders: object, *, awaitable: bool = False, taken_by: str = "upsert or upsert_iter") -> None:
    """Raise `InvalidOrders` for what is not an iterable of orders.

    That is one order where several are wanted, something that holds none, or an asynchronous iterable where nobody
    awaits it (unless `awaitable`).
    """
    with reading("orders", InvalidOrders):
        plain = isinstance(orders, Iterable)
        asynchronous = isinstance(orders, AsyncIterable)
        single = isinstance(orders, Mapping | msgspec.Struct | str | bytes | bytearray | UpsertReport | type)
    if asynchronous and not plain and not awaitable:
        raise InvalidOrders(
            f"An asynchronous iterable of orders needs {taken_by} of AsyncOrdersClient; pass a list or another plain "
            "iterable."
        )
    if single or not (plain or asynchronous):
        raise InvalidOrders(f"Pass the orders as a list or another iterable, not as a single {type_name(orders)}.")


def guarded(orders: Iterable[object], fail: Callable[[Exception], None]) -> Iterator[object]:
    """Read the caller's iterable; what it raises goes to `fail`, and ends it."""
    try:
        yield from orders
    except Exception as error:
        fail(error)


async def guarded_async(orders: AsyncIterable[object], fail: Callable[[Exception], None]) -> AsyncIterator[object]:
    """Read an asynchronous iterable like `guarded`."""
    try:
        async for order in orders:
            yield order
    except Exception as error:
        fail(error)
