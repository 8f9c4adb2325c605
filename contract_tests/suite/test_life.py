"""The adapters carry an order through its life, on whatever server is under test."""

from collections.abc import Iterator
from datetime import date

import pytest

from sendcloud_orders import BasicCredentials, Hooks, NotFoundError, OrdersClient, Pace, ResponseEvent, sendcloud_id
from sendcloud_orders_api.models import Order, OrderUpdate
from suite.target import Target


@pytest.fixture
def client(target: Target) -> Iterator[OrdersClient]:
    def note(event: ResponseEvent) -> None:
        target.operations.add(f"{event.method} {event.route}")
        target.requests += 1

    # Against a foreign server the pace is the documented one, shared with the suite's own requests.
    pace = None if target.pace else Pace.unlimited()
    credentials = BasicCredentials(target.public_key, target.secret_key)
    with OrdersClient(credentials, base_url=target.base_url, pace=pace, hooks=Hooks(response=note)) as client:
        yield client


@pytest.mark.rule("GET-ORDER", "PATCH-MERGE", "DELETE-ORDER", "UPSERT-ASYNC", "LIST-ORDER-ID", "READ-ID")
def test_the_adapters_carry_an_order_through_its_life(target: Target, client: OrdersClient) -> None:
    order, other = target.order(), target.order()
    with target.lends(order, other):
        report = client.upsert([order, other])
        report.raise_for_rejected()
        first, second = (entry.id for entry in report.accepted)
        client.wait_until_available([first, second])
        stored: Order = client.get(sendcloud_id(str(first)))
        assert (stored.id, stored.order_id) == (first, order["order_id"])
        client.update(first, OrderUpdate(order_number="N-changed"), verify=True)
        found = client.find(target.integration, order["order_id"])
        assert found is not None
        assert (found.id, found.order_number) == (first, "N-changed")
        listed = client.list(integration=[target.integration], order_created_at=date(2026, 11, 2), page_size=200)
        assert {row.order_id for row in listed} >= {order["order_id"], other["order_id"]}
        client.delete(first)
        client.delete(first, missing_ok=True)
        with pytest.raises(NotFoundError):
            client.delete(first)
        client.delete(second)
