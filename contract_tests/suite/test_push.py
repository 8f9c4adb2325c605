"""The adapters push real orders: the 250 of examples/orders.ndjson, and a few on whatever server is under test."""

from collections.abc import Iterator
from datetime import date

import pytest

from orders.differences import differences
from orders.realistic import read_orders
from sendcloud_orders import BasicCredentials, Hooks, NotFoundError, OrdersClient, Pace, ResponseEvent, sendcloud_id
from sendcloud_orders_api.models import Order, OrderUpdate
from suite.target import Target


@pytest.fixture
def statuses() -> list[int | None]:
    """The status of each answer that the adapters got."""
    return []


@pytest.fixture
def client(target: Target, statuses: list[int | None]) -> Iterator[OrdersClient]:
    def note(event: ResponseEvent) -> None:
        statuses.append(event.status)
        target.operations.add(f"{event.method} {event.route}")
        target.requests += 1

    # Against a foreign server the pace is the documented one, shared with the suite's own requests.
    pace = None if target.pace else Pace.unlimited()
    credentials = BasicCredentials(target.public_key, target.secret_key)
    with OrdersClient(credentials, base_url=target.base_url, pace=pace, hooks=Hooks(response=note)) as client:
        yield client


@pytest.mark.embedded
@pytest.mark.rule("UPSERT-BOUNDS", "UPSERT-STATUS")
def test_250_realistic_orders_are_valid_to_the_server(
    target: Target, client: OrdersClient, statuses: list[int | None]
) -> None:
    orders = read_orders()
    reports = [client.upsert(orders[start : start + 50], on_rejected="skip") for start in range(0, 250, 50)]
    assert set(statuses) == {201}
    assert [rejected for report in reports for rejected in report.rejected] == []
    if not target.stateful:
        # The mock answers with its example, whoever asked: the reports may not take that for their own.
        assert sum(len(report.unknown) for report in reports) == 250


@pytest.mark.embedded
@pytest.mark.stateful
@pytest.mark.rule("UPSERT-LIMIT", "UPSERT-MIXED")
def test_250_realistic_orders_go_out_in_one_call_and_each_gets_its_id(target: Target, client: OrdersClient) -> None:
    report = client.upsert(read_orders())
    assert sorted(entry.position for entry in report.accepted) == list(range(250))
    assert len({entry.id for entry in report.accepted}) == 250


@pytest.mark.embedded
@pytest.mark.rule("VALUES-SURVIVE", "UPSERT-KEY", "LIST-COMPLETE")
def test_250_realistic_orders_come_back_as_they_were_sent(target: Target, client: OrdersClient) -> None:
    orders = {(order["order_details"]["integration"]["id"], order["order_id"]): order for order in read_orders()}
    client.upsert(orders.values()).raise_for_rejected()
    found = {}
    for answer in target.pages(integration="41,68,93", page_size=200, sort="pk"):
        for row in answer.json["data"]:
            found[row["order_details"]["integration"]["id"], row["order_id"]] = row
    assert [line for key, order in orders.items() for line in differences(order, found[key])] == []


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
