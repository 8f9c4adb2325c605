"""The newest fields of an item go the whole way: through the check, to the service, and back into the models."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from doubles.both_clients import KINDS, Driven
from orders.differences import differences
from orders.factory import Json, item, order
from sendcloud_orders import BasicCredentials
from sendcloud_orders_api.models import CpscCertificate, Order, OrderItem
from sendcloud_orders_sandbox import Sandbox

FULL: Json = {
    "manufacturer_product_id": "CHAIR-1",
    "manufacturer_product_id_std": "0" + "7" * 69,
    "dds_reference": "EXAMPLE-DDS-2",
    "taric_code": "9401610000",
    "cpsc": {"product_id": "PR-1", "certifier_id": "CE-1", "version_id": "VE-1"},
}
NOBODYS: Json = {"manufacturer_product_id": None, "manufacturer_product_id_std": None}
SENT = order("NEW", order_items=[item("Invented chair", **FULL), item("Invented rug", **NOBODYS), item("Invented mat")])


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(params=KINDS)
def client(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[Driven]:
    credentials = BasicCredentials(sandbox.public_key, sandbox.secret_key)
    with closing(Driven(request.param, None, credentials=credentials, base_url=sandbox.base_url)) as driven:
        yield driven


def items_of(found: Order) -> tuple[OrderItem, ...]:
    return tuple(found.order_details.order_items)


@pytest.mark.rule("VALUES-SURVIVE", "UPSERT-IMPORT")
def test_the_newest_fields_are_sent_stored_and_read_without_loss(client: Driven, sandbox: Sandbox) -> None:
    report = client.upsert([SENT])
    report.raise_for_rejected()
    [stored] = sandbox.orders()
    assert differences(SENT, stored) == []
    [listed] = client.list()
    for found in (client.get(report.accepted[0].id), listed):
        chair, rug, mat = items_of(found)
        assert (chair.manufacturer_product_id, chair.manufacturer_product_id_std) == ("CHAIR-1", "0" + "7" * 69)
        assert (chair.dds_reference, chair.taric_code) == ("EXAMPLE-DDS-2", "9401610000")
        assert chair.cpsc == CpscCertificate(product_id="PR-1", certifier_id="CE-1", version_id="VE-1")
        assert (rug.manufacturer_product_id, rug.cpsc, mat.manufacturer_product_id_std) == (None, None, None)


@pytest.mark.rule("PATCH-ITEMS", "UPSERT-IMPORT")
def test_the_newest_fields_are_updated_one_by_one(client: Driven) -> None:
    [accepted] = client.upsert([SENT]).accepted
    change = {"name": "Invented chair", "manufacturer_product_id": "CHAIR-2", "cpsc": {"version_id": "VE-2"}}
    client.update(accepted.id, {"order_details": {"order_items": [change]}}, verify=True)
    chair, rug, _ = items_of(client.get(accepted.id))
    assert (chair.manufacturer_product_id, chair.manufacturer_product_id_std) == ("CHAIR-2", "0" + "7" * 69)
    assert chair.cpsc == CpscCertificate(product_id="PR-1", certifier_id="CE-1", version_id="VE-2")
    assert (chair.taric_code, rug.manufacturer_product_id) == ("9401610000", None)
