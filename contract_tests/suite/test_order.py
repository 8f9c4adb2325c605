"""Rules of GET, PATCH and DELETE /orders/{id}."""

from typing import Any

import pytest

from suite.stock import ADDRESS, Stock
from suite.target import Target

NO_ORDER = 999_999_999_999


def patch(target: Target, id_: int, changes: dict[str, Any]) -> None:
    answer = target.send("PATCH", f"/orders/{id_}", body=changes)
    assert answer.status == 200, f"expected 200, got {answer.status}: {answer.content[:300]!r}"


def items_of(order: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["name"]: item for item in order["order_details"]["order_items"]}


@pytest.mark.rule("GET-ORDER", "READ-ID")
def test_an_order_is_read_by_its_sendcloud_id(target: Target, stock: Stock) -> None:
    if not target.stateful:
        assert target.get(669).status == 200
        return
    id_, order = stock.take()
    found = target.read(id_)
    assert int(found["id"]) == id_
    assert found["order_id"] == order["order_id"]
    assert found["order_number"] == order["order_number"]
    assert found["order_details"]["integration"]["id"] == target.integration


@pytest.mark.rule("GET-ORDER")
def test_the_shops_order_id_in_the_path_finds_nothing(target: Target) -> None:
    order = target.order()
    if target.stateful:
        target.read(target.upsert(order)[0])
    answer = target.send("GET", f"/orders/{order['order_id']}", valid=False)
    assert answer.status in (400, 404)


@pytest.mark.rule("GET-MISSING")
def test_an_unknown_id_is_not_found(target: Target) -> None:
    answer = target.get(NO_ORDER)
    assert answer.status == 404
    assert [error["detail"] for error in answer.errors] == [
        "The order could not be found with the search criteria given"
    ]


@pytest.mark.rule("PATCH-MERGE")
def test_a_patch_changes_what_it_names_and_leaves_the_rest(target: Target, stock: Stock) -> None:
    id_, order = stock.take()
    patch(target, id_, {"shipping_address": {"address_line_1": "Fictielaan", "house_number": "7"}})
    now = target.read(id_, until=lambda found: found["shipping_address"]["address_line_1"] == "Fictielaan")
    expected = {**ADDRESS, "address_line_1": "Fictielaan", "house_number": "7"}
    assert {name: now["shipping_address"][name] for name in ADDRESS} == expected
    assert now["order_number"] == order["order_number"]
    assert now["order_details"]["notes"] == "Please ring twice."
    assert set(items_of(now)) == {"Tea tin", "Lamp"}
    assert float(now["payment_details"]["total_price"]["value"]) == 19.9


@pytest.mark.rule("PATCH-MERGE")
def test_a_patch_touches_no_other_order(target: Target, stock: Stock) -> None:
    (before, first), (id_, _), (after, last) = stock.take(), stock.take(), stock.take()
    patch(target, id_, {"order_number": "N-patched", "order_details": {"notes": "x"}})
    target.read(id_, until=lambda found: found["order_number"] == "N-patched")
    for other, order in ((before, first), (after, last)):
        now = target.read(other)
        assert now["order_number"] == order["order_number"]
        assert now["order_details"]["notes"] == order["order_details"]["notes"]


@pytest.mark.rule("PATCH-MERGE")
def test_a_patch_reaches_the_status_the_price_and_the_number(target: Target, stock: Stock) -> None:
    id_, _ = stock.take()
    patch(
        target,
        id_,
        {
            "order_number": "N-patched",
            "order_details": {"status": {"code": "on_hold"}, "notes": "Leave it with the neighbours."},
            "payment_details": {"total_price": {"value": 20.01}, "status": {"code": "unpaid"}},
        },
    )
    now = target.read(id_, until=lambda found: found["order_number"] == "N-patched")
    assert now["order_details"]["status"]["code"] == "on_hold"
    assert now["order_details"]["notes"] == "Leave it with the neighbours."
    assert float(now["payment_details"]["total_price"]["value"]) == 20.01
    assert now["payment_details"]["total_price"]["currency"] == "EUR"
    assert now["payment_details"]["status"]["code"] == "unpaid"


@pytest.mark.rule("PATCH-ITEMS")
def test_a_patch_finds_an_item_by_name_and_neither_adds_nor_removes_one(target: Target, stock: Stock) -> None:
    id_, _ = stock.take()
    patch(target, id_, {"order_details": {"order_items": [{"name": "Lamp", "quantity": 3}]}})
    now = target.read(id_, until=lambda found: items_of(found).get("Lamp", {}).get("quantity") == 3)
    assert len(now["order_details"]["order_items"]) == 2
    assert items_of(now)["Tea tin"]["quantity"] == 2
    assert items_of(now)["Lamp"]["sku"] == "LAMP"


@pytest.mark.rule("PATCH-ITEMS")
def test_a_patch_gives_an_item_the_ids_of_its_manufacturer(target: Target, stock: Stock) -> None:
    id_, _ = stock.take()
    ids = {"manufacturer_product_id": "LAMP-7/B", "manufacturer_product_id_std": "04006381333931"}
    patch(target, id_, {"order_details": {"order_items": [{"name": "Lamp", **ids}]}})
    now = target.read(id_, until=lambda found: items_of(found)["Lamp"].get("manufacturer_product_id"))
    assert {name: items_of(now)["Lamp"].get(name) for name in ids} == ids
    assert items_of(now)["Lamp"]["sku"] == "LAMP"
    assert not items_of(now)["Tea tin"].get("manufacturer_product_id")


@pytest.mark.rule("PATCH-ITEM-MISSING")
@pytest.mark.parametrize("name", ["Bicycle", "lamp"])
def test_an_item_of_another_name_is_refused_and_nothing_is_stored(target: Target, stock: Stock, name: str) -> None:
    id_, order = stock.take()
    changes = {"order_number": "N-refused", "order_details": {"order_items": [{"name": name, "quantity": 3}]}}
    answer = target.send("PATCH", f"/orders/{id_}", body=changes)
    assert answer.status == 400
    assert [error["detail"] for error in answer.errors] == ["Could not find specified item."]
    target.settle()
    now = target.read(id_)
    assert now["order_number"] == order["order_number"]
    assert {name: item["quantity"] for name, item in items_of(now).items()} == {"Tea tin": 2, "Lamp": 1}


@pytest.mark.rule("PATCH-RESULT")
def test_a_patch_answers_with_one_reference(target: Target, stock: Stock) -> None:
    id_, order = stock.take() if target.stateful else (669, {})
    data = target.send("PATCH", f"/orders/{id_}", body={"order_details": {"notes": "x"}}).json["data"]
    assert str(data["id"]).isdigit()
    if target.stateful:
        assert int(data["id"]) == id_
        # The reference requires neither (READ-REQUIRED); what is given has to be the order's.
        assert data.get("order_id") in (None, order["order_id"])
        assert data.get("order_number") in (None, order["order_number"])


@pytest.mark.rule("PATCH-IMMUTABLE")
def test_a_patch_cannot_change_the_order_id(target: Target, stock: Stock) -> None:
    id_, order = stock.take()
    answer = target.send("PATCH", f"/orders/{id_}", body={"order_id": f"{order['order_id']}-other"})
    assert answer.status == 400
    target.settle()
    assert target.read(id_)["order_id"] == order["order_id"]


@pytest.mark.rule("PATCH-IMMUTABLE")
def test_a_patch_may_repeat_the_order_id_and_the_id(target: Target, stock: Stock) -> None:
    id_, order = stock.take()
    patch(target, id_, {"id": str(id_), "order_id": order["order_id"], "order_number": "N-repeated"})
    target.read(id_, until=lambda found: found["order_number"] == "N-repeated")


@pytest.mark.rule("PATCH-MISSING")
def test_a_patch_of_an_unknown_id_is_not_found(target: Target) -> None:
    answer = target.send("PATCH", f"/orders/{NO_ORDER}", body={"order_number": "x"})
    assert answer.status == 404
    assert [error["detail"] for error in answer.errors] == ["Could not find specified item."]


@pytest.mark.rule("PATCH-PHONE")
@pytest.mark.parametrize("name", ["phone", "phone_number"])
def test_a_patch_takes_the_telephone_under_both_names(target: Target, stock: Stock, name: str) -> None:
    id_, _ = stock.take()
    patch(target, id_, {"customer_details": {name: "+31000000001"}})
    assert target.read(id_)["customer_details"]["phone_number"] == "+31000000001"


@pytest.mark.rule("DELETE-ORDER")
def test_a_deleted_order_can_neither_be_read_nor_listed(target: Target, stock: Stock) -> None:
    id_, order = stock.take()
    answer = target.send("DELETE", f"/orders/{id_}")
    assert answer.status in (200, 202, 204)
    assert answer.content == b""
    assert target.gone(id_)
    assert target.listed(order_id=order["order_id"]) == []


@pytest.mark.rule("DELETE-ORDER")
def test_a_delete_touches_no_other_order(target: Target, stock: Stock) -> None:
    (before, _), (id_, _), (after, _) = stock.take(), stock.take(), stock.take()
    target.send("DELETE", f"/orders/{id_}")
    assert target.gone(id_)
    assert [target.get(other).status for other in (before, after)] == [200, 200]


@pytest.mark.rule("DELETE-MISSING")
def test_a_second_delete_is_not_found(target: Target, stock: Stock) -> None:
    id_, _ = stock.take()
    target.send("DELETE", f"/orders/{id_}")
    assert target.gone(id_)
    answer = target.send("DELETE", f"/orders/{id_}")
    assert answer.status == 404
    assert [error["detail"] for error in answer.errors] == [
        "The order could not be found with the search criteria given"
    ]
