"""Run one test on the blocking and on the asynchronous client: a face that blocks, whichever is behind it."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import cycle
from typing import Any, Literal, Self

import httpx

from doubles.fake_service import FakeService
from sendcloud_orders import AsyncOrdersClient, BasicCredentials, Clock, OrdersClient, Pace

ClientKind = Literal["blocking", "async"]
KINDS: tuple[ClientKind, ...] = ("blocking", "async")


class Stopwatch:
    """A clock that only sleeping moves, and that remembers each sleep; chance is a fixed round of numbers."""

    def __init__(self) -> None:
        self.now = 5000.0
        self.slept: list[float] = []
        chances = cycle((0.5, 0.9, 0.1))
        self.clock = Clock(
            monotonic=lambda: self.now,
            wall=lambda: 1_790_000_000 + self.now,
            sleep=self.sleep,
            sleep_async=self.sleep_async,
            random=lambda: next(chances),
        )

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


class Driven:
    """A client of either kind; its methods block, its iterators are plain, and batches go out one at a time.

    It speaks to a fake service, through a transport of its kind, or with None through the network.

    Loosely typed, for it stands for two classes; what the classes promise is checked elsewhere.
    """

    def __init__(
        self,
        kind: ClientKind,
        service: FakeService | httpx.BaseTransport | httpx.AsyncBaseTransport | None,
        **settings: Any,
    ) -> None:
        self.watch = Stopwatch()
        settings = {"pace": Pace.unlimited(), "clock": self.watch.clock, **settings}
        credentials = settings.pop("credentials", None) or BasicCredentials("public", "hidden")
        transport: Any = service.transport if isinstance(service, FakeService) else service
        self.kind = kind
        self.runner = asyncio.Runner()
        self.left_open: list[Any] = []
        self.client: Any
        if kind == "blocking":
            self.client = OrdersClient(credentials, transport=transport, **settings)
        else:
            self.client = AsyncOrdersClient(credentials, transport=transport, **settings)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self.client, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            if name in ("upsert", "upsert_iter"):
                kwargs.setdefault("concurrency", 1)
            found = method(*args, **kwargs)
            if inspect.isawaitable(found):
                return self.runner.run(_awaited(found))
            return self._blocking(found) if isinstance(found, AsyncIterator) else found

        return call

    def changes(self, **options: Any) -> ChangesReader:
        """Read changes; the reader tells where it stands."""
        return ChangesReader(self, self.client.changes(**options))

    def _blocking(self, found: AsyncIterator[Any]) -> Iterator[Any]:
        self.left_open.append(found)
        while True:
            try:
                yield self.runner.run(_awaited(anext(found)))
            except StopAsyncIteration:
                return

    def stop(self, iterator: Any) -> None:
        """Close an iterator before its end."""
        if self.kind == "async":
            self.runner.run(_awaited(self.left_open.pop().aclose()))
        else:
            iterator.close()

    def close(self) -> None:
        for found in self.left_open:
            self.runner.run(_awaited(found.aclose()))
        closing = self.client.close()
        if inspect.isawaitable(closing):
            self.runner.run(_awaited(closing))
        self.runner.close()


class ChangesReader:
    """The changes that a client of either kind finds; a plain iterator."""

    def __init__(self, client: Driven, changes: Any) -> None:
        self._client = client
        self.changes = changes

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        if self._client.kind == "blocking":
            return next(self.changes)
        try:
            return self._client.runner.run(_awaited(anext(self.changes)))
        except StopAsyncIteration:
            raise StopIteration from None

    @property
    def token(self) -> str:
        return str(self.changes.token)


Connect = Callable[..., Driven]
"""Makes a client of the kind under test, of a service and settings."""


async def _awaited(found: Any) -> Any:
    return await found
