"""A missing order and a wrong base URL both come as a 404: only one of them says that an order is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from doubles.both_clients import KINDS, ClientKind, Driven
from doubles.fake_service import FakeService, ScriptedFault, answer_with, error, lost_after
from orders.factory import order
from sendcloud_orders import (
    APIStatusError,
    ConfigurationError,
    NotFoundError,
    NotYetAvailable,
    UnknownAddressError,
    UpdateNotApplied,
)

Connect = Callable[[FakeService], Driven]


@pytest.fixture(params=KINDS)
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    kind: ClientKind = request.param
    opened: list[Driven] = []

    def connected(service: FakeService) -> Driven:
        opened.append(Driven(kind, service))
        return opened[-1]

    yield connected
    for client in opened:
        client.close()


def no_such_page(**content: Any) -> ScriptedFault:
    return answer_with(lambda: httpx.Response(404, **content))


WRONG_ADDRESSES = {
    "a page": no_such_page(html="<html><h1>Not Found</h1></html>"),
    "nothing": no_such_page(),
    "a framework": no_such_page(json={"detail": "Not Found"}),
    "a gateway": no_such_page(json={"message": "no Route matched with those values"}),
    "the v2 API": no_such_page(json={"error": {"code": 404, "message": "Not Found", "request": "api/v2/orders"}}),
    "the service": answer_with(lambda: error(404, "The page you have requested could not be found.", code="not_found")),
}
WORK: dict[str, Callable[[Driven], object]] = {
    "get": lambda client: client.get(669),
    "find": lambda client: client.find(41, "A-1"),
    "list": lambda client: list(client.list()),
    "delete": lambda client: client.delete(669, missing_ok=True),
    "wait": lambda client: client.wait_until_available([669]),
    "update": lambda client: client.update(669, {"order_number": "1"}),
    "upsert": lambda client: client.upsert([order()]),
}


@pytest.mark.rule("GET-MISSING", "DELETE-MISSING")
@pytest.mark.parametrize("work", WORK)
@pytest.mark.parametrize("address", WRONG_ADDRESSES)
def test_a_server_that_knows_no_such_address_says_nothing_of_an_order(
    connect: Connect, address: str, work: str
) -> None:
    service = FakeService([WRONG_ADDRESSES[address]] * 20)
    with pytest.raises(UnknownAddressError, match="does the base URL end with /api/v3") as caught:
        WORK[work](connect(service))
    assert isinstance(caught.value, APIStatusError)
    assert isinstance(caught.value, ConfigurationError)
    assert not isinstance(caught.value, NotFoundError)
    assert len(service.sent) == 1


@pytest.mark.rule("DELETE-MISSING")
@pytest.mark.parametrize("address", WRONG_ADDRESSES)
def test_a_delete_that_got_lost_has_not_succeeded_because_a_page_is_missing(connect: Connect, address: str) -> None:
    with pytest.raises(UnknownAddressError):
        connect(FakeService([lost_after, WRONG_ADDRESSES[address]])).delete(669)


@pytest.mark.rule("PATCH-RESULT")
def test_a_read_back_does_not_wait_for_a_page_that_is_missing(connect: Connect) -> None:
    service = FakeService()
    client = connect(service)
    [accepted] = client.upsert([order()]).accepted
    service.faults = iter([None, WRONG_ADDRESSES["a page"]])
    with pytest.raises(UnknownAddressError):
        client.update(accepted.id, {"order_number": "1"}, verify=True)
    assert len(service.sent) == 3


def test_the_v2_api_is_called_by_its_name(connect: Connect) -> None:
    with pytest.raises(UnknownAddressError, match="the form of the v2 API: the base URL should end with /api/v3"):
        connect(FakeService([WRONG_ADDRESSES["the v2 API"]])).get(669)


OTHER_WORDS = {
    "other words": answer_with(lambda: error(404, "Geen bestelling gevonden", code="geen")),
    "a single error": no_such_page(json={"errors": {"status": 404, "title": "Gone", "detail": None}}),
}


@pytest.mark.rule("GET-MISSING", "DELETE-MISSING")
@pytest.mark.parametrize("words", OTHER_WORDS)
def test_an_order_is_gone_in_whatever_words_the_service_says_so(connect: Connect, words: str) -> None:
    missing = OTHER_WORDS[words]
    connect(FakeService([missing])).delete(669, missing_ok=True)
    connect(FakeService([lost_after, missing])).delete(669)
    for operation in ("get", "delete"):
        with pytest.raises(NotFoundError):
            getattr(connect(FakeService([missing])), operation)(669)
    with pytest.raises(NotYetAvailable):
        connect(FakeService([missing] * 20)).wait_until_available([669], timeout=5)
    service = FakeService()
    client = connect(service)
    [accepted] = client.upsert([order()]).accepted
    service.faults = iter([None, *[missing] * 20])
    with pytest.raises(UpdateNotApplied):
        client.update(accepted.id, {"order_number": "1"}, verify=True, verify_timeout=5)
