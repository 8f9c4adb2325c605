"""The adapters need nothing of an answer that the reference does not require: all of their work goes on without it."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from doubles.both_clients import KINDS, Driven
from orders.factory import orders
from sendcloud_orders import BasicCredentials
from sendcloud_orders_sandbox import Policies, Sandbox

SPARSE = Policies(unrequired_fields="left_out", row_order="reversed", reference_ids="string")


@pytest.fixture(params=KINDS)
def client(request: pytest.FixtureRequest) -> Iterator[Driven]:
    with Sandbox(policies=SPARSE) as sandbox:
        credentials = BasicCredentials(sandbox.public_key, sandbox.secret_key)
        with closing(Driven(request.param, None, credentials=credentials, base_url=sandbox.base_url)) as driven:
            yield driven


@pytest.mark.rule("READ-REQUIRED", "UPSERT-RESULT", "PATCH-RESULT")
def test_an_order_lives_on_answers_that_hold_what_is_required_alone(client: Driven) -> None:
    report = client.upsert(orders(5))
    assert report.ok
    accepted = {one.key.order_id: one.id for one in report.accepted}
    client.wait_until_available(report.accepted)
    listed = list(client.list())
    assert {order.order_id: order.id for order in listed} == accepted
    assert {(order.created_at, order.modified_at) for order in listed} == {(None, None)}
    reference = client.update(accepted["A-3"], {"order_id": "A-3", "order_number": "new"}, verify=True)
    assert (reference.id, reference.order_id, reference.order_number) == (accepted["A-3"], None, None)
    assert client.find(41, "A-3").order_number == "new"
    client.delete(reference.id)
    assert client.find(41, "A-3") is None
