"""Fields that nobody has named yet, on the way from the service to a program and back."""

import copy
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from orders.differences import TIMES
from orders.factory import order
from orders.growth import NAMES, grown
from orders.strategies import order_input
from sendcloud_orders import BasicCredentials, InvalidOrders, OrdersClient, Pace, to_input
from sendcloud_orders_api.types import UNSET
from sendcloud_orders_sandbox import Policies, Sandbox

pytestmark = pytest.mark.rule("READ-UNKNOWN")
COSTS = frozenset({"discount_granted", "insurance_costs", "freight_costs", "other_costs"})
KEEPING = Policies(unknown_fields="store")


@pytest.fixture(scope="module", params=["keep", "clear"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A service that takes fields which are not in the specification, and either way with what an upsert leaves out."""
    with Sandbox(policies=KEEPING.changed(omitted_optionals=request.param)) as running:
        yield running


@pytest.fixture(scope="module")
def client(sandbox: Sandbox) -> Iterator[OrdersClient]:
    credentials = BasicCredentials(sandbox.public_key, sandbox.secret_key)
    with OrdersClient(credentials, base_url=sandbox.base_url, pace=Pace.unlimited()) as client:
        yield client


def held(sandbox: Sandbox) -> dict[tuple[int, str], Any]:
    """Return what the service holds, but for the nulls of known fields, which mean nothing, and the time of saving."""
    rows = [meant(row) for row in sandbox.orders()]
    return {
        (row["order_details"]["integration"]["id"], row["order_id"]): {**row, "modified_at": "some time"}
        for row in rows
    }


def meant(node: Any, name: str = "") -> Any:
    """Copy what is held, with moments and amounts for texts: they come back with another offset, or fewer zeros."""
    if isinstance(node, list):
        return [meant(part) for part in node]
    if isinstance(node, dict):
        return {
            inner: part
            if inner in NAMES
            else Decimal(part)
            if name in COSTS and inner == "value"
            else meant(part, inner)
            for inner, part in node.items()
            if part is not None or inner in NAMES
        }
    return datetime.fromisoformat(node) if name in TIMES else node


@given(sent=order_input(key=(41, "grown")).flatmap(grown))
def test_reading_an_order_and_upserting_it_changes_nothing(
    sandbox: Sandbox, client: OrdersClient, sent: dict[str, Any]
) -> None:
    client.upsert([sent], unknown_fields="send").raise_for_rejected()
    before = held(sandbox)
    [read] = client.list(order_id="grown")
    client.upsert([to_input(read)], unknown_fields="send").raise_for_rejected()
    assert held(sandbox) == before


def with_future() -> dict[str, Any]:
    sent = order("future", x_future="top")
    sent["order_details"]["x_future"] = {"more": [1, None, "deep"]}
    sent["order_details"]["order_items"][0]["x_future"] = 7
    sent["order_details"]["order_items"][0]["total_price"]["x_future"] = True
    return sent


def test_a_change_keeps_the_new_fields_at_four_depths(sandbox: Sandbox, client: OrdersClient) -> None:
    client.upsert([with_future()], unknown_fields="send").raise_for_rejected()
    changed = to_input(client.find(41, "future") or pytest.fail("the order is not there"))
    changed.order_details.notes = "Changed."
    client.upsert([changed], unknown_fields="send").raise_for_rejected()
    stored = held(sandbox)[41, "future"]
    item = stored["order_details"]["order_items"][0]
    assert stored["order_details"]["notes"] == "Changed."
    assert (stored["x_future"], stored["order_details"]["x_future"]) == ("top", {"more": [1, None, "deep"]})
    assert (item["x_future"], item["total_price"]["x_future"]) == (7, True)


def test_a_patch_keeps_them_too_and_sends_more_when_told_to(sandbox: Sandbox, client: OrdersClient) -> None:
    accepted = client.upsert([with_future()], unknown_fields="send").accepted
    changes = {"order_details": {"x_future_2": 2}}
    client.update(accepted[0].id, changes, unknown_fields="send", verify=True)
    details = held(sandbox)[41, "future"]["order_details"]
    assert details["x_future_2"] == 2
    assert details["x_future"] == {"more": [1, None, "deep"]}


def test_without_the_setting_nothing_is_sent_and_nothing_is_erased(sandbox: Sandbox, client: OrdersClient) -> None:
    client.upsert([with_future()], unknown_fields="send").raise_for_rejected()
    before = copy.deepcopy(held(sandbox))
    read = client.find(41, "future") or pytest.fail("the order is not there")
    with pytest.raises(InvalidOrders, match="x_future") as caught:
        client.upsert([to_input(read)])
    assert 'unknown_fields="send"' in str(caught.value)
    assert held(sandbox) == before


def test_whoever_drops_them_does_so_in_so_many_words(sandbox: Sandbox, client: OrdersClient) -> None:
    client.upsert([with_future()], unknown_fields="send").raise_for_rejected()
    changed = to_input(client.find(41, "future") or pytest.fail("the order is not there"))
    changed.order_details.order_items[0].extra = UNSET
    client.upsert([changed], unknown_fields="send").raise_for_rejected()
    assert "x_future" not in held(sandbox)[41, "future"]["order_details"]["order_items"][0]
