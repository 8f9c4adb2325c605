"""How the generated client sends, in each of its four forms."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sendcloud_orders_api import AuthenticatedClient, Client
from sendcloud_orders_api.api.orders import get_order, list_orders
from sendcloud_orders_api.errors import UnreadableResponse
from sendcloud_orders_api.models import ErrorResponse, OrderPage
from sendcloud_orders_api.types import Response

SECRET = "planted-secret"
BASE = "https://service.invalid/api/v3"
EMPTY = {"status_code": 200, "json": {"data": []}}


def list_in_every_form(answer: dict[str, Any]) -> list[Any]:
    """Ask for a page in all four forms, of a service that always gives the same answer."""
    transport = httpx.MockTransport(lambda request: httpx.Response(**answer))

    def client() -> AuthenticatedClient:
        return AuthenticatedClient(base_url=BASE, token=SECRET, httpx_args={"transport": transport})

    async def later() -> list[Any]:
        async with client() as opened:
            return [await list_orders.asyncio_detailed(client=opened), await list_orders.asyncio(client=opened)]

    with client() as opened:
        now: list[Any] = [list_orders.sync_detailed(client=opened), list_orders.sync(client=opened)]
    return now + asyncio.run(later())


def test_every_form_gives_the_same_result() -> None:
    detailed, plain, detailed_later, plain_later = list_in_every_form(EMPTY)
    assert plain == plain_later == detailed.parsed == detailed_later.parsed == OrderPage(data=[])
    assert (detailed.status_code, json.loads(detailed.content)) == (200, {"data": []})


def test_status_520_is_an_answer_like_any_other() -> None:
    error = {"errors": [{"status": "520", "code": "error", "detail": "Odd."}]}
    detailed, plain, *_ = list_in_every_form({"status_code": 520, "json": error})
    assert (type(detailed.status_code), detailed.status_code) == (int, 520)
    assert isinstance(plain, ErrorResponse)


def test_html_with_status_200_names_status_and_type() -> None:
    with pytest.raises(UnreadableResponse) as caught:
        list_in_every_form({"status_code": 200, "html": "<html></html>"})
    assert (caught.value.status_code, caught.value.content_type) == (200, "text/html; charset=utf-8")


def sent_by(client: Client) -> httpx.Request:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"data": []})

    client.httpx_args = {"transport": httpx.MockTransport(answer)}
    client.send(list_orders.build_request(), list_orders.parse_response)
    return seen[0]


def test_the_token_goes_into_the_header() -> None:
    assert sent_by(AuthenticatedClient(base_url=BASE, token="t")).headers["authorization"] == "Bearer t"
    custom = AuthenticatedClient(base_url=BASE, token="t", prefix="", auth_header_name="X-Key")
    assert sent_by(custom).headers["x-key"] == "t"


@pytest.mark.parametrize(
    "change",
    [
        lambda client: client.with_headers({"X-New": "1"}),
        lambda client: client.with_cookies({"new": "1"}),
        lambda client: client.with_timeout(1),
    ],
)
def test_a_changed_client_is_a_new_one_and_the_old_one_stays_as_it_was(
    change: Callable[[AuthenticatedClient], AuthenticatedClient],
) -> None:
    client = AuthenticatedClient(base_url=BASE, token=SECRET, headers={"X-Old": "1"})
    pool = client.get_httpx_client()
    before = (dict(pool.headers), dict(pool.cookies), pool.timeout)
    changed = change(client)
    assert (dict(pool.headers), dict(pool.cookies), pool.timeout) == before
    assert changed.get_httpx_client() is not pool
    assert changed.token == SECRET
    new = changed.get_httpx_client()
    assert (dict(new.headers), dict(new.cookies), new.timeout) != before


def test_the_repr_of_a_client_shows_no_credential() -> None:
    client = AuthenticatedClient(
        base_url=f"https://user:{SECRET}@service.invalid/api/v3?key={SECRET}",
        token=SECRET,
        headers={"X-Key": SECRET},
        cookies={"session": SECRET},
        httpx_args={"auth": ("public", SECRET)},
    )
    shown = f"{client!r} {client.with_headers({'X': SECRET})!r} {client.get_httpx_client()!r}"
    assert SECRET not in shown
    assert "service.invalid" in shown


def test_the_repr_of_a_response_shows_no_customer_data() -> None:
    response: Response[str] = Response(status_code=200, content=b"Jane", headers={"X": "Jane"}, parsed="Jane")
    assert repr(response) == "Response(status_code=200)"


def test_a_client_does_not_wait_for_ever() -> None:
    assert Client(base_url=BASE).get_httpx_client().timeout.read is not None


def test_a_client_of_httpx_can_be_given() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(404, json={"errors": []}))
    with httpx.Client(base_url=BASE, transport=transport) as given:
        client = AuthenticatedClient(base_url=BASE, token=SECRET).set_httpx_client(given)
        assert get_order.sync(669, client=client) == ErrorResponse(errors=[])
