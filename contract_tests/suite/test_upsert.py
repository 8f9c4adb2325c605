"""Rules of POST /orders."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from orders.factory import with_value, without
from suite.answer import Reply
from suite.stock import Stock
from suite.target import Target

NOBODYS_INTEGRATION = 2_000_000_011


def pointers(answer: Reply) -> set[str]:
    return {(error.get("source") or {}).get("pointer", "") for error in answer.errors}


def details(answer: Reply) -> str:
    return " | ".join(error["detail"] for error in answer.errors)


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
@pytest.mark.parametrize("size", [1, 3])
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
    now = target.read(first, until=lambda found: found["order_number"] == order["order_number"])
    assert now["order_details"]["status"]["code"] == "shipped"
    assert [int(row["id"]) for row in stored(target, order)] == [first]


@pytest.mark.rule("UPSERT-KEY")
def test_a_key_is_matched_while_its_first_upsert_is_still_being_saved(target: Target) -> None:
    order = target.order()
    assert target.upsert(order) == target.upsert(order)


@pytest.mark.rule("UPSERT-KEY")
def test_order_ids_are_told_apart_by_case_blanks_and_leading_zeros(target: Target) -> None:
    # Apart only behind the 50th character.
    stem = target.order()["order_id"].ljust(50, "x")
    orders = [target.order() for _ in range(4)]
    for order, tail in zip(orders, ("a01", "A01", "a1", "a01 "), strict=True):
        order["order_id"] = f"{stem}-{tail}"
    assert len(set(target.upsert(*orders))) == 4


@pytest.mark.rule("UPSERT-KEY")
def test_the_same_order_id_in_another_integration_is_another_order(target: Target) -> None:
    here, there = two_integrations(target)
    order = target.order(here)
    other = with_value(order, "order_details.integration.id", there)
    first, second = target.upsert(order)[0], target.upsert(other)[0]
    assert first != second
    assert target.read(first)["order_details"]["integration"]["id"] == here
    assert target.read(second)["order_details"]["integration"]["id"] == there


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
def test_an_id_whose_order_has_another_order_id_is_refused(target: Target, stock: Stock) -> None:
    id_, order = stock.take()
    other = {**target.order(), "id": str(id_)}
    answer = target.send("POST", "/orders", body=[other])
    assert answer.status == 400
    assert pointers(answer) == {"/data/attributes/[0]/order_id"}
    assert "cannot be changed" in details(answer)
    target.settle()
    assert target.read(id_)["order_id"] == order["order_id"]
    assert stored(target, other) == []


@pytest.mark.rule("UPSERT-ATOMIC")
@pytest.mark.parametrize("fault", ["missing field", "unknown integration", "immutable order_id"])
def test_one_bad_order_and_nothing_of_the_batch_is_stored(target: Target, stock: Stock, fault: str) -> None:
    id_, known = stock.take()
    new = []
    for place in range(3):
        bad = {
            "missing field": lambda: without(target.order(), "payment_details.total_price"),
            "unknown integration": lambda: target.order(NOBODYS_INTEGRATION),
            "immutable order_id": lambda: {**target.order(), "id": str(id_)},
        }[fault]()
        batch = [target.order(), {**known, "order_number": f"{known['order_number']}-changed"}]
        new += [batch[0], bad]
        batch.insert(place, bad)
        answer = target.send("POST", "/orders", body=batch, valid=fault != "missing field")
        assert answer.status == 400
        assert all(pointer.startswith(f"/data/attributes/[{place}]/") for pointer in pointers(answer))
    target.settle()
    assert [stored(target, order) for order in new] == [[]] * len(new)
    assert target.read(id_)["order_number"] == known["order_number"]


@pytest.mark.rule("UPSERT-MIXED")
def test_a_batch_mixes_integrations_and_new_with_known_orders(target: Target, stock: Stock) -> None:
    _, there = two_integrations(target)
    id_, known = stock.take()
    new = target.order(there)
    changed = {**known, "order_number": f"{known['order_number']}-b"}
    ids = target.upsert(new, changed)
    assert ids[1] == id_
    assert target.read(ids[0])["order_details"]["integration"]["id"] == there
    target.read(id_, until=lambda found: found["order_number"] == changed["order_number"])


REQUIRED = (
    "order_id",
    "order_number",
    "order_details",
    "payment_details",
    "order_details.integration",
    "order_details.integration.id",
    "order_details.status",
    "order_details.status.code",
    "order_details.order_created_at",
    "order_details.order_items",
    "order_details.order_items.0.name",
    "order_details.order_items.0.quantity",
    "order_details.order_items.0.total_price",
    "payment_details.total_price",
    "payment_details.total_price.value",
    "payment_details.total_price.currency",
    "payment_details.status",
    "payment_details.status.code",
)


@pytest.mark.rule("UPSERT-REQUIRED", "ERROR-TOGETHER", "ERROR-POINTER")
def test_every_missing_required_field_is_named_in_one_answer(target: Target) -> None:
    orders = [without(target.order(), path) for path in REQUIRED]
    answer = target.send("POST", "/orders", body=orders, valid=False)
    assert answer.status == 400
    if target.stateful:
        assert pointers(answer) == {
            f"/data/attributes/[{position}]/{path.replace('.', '/')}" for position, path in enumerate(REQUIRED)
        }
        assert {error["detail"] for error in answer.errors} == {"Field required"}


@pytest.mark.rule("UPSERT-REQUIRED")
@pytest.mark.stateful
def test_required_fields_are_required_of_a_known_order_too(target: Target, stock: Stock) -> None:
    id_, order = stock.take()
    partial = {"id": str(id_), "order_id": order["order_id"], "order_number": "changed"}
    answer = target.send("POST", "/orders", body=[partial], valid=False)
    assert answer.status == 400
    assert pointers(answer) == {"/data/attributes/[0]/order_details", "/data/attributes/[0]/payment_details"}


ITEM = "order_details.order_items.0"
OUT_OF_BOUNDS: tuple[tuple[str, object], ...] = (
    ("order_id", ""),
    ("order_number", ""),
    ("order_details.status.code", ""),
    ("order_details.integration.id", "forty-one"),
    ("order_details.order_created_at", "yesterday"),
    ("order_details.order_items", {}),
    (f"{ITEM}.quantity", 0),
    (f"{ITEM}.quantity", 1.5),
    (f"{ITEM}.country_of_origin", "NLD"),
    (f"{ITEM}.measurement", {"weight": {"value": 0, "unit": "kg"}}),
    (f"{ITEM}.measurement", {"weight": {"value": 1, "unit": "stone"}}),
    (f"{ITEM}.measurement", {"dimension": {"length": -1, "width": 1, "height": 1, "unit": "cm"}}),
    (f"{ITEM}.measurement", {"volume": {"value": 1, "unit": "bucket"}}),
    ("payment_details.total_price.value", "a lot"),
    ("payment_details.total_price.currency", "EU"),
    ("shipping_address", {"name": "", "address_line_1": "x", "postal_code": "1", "city": "x", "country_code": "NL"}),
    ("customs_details", {"shipment_type": "loot"}),
    ("customs_details", {"export_type": "smuggled"}),
    ("shipping_details", {"ship_with": {"type": "pigeon", "properties": {"shipping_option_code": None}}}),
)


@pytest.mark.rule("UPSERT-BOUNDS", "ERROR-POINTER")
def test_every_value_out_of_bounds_is_named_with_its_order_and_field(target: Target) -> None:
    orders = [with_value(target.order(), path, value) for path, value in OUT_OF_BOUNDS]
    answer = target.send("POST", "/orders", body=orders, valid=False)
    assert answer.status == 400
    if target.stateful:
        found = pointers(answer)
        missed = [
            (path, value)
            for position, (path, value) in enumerate(OUT_OF_BOUNDS)
            if not any(
                pointer.startswith(f"/data/attributes/[{position}]/{path.replace('.', '/')}") for pointer in found
            )
        ]
        assert missed == []


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


@pytest.mark.rule("UPSERT-ITEMS")
def test_the_items_of_an_upsert_replace_the_stored_ones(target: Target, stock: Stock) -> None:
    id_, order = stock.take()
    order["order_details"]["order_items"] = [{"name": "Book", "quantity": 1, "total_price": {"value": 5}}]
    target.upsert(order)
    names = [["Book"]]
    target.read(id_, until=lambda found: [[item["name"] for item in found["order_details"]["order_items"]]] == names)


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
        ids = {id_ for ids in pool.map(lambda _: target.upsert(order), range(8)) for id_ in ids}
    assert len(ids) == 1
    target.read(ids.pop())
    assert len(stored(target, order)) == 1


@pytest.mark.rule("UPSERT-ASYNC")
def test_an_accepted_order_can_be_read_within_some_seconds(target: Target) -> None:
    order = target.order()
    assert target.read(target.upsert(order)[0])["order_id"] == order["order_id"]


@pytest.mark.rule("UPSERT-PARTNER")
def test_a_partner_id_that_is_no_uuid_is_refused(target: Target) -> None:
    headers = {"Sendcloud-Partner-Id": "not-a-uuid"}
    answer = target.send("POST", "/orders", body=[target.order()], headers=headers, valid=False)
    assert answer.status == 400


@pytest.mark.rule("UPSERT-SERVICE-POINT")
@pytest.mark.parametrize("name", ["id", "carrier_service_point_id"])
def test_a_service_point_is_named_by_either_id(target: Target, name: str) -> None:
    order = {**target.order(), "service_point_details": {name: "10168633"}}
    ids = target.upsert(order)
    if target.stateful:
        assert target.read(ids[0])["service_point_details"][name] == "10168633"


@pytest.mark.rule("UPSERT-SERVICE-POINT")
def test_a_service_point_without_an_id_is_refused(target: Target) -> None:
    order = {**target.order(), "service_point_details": {"post_number": "900000000"}}
    assert target.send("POST", "/orders", body=[order], valid=False).status == 400


def two_integrations(target: Target) -> tuple[int, int]:
    if len(target.integrations) < 2:
        pytest.skip("needs two integrations: name them in SENDCLOUD_INTEGRATION_IDS")
    return target.integrations[0], target.integrations[1]
