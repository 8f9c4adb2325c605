"""Rules of POST /orders."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from orders.differences import differences
from orders.factory import item, with_value, without
from suite.answer import details, pointers
from suite.shelf import Shelf
from suite.stock import Stock
from suite.target import Target

NOBODYS_INTEGRATION = 2_000_000_011
# Enough that a server which refuses every fifth refuses more than one.
UPSERTS = 12


def stored(target: Target, order: dict[str, Any]) -> list[dict[str, Any]]:
    return target.listed(order_id=order["order_id"])


@pytest.mark.rule("UPSERT-LIST")
def test_a_single_order_outside_a_list_is_refused(target: Target) -> None:
    order = target.order()
    answer = target.send("POST", "/orders", body=order, valid=False)
    assert answer.status == 400
    if target.stateful:
        assert "expected list of objects" in details(answer)
        target.settle()
        assert stored(target, order) == []


@pytest.mark.rule("UPSERT-LIST")
@pytest.mark.stateful
@pytest.mark.parametrize(
    "content", [b"null", b"5", b"true", b'"orders"', b"{}", b"[5]", b'["orders"]', b"[[]]", b"[null]"]
)
def test_what_is_no_list_of_objects_is_refused(target: Target, content: bytes) -> None:
    answer = target.send("POST", "/orders", content=content, valid=False)
    assert answer.status == 400
    assert "expected list of objects" in details(answer)


@pytest.mark.rule("UPSERT-LIST")
@pytest.mark.stateful
@pytest.mark.parametrize("place", ["before an order", "between orders", "behind an order"])
def test_what_is_no_object_is_refused_beside_orders(target: Target, shelf: Shelf, place: str) -> None:
    first, last = list(shelf.orders.values())[:2]
    batch = {"before an order": [None, first], "between orders": [first, [], last], "behind an order": [first, 5]}
    answer = target.send("POST", "/orders", body=batch[place], valid=False)
    assert answer.status == 400
    assert "expected list of objects" in details(answer)


@pytest.mark.rule("UPSERT-LIMIT")
def test_a_batch_of_101_is_refused_and_stores_nothing(target: Target) -> None:
    orders = [target.order() for _ in range(101)]
    answer = target.send("POST", "/orders", body=orders, valid=False)
    assert answer.status == 400
    if target.stateful:
        assert "/data/attributes/" in pointers(answer)
        assert "at most 100 items, not 101" in details(answer)
        target.settle()
        assert stored(target, orders[0]) == []
        assert stored(target, orders[100]) == []


@pytest.mark.rule("UPSERT-STATUS")
def test_create_and_update_answer_the_same_success(target: Target) -> None:
    order = target.order()
    created = target.send("POST", "/orders", body=[order])
    updated = target.send("POST", "/orders", body=[order])
    assert created.status in (200, 201, 202)
    assert updated.status == created.status


@pytest.mark.rule("UPSERT-RESULT", "READ-ID")
@pytest.mark.parametrize("size", [1, 2, 3])
def test_each_order_of_a_batch_gets_one_reference(target: Target, size: int) -> None:
    orders = [target.order() for _ in range(size)]
    rows = target.send("POST", "/orders", body=orders).json["data"]
    assert all(str(row["id"]).isdigit() for row in rows)
    if target.stateful:
        numbers = {order["order_id"]: order["order_number"] for order in orders}
        assert sorted(row.get("order_id") or "" for row in rows) == sorted(numbers)
        # Nothing that is read requires the number (READ-REQUIRED); one that is given has to be the order's.
        assert all(row.get("order_number") in (None, numbers[row["order_id"]]) for row in rows)
        assert [target.read(row["id"])["order_id"] for row in rows] == [row["order_id"] for row in rows]
        assert len({int(row["id"]) for row in rows}) == size


@pytest.mark.rule("UPSERT-KEY")
def test_a_known_key_updates_and_keeps_its_id(target: Target, stock: Stock) -> None:
    first, order = stock.take()
    order["order_details"]["status"] = {"code": "shipped"}
    order["order_number"] += "-b"
    assert target.upsert(order) == [first]
    target.read(first, until=lambda found: differences(order, found) == [])
    assert [int(row["id"]) for row in stored(target, order)] == [first]


@pytest.mark.stateful
@pytest.mark.rule("UPSERT-RESULT", "READ-ID")
@pytest.mark.parametrize("by_id", [False, True], ids=["by key", "by id"])
def test_the_reference_of_a_known_order_has_its_new_number(target: Target, stock: Stock, by_id: bool) -> None:
    id_, order = stock.take()
    order["order_number"] += "-b"
    [row] = target.send("POST", "/orders", body=[order | ({"id": str(id_)} if by_id else {})]).json["data"]
    assert int(row["id"]) == id_
    assert row["order_id"] == order["order_id"]
    assert row.get("order_number") in (None, order["order_number"])


@pytest.mark.rule("UPSERT-KEY")
def test_the_same_upsert_twice_leaves_one_order_as_it_was_sent(target: Target, stock: Stock) -> None:
    id_, order = stock.take()
    before = target.read(id_)
    assert [target.upsert(order), target.upsert(order)] == [[id_], [id_]]
    target.settle()
    [row] = stored(target, order)
    assert differences(order, row) == []
    # Not every server gives it (READ-REQUIRED). It is when the order was first stored.
    assert row.get("created_at") == before.get("created_at")


@pytest.mark.rule("UPSERT-KEY")
def test_a_key_is_matched_while_its_first_upsert_is_still_being_saved(target: Target) -> None:
    order = target.order()
    assert target.upsert(order) == target.upsert(order)


@pytest.mark.rule("UPSERT-KEY")
def test_order_ids_are_told_apart_by_blanks_and_leading_zeros(target: Target) -> None:
    assert len(set(target.upsert(*apart_at_the_end(target, "a01", "a1", "a01 ", "a001")))) == 4


@pytest.mark.rule("UPSERT-KEY")
def test_order_ids_are_told_apart_by_a_blank_and_by_zeros_in_front(target: Target) -> None:
    order = target.order()
    orders = [target.order() | {"order_id": f"{front}{order['order_id']}"} for front in ("", "0", "00", " ")]
    assert len(set(target.upsert(*orders))) == 4


@pytest.mark.stateful
@pytest.mark.rule("UPSERT-KEY-CASE")
def test_order_ids_are_told_apart_by_case(target: Target) -> None:
    assert len(set(target.upsert(*apart_at_the_end(target, "a01", "A01")))) == 2


def apart_at_the_end(target: Target, *tails: str) -> list[dict[str, Any]]:
    """Return orders whose `order_id`s differ only behind the 50th character, and have at most 64."""
    stem = target.order()["order_id"].ljust(50, "x")
    return [target.order() | {"order_id": f"{stem}-{tail}"} for tail in tails]


@pytest.mark.rule("UPSERT-ID")
def test_an_id_that_is_a_number_is_refused(target: Target) -> None:
    order = target.order()
    answer = target.send("POST", "/orders", body=[{**order, "id": 669}], valid=False)
    assert answer.status == 400
    if target.stateful:
        assert pointers(answer) == {"/data/attributes/[0]/id"}
        assert details(answer) == "Input should be a valid string"


@pytest.mark.rule("UPSERT-ID")
@pytest.mark.stateful
def test_an_order_may_be_named_by_its_id_as_a_string(target: Target, stock: Stock) -> None:
    id_, order = stock.take()
    order["order_number"] += "-b"
    assert target.upsert({**order, "id": str(id_)}) == [id_]
    target.read(id_, until=lambda found: found["order_number"] == order["order_number"])


@pytest.mark.rule("UPSERT-IMMUTABLE")
@pytest.mark.parametrize("taken", [False, True], ids=["a new order_id", "the order_id of another order"])
def test_an_id_whose_order_has_another_order_id_is_refused(target: Target, stock: Stock, taken: bool) -> None:
    (id_, order), (other_id, other) = stock.take(), stock.take()
    wanted = {**(other if taken else target.order()), "id": str(id_), "order_number": "N-refused"}
    answer = target.send("POST", "/orders", body=[wanted])
    assert answer.status == 400
    assert pointers(answer) == {"/data/attributes/[0]/order_id"}
    assert "cannot be changed" in details(answer)
    target.settle()
    assert [differences(order, target.read(id_)), differences(other, target.read(other_id))] == [[], []]
    assert len(stored(target, wanted)) == taken


@pytest.mark.rule("UPSERT-REQUIRED")
@pytest.mark.parametrize("path", ["order_number", "payment_details", "order_details.order_items.0.quantity"])
def test_an_order_without_a_required_field_is_refused(target: Target, path: str) -> None:
    answer = target.send("POST", "/orders", body=[without(target.order(), path)], valid=False)
    assert answer.status == 400


@pytest.mark.rule("UPSERT-REQUIRED")
@pytest.mark.stateful
def test_required_fields_are_required_of_a_known_order_too(target: Target, stock: Stock) -> None:
    id_, order = stock.take()
    partial = {"id": str(id_), "order_id": order["order_id"], "order_number": "changed"}
    answer = target.send("POST", "/orders", body=[partial], valid=False)
    assert answer.status == 400
    assert pointers(answer) == {"/data/attributes/[0]/order_details", "/data/attributes/[0]/payment_details"}


ITEM = "order_details.order_items.0"


@pytest.mark.rule("UPSERT-BOUNDS")
@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{ITEM}.quantity", 0),
        (f"{ITEM}.country_of_origin", "NLD"),
        (f"{ITEM}.measurement", {"weight": {"value": 1, "unit": "stone"}}),
        ("payment_details.total_price.currency", "EU"),
        ("customs_details", {"shipment_type": "loot"}),
    ],
    ids=str,
)
def test_an_order_with_a_value_out_of_bounds_is_refused(target: Target, path: str, value: object) -> None:
    answer = target.send("POST", "/orders", body=[with_value(target.order(), path, value)], valid=False)
    assert answer.status == 400


@pytest.mark.rule("UPSERT-BOUNDS")
@pytest.mark.parametrize("place", [1, 2], ids=["second of three", "last of three"])
def test_an_order_with_one_item_out_of_bounds_is_refused_whichever_it_is(target: Target, place: int) -> None:
    items = [item("Tea tin"), item("Lamp"), item("Pen")]
    items[place]["quantity"] = 0
    answer = target.send("POST", "/orders", body=[target.order(order_items=items)], valid=False)
    assert answer.status == 400


@pytest.mark.rule("UPSERT-BOUNDS")
def test_values_on_the_bounds_are_accepted(target: Target) -> None:
    order = with_value(target.order(), f"{ITEM}.quantity", 1)
    order = with_value(order, f"{ITEM}.total_price.value", 0)
    order = with_value(order, f"{ITEM}.country_of_origin", "NL")
    order = with_value(
        order,
        f"{ITEM}.measurement",
        {
            "dimension": {"length": 0, "width": 0, "height": 0, "unit": "ft"},
            "weight": {"value": 0.001, "unit": "lbs"},
            "volume": {"value": 0, "unit": "gal"},
        },
    )
    assert len(target.upsert(order)) == 1


BOOK = {"name": "Book", "quantity": 1, "total_price": {"value": 5, "currency": "GBP"}}
SETS: dict[str, list[dict[str, Any]]] = {
    "one other item": [BOOK],
    "the last item alone": [item("Lamp", quantity=1)],
    "the same items in another sequence": [item("Lamp"), item("Tea tin")],
    "more items": [item("Tea tin"), item("Lamp"), BOOK, item("Pen", sku="PEN")],
    "no item": [],
    "items of one name": [item("Tea tin", sku="A"), item("Tea tin", sku="B")],
}


@pytest.mark.rule("UPSERT-ITEMS")
@pytest.mark.parametrize("name", SETS)
def test_the_items_of_an_upsert_replace_the_stored_ones(target: Target, stock: Stock, name: str) -> None:
    id_, order = stock.take()
    order["order_details"]["order_items"] = SETS[name]
    target.upsert(order)
    target.read(id_, until=lambda found: differences(order, found) == [])


@pytest.mark.rule("UPSERT-ITEMS")
def test_an_item_that_is_replaced_keeps_no_field_of_the_stored_one(target: Target, stock: Stock) -> None:
    id_, order = stock.take()
    plain = [{**one, "quantity": 9} for one in order["order_details"]["order_items"]]
    for one in plain:
        del one["sku"]
    order["order_details"]["order_items"] = plain
    target.upsert(order)
    found = target.read(id_, until=lambda found: differences(order, found) == [])
    assert [one.get("sku") or None for one in found["order_details"]["order_items"]] == [None, None]


@pytest.mark.rule("UPSERT-ACCOUNT")
def test_an_integration_that_is_not_the_accounts_is_refused(target: Target) -> None:
    answer = target.send("POST", "/orders", body=[target.order(), target.order(NOBODYS_INTEGRATION)])
    assert answer.status == 400
    assert pointers(answer) == {"/data/attributes/[1]/order_details/integration/id"}
    assert details(answer) == f"Integration with id {NOBODYS_INTEGRATION} does not exist"


@pytest.mark.rule("UPSERT-CONFLICT")
def test_upserts_of_one_order_at_the_same_time_end_as_one_order(target: Target) -> None:
    order = target.order()
    with ThreadPoolExecutor(4) as pool:
        ids = {id_ for ids in pool.map(lambda _: target.upsert(order), range(UPSERTS)) for id_ in ids}
    assert len(ids) == 1
    target.read(ids.pop())
    assert len(stored(target, order)) == 1
    # A server need not meet any conflict. Those that it met since this run began are all to be told alike.
    assert [
        pointers(answer) for answer in target.conflicts if answer.status == 400 and pointers(answer) != {"/data"}
    ] == []


@pytest.mark.rule("UPSERT-ASYNC")
def test_an_accepted_order_can_be_read_within_some_seconds(target: Target) -> None:
    order = target.order()
    assert target.read(target.upsert(order)[0])["order_id"] == order["order_id"]


@pytest.mark.rule("UPSERT-ASYNC")
def test_each_order_of_a_batch_can_be_read_within_some_seconds(target: Target, stock: Stock) -> None:
    stock.take()
    assert stock.lost == []


@pytest.mark.rule("UPSERT-PARTNER")
def test_a_partner_id_that_is_no_uuid_is_refused(target: Target) -> None:
    headers = {"Sendcloud-Partner-Id": "not-a-uuid"}
    answer = target.send("POST", "/orders", body=[target.order()], headers=headers, valid=False)
    assert answer.status == 400


@pytest.mark.rule("UPSERT-PARTNER")
@pytest.mark.stateful
def test_an_update_with_a_partner_id_that_is_no_uuid_is_refused_and_changes_nothing(
    target: Target, stock: Stock
) -> None:
    id_, order = stock.take()
    headers = {"Sendcloud-Partner-Id": "not-a-uuid"}
    changed = {**order, "order_number": "N-refused"}
    assert target.send("POST", "/orders", body=[changed], headers=headers, valid=False).status == 400
    target.settle()
    assert differences(order, target.read(id_)) == []


@pytest.mark.rule("UPSERT-SERVICE-POINT")
@pytest.mark.parametrize("name", ["id", "carrier_service_point_id"])
def test_a_service_point_is_named_by_either_id(target: Target, name: str) -> None:
    order = {**target.order(), "service_point_details": {name: "10168633"}}
    ids = target.upsert(order)
    if target.stateful:
        assert target.read(ids[0])["service_point_details"][name] == "10168633"


@pytest.mark.rule("UPSERT-SERVICE-POINT")
@pytest.mark.parametrize(
    "point", [{"post_number": "900000000"}, {"id": "1", "carrier_service_point_id": "2"}], ids=["no id", "both ids"]
)
def test_a_service_point_has_exactly_one_id(target: Target, point: dict[str, str]) -> None:
    order = {**target.order(), "service_point_details": point}
    assert target.send("POST", "/orders", body=[order], valid=False).status == 400


@pytest.fixture(scope="module")
def refused(target: Target) -> list[dict[str, Any]]:
    """Three orders with a service point, which no batch stores."""
    return [{**target.order(), "service_point_details": {"id": "1"}} for _ in range(3)]


@pytest.mark.stateful
@pytest.mark.rule("UPSERT-SERVICE-POINT")
@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "in the middle", "last"])
def test_a_service_point_has_exactly_one_id_wherever_its_order_stands(
    target: Target, refused: list[dict[str, Any]], place: int
) -> None:
    bad = with_value(refused[place], "service_point_details.carrier_service_point_id", "2")
    batch = [*refused[:place], bad, *refused[place + 1 :]]
    assert target.send("POST", "/orders", body=batch, valid=False).status == 400


@pytest.mark.stateful
@pytest.mark.rule("UPSERT-SERVICE-POINT")
def test_a_patch_names_a_service_point_by_exactly_one_id_and_stores_nothing_otherwise(
    target: Target, stock: Stock
) -> None:
    id_, order = stock.take()
    for point in ({"post_number": "900000000"}, {"id": "1", "carrier_service_point_id": "2"}):
        changes = {"order_number": "N-refused", "service_point_details": point}
        assert target.send("PATCH", f"/orders/{id_}", body=changes, valid=False).status == 400
    found = target.read(id_)
    assert differences(order, found) == []
    assert not found.get("service_point_details")


@pytest.mark.stateful
@pytest.mark.rule("UPSERT-SERVICE-POINT")
@pytest.mark.parametrize("way", ["an upsert", "a patch"])
@pytest.mark.parametrize(("before", "after"), [("id", "carrier_service_point_id"), ("carrier_service_point_id", "id")])
def test_a_service_point_that_is_named_anew_has_the_new_id_alone(
    target: Target, way: str, before: str, after: str
) -> None:
    order = {**target.order(), "service_point_details": {before: "10168633"}}
    [id_] = target.upsert(order)
    target.read(id_)
    changes = {"service_point_details": {after: "204"}}
    if way == "an upsert":
        target.upsert({**order, **changes})
    else:
        assert target.send("PATCH", f"/orders/{id_}", body=changes).status == 200
    found = target.read(id_, until=lambda found: found["service_point_details"].get(after) == "204")
    [row] = stored(target, order)
    for point in (found["service_point_details"], row["service_point_details"]):
        assert point[after] == "204"
        assert point.get(before) is None
