"""Fields that nobody has named yet: kept when they are read, and told of once."""

import json
import logging
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from doubles.both_clients import Connect
from doubles.fake_service import FakeService
from orders.factory import order
from sendcloud_orders import Hooks, UnknownFieldEvent, events
from sendcloud_orders.unknown_fields import Sightings, tell_fields

pytestmark = pytest.mark.rule("READ-UNKNOWN")


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what other tests have made the log tell of."""
    monkeypatch.setattr(events, "_logged", Sightings())


def stored(order_id: str, id: int = 1, **fields: Any) -> dict[str, Any]:
    return order(order_id) | {"id": id} | fields


def service(*rows: dict[str, Any]) -> FakeService:
    found = FakeService()
    for row in rows:
        found.stored[row["order_details"]["integration"]["id"], row["order_id"]] = row
    return found


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "does not know" in record.getMessage()]


def test_what_no_model_names_is_read_at_each_depth(connect: Connect) -> None:
    row = stored("A", x_top=[1, {"deep": None}])
    row["order_details"]["x_details"] = "D"
    row["order_details"]["order_items"][0]["x_item"] = False
    row["order_details"]["order_items"][0]["total_price"]["x_price"] = 1.5
    read = connect(service(row)).get(1)
    item = read.order_details.order_items[0]
    assert read.extra == {"x_top": [1, {"deep": None}]}
    assert read.order_details.extra == {"x_details": "D"}
    assert item.extra == {"x_item": False}
    assert item.total_price.extra == {"x_price": Decimal("1.5")}
    assert read.payment_details.extra is None


def test_a_number_in_an_unknown_field_keeps_its_digits(connect: Connect) -> None:
    digits = "12345678901234567890.1234567890123456789"
    body = json.dumps({"data": stored("A", x_amount="AMOUNT")}).replace('"AMOUNT"', digits)
    read = connect(httpx.MockTransport(lambda _: httpx.Response(200, text=body))).get(1)
    assert str(read.extra["x_amount"]) == digits


def test_a_list_gives_all_rows_alike_whichever_of_them_is_new(connect: Connect) -> None:
    rows = [stored("A", 1), stored("B", 2, x_future=1), stored("C", 3)]
    assert [one.extra for one in connect(service(*rows)).list()] == [None, {"x_future": 1}, None]


def test_an_unknown_field_is_kept_beside_a_row_that_cannot_be_read(connect: Connect) -> None:
    seen: list[Any] = []
    rows = [stored("A", 1, x_future=1), stored("B", 2, order_details=7)]
    page = httpx.MockTransport(lambda _: httpx.Response(200, json={"data": rows}))
    found = next(connect(page, hooks=Hooks(unknown_field=seen.append)).pages())
    assert [one.extra for one in found.orders] == [{"x_future": 1}]
    assert [row.index for row in found.unreadable] == [1]
    assert seen == [UnknownFieldEvent("list_orders", "x_future")]


def test_a_hook_is_called_once_for_each_field_and_client(connect: Connect) -> None:
    row = stored("A", x_future=1)
    row["order_details"]["order_items"] = [{**row["order_details"]["order_items"][0], "taric_code_2": "1"}] * 3
    for _ in range(2):
        seen: list[Any] = []
        client = connect(service(row), hooks=Hooks(unknown_field=seen.append))
        for _ in range(3):
            client.get(1)
        list(client.list())
        assert seen == [
            UnknownFieldEvent("get_order", "order_details.order_items[].taric_code_2"),
            UnknownFieldEvent("get_order", "x_future"),
        ]


def test_the_log_has_one_line_for_each_field_and_process(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "sendcloud_orders"):
        for _ in range(2):
            list(connect(service(stored("A", 1, x_future=1), stored("B", 2, x_future=2))).list())
    [line] = warnings_in(caplog)
    assert "list_orders" in line
    assert line.endswith("x_future. It is kept in `extra`")
    [record] = [record for record in caplog.records if hasattr(record, "sendcloud_field")]
    assert record.sendcloud_field == "x_future"


def test_references_of_an_upsert_and_of_an_update_tell_as_well(connect: Connect) -> None:
    seen: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        reference = {"id": 1, "order_id": "A", "order_number": "#A", "x_reference": 1}
        made = request.method == "POST"
        return httpx.Response(201 if made else 200, json={"data": [reference] if made else reference, "x_meta": {}})

    client = connect(httpx.MockTransport(answer), hooks=Hooks(unknown_field=seen.append))
    assert client.upsert([order("A")]).ok
    assert [event.field for event in seen] == ["x_meta", "x_reference"]


def test_a_field_that_is_known_is_never_told_of(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[Any] = []
    row = stored("A", shipping_address=None, customs_details={"commercial_invoice_number": "1"})
    row["order_details"]["order_items"][0]["properties"] = {"colour of the shop's own": "red"}
    with caplog.at_level(logging.WARNING, "sendcloud_orders"):
        connect(service(row), hooks=Hooks(unknown_field=seen.append)).get(1)
    assert (seen, warnings_in(caplog)) == ([], [])


@pytest.mark.parametrize("name", ["jane@example.org", "a b", "x\nERROR forged", "", "é", "x" * 65, "a.b"])
def test_a_name_that_may_be_anything_is_not_shown(name: str) -> None:
    assert tell_fields({("data[]", "order_details", name)}) == ["order_details.[...]"]


def test_a_name_without_end_of_new_names_is_told_of_a_thousand_times() -> None:
    sightings = Sightings()
    fields: Iterator[str] = (f"x{number}" for number in range(3000))
    assert len(list(sightings.first(fields))) == 1000
