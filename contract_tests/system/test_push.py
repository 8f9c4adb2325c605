"""The adapters push the 250 realistic orders of examples/orders.ndjson to the mock and to the sandbox."""

from collections.abc import Iterator

import pytest

from orders.differences import differences
from orders.realistic import read_orders
from sendcloud_orders import BasicCredentials, Hooks, OrdersClient, Pace
from suite import servers
from suite.target import Target

ON_BOTH = pytest.mark.parametrize("target", ["mock", "sandbox"], indirect=True)
ON_SANDBOX = pytest.mark.parametrize("target", ["sandbox"], indirect=True)


@pytest.fixture(scope="module")
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    with servers.OWN[request.param]() as found:
        yield found


@pytest.fixture
def statuses() -> list[int | None]:
    """The status of each answer that the adapters got."""
    return []


@pytest.fixture
def client(target: Target, statuses: list[int | None]) -> Iterator[OrdersClient]:
    credentials = BasicCredentials(target.public_key, target.secret_key)
    hooks = Hooks(response=lambda event: statuses.append(event.status))
    with OrdersClient(credentials, base_url=target.base_url, pace=Pace.unlimited(), hooks=hooks) as client:
        yield client


@ON_BOTH
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


@ON_SANDBOX
@pytest.mark.rule("UPSERT-LIMIT", "UPSERT-MIXED")
def test_250_realistic_orders_go_out_in_one_call_and_each_gets_its_id(target: Target, client: OrdersClient) -> None:
    report = client.upsert(read_orders())
    assert sorted(entry.position for entry in report.accepted) == list(range(250))
    assert len({entry.id for entry in report.accepted}) == 250


@ON_SANDBOX
@pytest.mark.rule("VALUES-SURVIVE", "UPSERT-KEY", "LIST-COMPLETE")
def test_250_realistic_orders_come_back_as_they_were_sent(target: Target, client: OrdersClient) -> None:
    orders = {(order["order_details"]["integration"]["id"], order["order_id"]): order for order in read_orders()}
    client.upsert(orders.values()).raise_for_rejected()
    found = {}
    for answer in target.pages(integration="41,68,93", page_size=200, sort="pk"):
        for row in answer.json["data"]:
            found[row["order_details"]["integration"]["id"], row["order_id"]] = row
    assert [line for key, order in orders.items() for line in differences(order, found[key])] == []
