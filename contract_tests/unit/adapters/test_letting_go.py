"""After an exchange nothing of its answer stays but what the caller holds, and no collector is needed for that."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from doubles.both_clients import KINDS, Driven
from doubles.loopback import Connection, Loopback, answer
from orders.factory import order
from sendcloud_orders import ContractError, Hooks, NotFoundError, Page, RetryPolicy, ServerError, TransportError
from sendcloud_orders.attempts import Attempts
from sendcloud_orders.decoding import BodyReader
from sendcloud_orders.exchange import Answer, Exchange, Refused, Succeeded, Unreadable
from sendcloud_orders_api.models import OrderPage
from sendcloud_orders_api.types import Request

OF_AN_EXCHANGE = (
    *(Answer, Attempts, BodyReader, Exchange, OrderPage, Page, Refused, Request, Succeeded, Unreadable),
    *(httpx.Request, httpx.Response),
)
ROW = {"id": "669", **order()}
MUCH = 3_000_000


@contextmanager
def without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def alive() -> Counter[str]:
    return Counter(type(one).__name__ for one in gc.get_objects() if type(one) in OF_AN_EXCHANGE)


@contextmanager
def driven(kind: Any, url: str, **settings: Any) -> Iterator[Driven]:
    client = Driven(kind, None, base_url=url, retry=RetryPolicy(attempts=2), **settings)
    try:
        yield client
    finally:
        client.close()


def ask(client: Driven) -> type[Exception] | None:
    """Look an order up, and give the type of what it raises: a test's own hold on the error would keep the rest."""

    async def caught() -> type[Exception] | None:
        # Inside the event loop, which keeps what leaves it.
        try:
            await client.client.get(669)
        except Exception as error:
            return type(error)
        return None

    if client.kind == "async":
        return client.runner.run(caught())
    try:
        client.get(669)
    except Exception as error:
        return type(error)
    return None


FILLER = {"notes": "x" * MUCH}
STORED = {**ROW, "order_details": {**ROW["order_details"], **FILLER}}
FULL = answer(json.dumps({"data": STORED}).encode())
GONE = answer(json.dumps({"errors": [{"detail": "x" * MUCH}]}).encode(), status="404 Not Found")
BROKEN = answer(json.dumps({"errors": [{"detail": "x" * MUCH}]}).encode(), status="503 Unavailable")
UNLINKED = answer(json.dumps({"data": STORED}).encode(), "Link: <")
FOREIGN = answer(json.dumps({"data": STORED}).encode(), "Content-Encoding: br")
STRANGER = answer(json.dumps({"data": STORED | {"id": "670"}}).encode())
STRANGE = answer(json.dumps({"data": {**STORED, "id": []}}).encode())
CUT = FULL[: MUCH // 2]
CASES: dict[str, tuple[bytes, type[Exception] | None]] = {
    "an order": (FULL, None),
    "a header that cannot be read": (UNLINKED, None),
    "another coding": (FOREIGN, ContractError),
    "another order": (STRANGER, ContractError),
    "a refusal": (GONE, NotFoundError),
    "a failure after a retry": (BROKEN, ServerError),
    "an answer that cannot be read": (STRANGE, ContractError),
    "an answer that breaks off": (CUT, TransportError),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_an_answer_stays(kind: Any, case: str) -> None:
    given, expected = CASES[case]

    def serve(connection: Connection) -> None:
        while connection.request():
            connection.send(given)
            if given is CUT:
                return

    with Loopback(serve) as server, driven(kind, server.url) as client:
        assert ask(client) is expected
        with without_collector():
            # Other tests of this process may have left theirs.
            before = alive()
            tracemalloc.start()
            try:
                ask(client)
                held, _ = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
            assert alive() == before
    assert held < MUCH / 5


def page_of(number: int) -> bytes:
    following = [f'Link: </orders?cursor={number + 1}>; rel="next"'] if number < 3 else []
    return answer(json.dumps({"data": [ROW]}).encode(), *following)


@pytest.mark.parametrize("method", ["list", "pages"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_page_stays_while_the_next_one_is_fetched(kind: Any, method: str) -> None:
    alive_then: list[int] = []

    def serve(connection: Connection) -> None:
        for number in range(1, 4):
            connection.request()
            connection.send(page_of(number))

    def note(_: object) -> None:
        alive_then.append(alive()["Page"])

    async def walk(client: Driven) -> None:
        async for _ in getattr(client.client, method)():
            del _

    with Loopback(serve) as server, driven(kind, server.url, hooks=Hooks(request=note)) as client, without_collector():
        before = alive()["Page"]
        if kind == "async":
            client.runner.run(walk(client))
        else:
            deque(getattr(client.client, method)(), maxlen=0)
    assert alive_then == [before] * 3
