"""An order whose names are longer than a label takes is an order all the same: checked, stored, found and changed."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from doubles.both_clients import KINDS, Driven
from orders.factory import order
from sendcloud_orders import BasicCredentials
from sendcloud_orders.checking import find_errors
from sendcloud_orders_sandbox import Sandbox


@pytest.fixture(scope="module", params=KINDS)
def client(request: pytest.FixtureRequest) -> Iterator[Driven]:
    with Sandbox() as sandbox:
        credentials = BasicCredentials(sandbox.public_key, sandbox.secret_key)
        with closing(Driven(request.param, None, credentials=credentials, base_url=sandbox.base_url)) as driven:
            yield driven


@pytest.mark.rule("UPSERT-LONG-NAME")
@pytest.mark.parametrize(("id_length", "number_length"), [(64, 255), (65, 256), (200, 1), (1, 3000)])
def test_a_name_longer_than_a_label_takes_is_stored_to_the_letter(
    client: Driven, id_length: int, number_length: int
) -> None:
    order_id, number = "ß" * id_length, "№" * number_length
    sent = order(order_id, order_number=number)
    assert find_errors("OrderInput", sent) == ()
    [accepted] = client.upsert([sent]).accepted
    found = client.find(41, order_id)
    assert (found.id, found.order_id, found.order_number) == (accepted.id, order_id, number)
    changes = {"order_id": order_id, "order_number": f"{number}2"}
    assert find_errors("OrderUpdate", changes) == ()
    client.update(accepted.id, changes, verify=True)
    assert client.get(accepted.id).order_number == f"{number}2"
