"""No credential and no customer's data in any log, repr or exception, whatever the service answers."""

from __future__ import annotations

import logging
import pickle
import traceback
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
import pytest

from doubles.both_clients import KINDS, ClientKind, Driven
from doubles.fake_service import FakeService, ScriptedFault, answer_with
from orders.factory import order
from sendcloud_orders import BasicCredentials, Hooks, OAuth2Credentials, RetryPolicy, SendcloudError

PUBLIC, SECRET = "planted-public", "planted-hidden"
CUSTOMER = {
    "name": "Planted Person",
    "email": "planted@customer.example",
    "phone_number": "+31655500000",
    "street": "Plantedstraat",
    "city": "Plantedstad",
    "notes": "planted note",
    "item": "planted item",
    "property": "planted property",
    "tax": "PLANTED123B01",
}
BASIC = "cGxhbnRlZC1wdWJsaWM6cGxhbnRlZC1oaWRkZW4="
IN_URLS = [spell(value) for value in CUSTOMER.values() for spell in (quote, quote_plus)]
PLANTED = (PUBLIC, SECRET, BASIC, "planted-token", *CUSTOMER.values(), *IN_URLS)


def private(order_id: str = "A-1", **changes: Any) -> dict[str, Any]:
    one = order(order_id, **changes)
    one["customer_details"] = {name: CUSTOMER[name] for name in ("name", "email", "phone_number")}
    one["shipping_address"] = {
        "name": CUSTOMER["name"],
        "address_line_1": CUSTOMER["street"],
        "postal_code": "1011 AB",
        "city": CUSTOMER["city"],
        "country_code": "NL",
    }
    one["customs_details"] = {"tax_numbers": {"receiver": [{"value": CUSTOMER["tax"]}]}}
    one["order_details"]["notes"] = CUSTOMER["notes"]
    one["order_details"]["order_items"][0] |= {"name": CUSTOMER["item"], "properties": {"a": CUSTOMER["property"]}}
    return one


def gossip(request: httpx.Request) -> str:
    """Quote everything that the request held."""
    return f"{request.url} {dict(request.headers)} {request.content.decode()}"


def quoting(status: int, form: str) -> ScriptedFault:
    def fault(request: httpx.Request, carry_out: Any) -> httpx.Response:
        said = gossip(request)
        bodies: dict[str, Any] = {
            "envelope": {
                "errors": [{"status": "400", "code": "invalid", "title": said, "detail": said, "meta": {"input": said}}]
            },
            "pointer": {
                "errors": [{"code": "invalid", "detail": said, "source": {"pointer": "/data/attributes/[0]/id"}}]
            },
            "single": {"errors": {"detail": said}},
            "legacy": {"error": {"message": said}},
            "success": {"data": [{"id": said, "order_id": said, "order_number": said}]},
            "page": {"data": said},
            "shipment": {"data": dict.fromkeys(("shipment_id", "order_id", "order_number", "tracking_url"), said)},
            "list": {"data": [dict.fromkeys(("shipment_id", "order_id", "order_number", "tracking_url"), said)]},
        }
        if form == "html":
            return httpx.Response(status, html=f"<html>{said}</html>")
        return httpx.Response(status, json=bodies[form], headers={"X-Echo": "planted-public", "Retry-After": "1"})

    return fault


def failing_words(request: httpx.Request, carry_out: Any) -> httpx.Response:
    raise httpx.ReadError(gossip(request), request=request)


ANSWERS: dict[str, ScriptedFault] = {
    **{
        f"{status} {form}": quoting(status, form)
        for status in (400, 401, 404, 429, 500)
        for form in ("envelope", "html")
    },
    **{f"400 {form}": quoting(400, form) for form in ("pointer", "single", "legacy")},
    "200 success": quoting(200, "success"),
    "201 shipment": quoting(201, "shipment"),
    "201 list": quoting(201, "list"),
    "202 errors": quoting(202, "envelope"),
    "200 page": quoting(200, "page"),
    "200 html": quoting(200, "html"),
    "302": answer_with(lambda: httpx.Response(302, headers={"Location": f"https://other.example/?q={SECRET}"})),
    "lost": failing_words,
}


def check(told: list[str], answer: str) -> None:
    for planted in PLANTED:
        for text in told:
            assert planted.lower() not in text.lower(), f"{answer}: {planted} in {text[:2000]}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_nothing_private_is_told_whatever_the_service_answers(
    kind: ClientKind, answer: str, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    hooks = Hooks(
        request=lambda event: told.append(repr(event)),
        response=lambda event: told.append(repr(event)),
        retry=lambda event: told.append(repr(event)),
        batch=lambda outcome: told.append(repr(outcome)),
        labels=lambda outcome: told.append(repr(outcome)),
    )
    service = FakeService([ANSWERS[answer]] * 100)
    credentials = BasicCredentials(PUBLIC, SECRET)
    client = Driven(kind, service, credentials=credentials, hooks=hooks, retry=RetryPolicy(attempts=2))
    told += [repr(credentials), repr(client.client), str(vars(client.client)["_settings"])]
    update = {"customer_details": {"name": CUSTOMER["name"]}, "order_details": {"notes": CUSTOMER["notes"]}}
    with caplog.at_level(logging.DEBUG):
        for work in (
            lambda: client.upsert([private("A"), private("B")], on_rejected="isolate"),
            lambda: client.upsert_batch([private("A")]),
            lambda: list(client.list(order_number=CUSTOMER["name"], status=CUSTOMER["notes"])),
            lambda: list(client.changes(since=datetime(2026, 11, 2, tzinfo=UTC))),
            lambda: client.find(41, "A"),
            lambda: client.get(669),
            lambda: client.update(669, update, verify=True),
            lambda: client.delete(669),
            lambda: client.create_label(private("A")),
            lambda: client.create_labels([private("A"), private("B")]),
            lambda: client.integrations(),
            lambda: client.integration(41),
        ):
            try:
                result = work()
                told += [repr(result), str(result)]
            except SendcloudError as error:
                told += [
                    str(error),
                    repr(error),
                    *traceback.format_exception(error),
                    repr(error.report),
                    str(error.report),
                ]
                told += [repr(vars(pickle.loads(pickle.dumps(error))))]
    client.close()
    assert caplog.records
    check([*told, caplog.text, *(str(vars(record)) for record in caplog.records)], answer)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_private_is_told_of_orders_that_the_check_refuses(
    kind: ClientKind, caplog: pytest.LogCaptureFixture
) -> None:
    bad = private("A")
    bad["customer_details"]["name"] = [CUSTOMER["name"]]
    bad["shipping_address"]["email"] = CUSTOMER["name"]
    bad["shipping_address"]["country_code"] = None
    bad["order_details"]["order_created_at"] = CUSTOMER["notes"]
    bad["order_details"]["order_items"][0]["quantity"] = CUSTOMER["item"]
    odd = private("B", extra={"deep": CUSTOMER["name"] + "\ud800"})
    client = Driven(kind, FakeService(), credentials=BasicCredentials(PUBLIC, SECRET))
    told: list[str] = []
    with caplog.at_level(logging.DEBUG):
        for work in (
            lambda: client.upsert([bad, odd, CUSTOMER["name"]]),
            lambda: client.update(669, bad),
            lambda: client.update(CUSTOMER["name"], {"order_number": "1"}),
            lambda: client.get(CUSTOMER["email"]),
            lambda: list(client.list(integration=CUSTOMER["name"])),
            lambda: list(client.list(order_updated_at_min=CUSTOMER["name"])),
            lambda: client.changes(since=CUSTOMER["name"]),
        ):
            with pytest.raises(SendcloudError) as caught:
                work()
            told += [str(caught.value), repr(caught.value), *traceback.format_exception(caught.value)]
    client.close()
    # A traceback shows the lines of this test, which hold names of constants and none of their values.
    check([*told, caplog.text], "refused before sending")


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_is_not_told_either(kind: ClientKind, caplog: pytest.LogCaptureFixture) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "account.sendcloud.com":
            return httpx.Response(200, json={"access_token": "planted-token", "expires_in": 3600})
        return httpx.Response(403, json={"detail": request.headers["Authorization"]})

    client = Driven(kind, httpx.MockTransport(answer), credentials=OAuth2Credentials(PUBLIC, SECRET))
    with caplog.at_level(logging.DEBUG), pytest.raises(SendcloudError) as caught:
        client.get(669)
    client.close()
    check([str(caught.value), *traceback.format_exception(caught.value), caplog.text], "token")
