"""What the generated client puts on the wire, shown without one."""

import copy
import json
import pickle
from datetime import UTC, date, datetime
from uuid import UUID

import httpx
import pytest

import schemas
from sendcloud_orders_api.api.orders import delete_order, get_order, list_orders, update_order, upsert_orders
from sendcloud_orders_api.models import OrderInput, OrderUpdate
from sendcloud_orders_api.types import Request, decode

PARTNER = UUID("00000000-0000-4000-8000-000000000000")


def wire(request: Request) -> httpx.Request:
    """Build the request as a client of httpx would send it."""
    with httpx.Client(base_url="https://service.invalid/api/v3") as client:
        return client.build_request(**request.as_kwargs())


def example(name: str) -> object:
    return schemas.document()["components"]["examples"][name]["value"]


def examples(operation: str) -> list[tuple[str, object]]:
    path, method = {"upsert": ("/orders", "post"), "update": ("/orders/{id}", "patch")}[operation]
    shown = schemas.document()["paths"][path][method]["requestBody"]["content"]["application/json"]["examples"]
    return [(name, example(name)) for name in shown]


@pytest.mark.rule("UPSERT-LIST")
@pytest.mark.parametrize(("name", "orders"), examples("upsert"))
def test_every_example_of_an_upsert_is_written_as_it_is(name: str, orders: object) -> None:
    body = decode(list[OrderInput], json.dumps(orders).encode())
    sent = wire(upsert_orders.build_request(body=body))
    assert (sent.method, sent.url.path) == ("POST", "/api/v3/orders")
    assert sent.headers["content-type"] == "application/json"
    assert _same_instants(json.loads(sent.content)) == _same_instants(orders)


@pytest.mark.parametrize(("name", "changes"), examples("update"))
def test_every_example_of_an_update_is_written_as_it_is(name: str, changes: object) -> None:
    sent = wire(update_order.build_request(669, body=decode(OrderUpdate, json.dumps(changes).encode())))
    assert (sent.method, sent.url.path) == ("PATCH", "/api/v3/orders/669")
    assert _same_instants(json.loads(sent.content)) == _same_instants(changes)


def _same_instants(node: object) -> object:
    """Let `Z` and `+00:00` and trailing zeros of a second be the same."""
    if isinstance(node, dict):
        return {name: _same_instants(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_same_instants(item) for item in node]
    if isinstance(node, str) and node[10:11] == "T":
        return datetime.fromisoformat(node)
    return node


def test_a_body_of_bytes_is_sent_as_it_is() -> None:
    assert wire(upsert_orders.build_request(body=b'[{"any": 1}]')).content == b'[{"any": 1}]'
    assert wire(update_order.build_request(1, body=b'{"any": 1}')).content == b'{"any": 1}'


@pytest.mark.rule("UPSERT-PARTNER")
def test_the_partner_id_goes_into_its_header_only_when_it_is_given() -> None:
    assert wire(upsert_orders.build_request(body=[], sendcloud_partner_id=PARTNER)).headers[
        "Sendcloud-Partner-Id"
    ] == str(PARTNER)
    assert "Sendcloud-Partner-Id" not in wire(upsert_orders.build_request(body=[])).headers


@pytest.mark.rule("LIST-INTEGRATION", "LIST-SORT")
def test_lists_go_on_the_wire_with_plain_commas() -> None:
    sent = wire(list_orders.build_request(integration=[41, 68], sort=["-order_created_at", "pk"]))
    assert sent.url.query == b"integration=41,68&sort=-order_created_at,pk&page_size=100"


@pytest.mark.rule("LIST-CREATED", "LIST-UPDATED")
def test_dates_go_on_the_wire_as_days() -> None:
    day = date(2026, 11, 1)
    request = list_orders.build_request(
        order_created_at=day,
        order_created_at_min=day,
        order_created_at_max=day,
        order_updated_at=day,
        order_updated_at_min=day,
        order_updated_at_max=day,
    )
    assert list(request.params.values()) == ["2026-11-01"] * 6 + ["100"]


def test_a_text_goes_on_the_wire_escaped_and_whole() -> None:
    sent = wire(list_orders.build_request(order_number="#1&2 é/+%", cursor="cD0xMjM="))
    assert dict(httpx.QueryParams(sent.url.query))["order_number"] == "#1&2 é/+%"
    assert b"cursor=cD0xMjM%3D" in sent.url.query


def test_a_datetime_is_refused_where_a_day_is_asked_for() -> None:
    with pytest.raises(TypeError, match=r"\.date\(\)"):
        list_orders.build_request(order_created_at_min=datetime(2026, 11, 1, tzinfo=UTC))


def test_an_empty_list_is_refused_because_it_would_filter_nothing() -> None:
    with pytest.raises(ValueError, match="leave the parameter out"):
        list_orders.build_request(integration=[])


def test_a_request_without_a_body_says_nothing_of_one() -> None:
    for request in (list_orders.build_request(), get_order.build_request(669), delete_order.build_request(669)):
        sent = wire(request)
        assert sent.content == b""
        assert "content-type" not in sent.headers
        assert sent.headers["accept"] == "application/json"


def test_the_path_holds_the_id_alone() -> None:
    for operation in (get_order, delete_order):
        assert operation.build_request(669).url == "/orders/669"
        assert operation.build_request("../x?y").url == "/orders/..%2Fx%3Fy"


def test_the_repr_of_a_request_shows_no_customer_data() -> None:
    request = list_orders.build_request(order_number="Jane")
    assert "Jane" not in repr(request)
    assert "Jane" not in repr(upsert_orders.build_request(body=b'["Jane"]', sendcloud_partner_id=PARTNER))


def test_a_request_copies_and_pickles() -> None:
    request = upsert_orders.build_request(body=b"[]", sendcloud_partner_id=PARTNER)
    assert copy.deepcopy(request) == pickle.loads(pickle.dumps(request)) == request
