"""The model obeys the ledger, shown by example."""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from orders.factory import address, item, order
from orders.model import Json, MissingError, Model, RefusedError


@pytest.fixture
def model() -> Model:
    return Model([41, 68])


def store(model: Model, *orders: Json) -> None:
    """Upsert orders and give the new ones the next ids, from 1."""
    for key in model.upsert(orders):
        if key not in model.ids.values():
            model.learn(key, max(model.ids, default=0) + 1)


def ids(model: Model, **asked: Any) -> list[int]:
    return [row["id"] for row in model.list(**asked)]


def test_an_unknown_key_is_stored_and_a_known_one_is_updated(model: Model) -> None:
    store(model, order(), order(order_number="#2"))
    assert [row["order_number"] for row in model.list()] == ["#2"]


def test_the_same_order_id_in_another_integration_is_another_order(model: Model) -> None:
    store(model, order(integration=41), order(integration=68))
    assert ids(model) == [2, 1]


def test_an_order_can_be_named_by_its_id(model: Model) -> None:
    store(model, order())
    store(model, order(id="1", order_number="#2"))
    assert model.get(1)["order_number"] == "#2"
    assert ids(model) == [1]


def test_an_id_with_another_order_id_is_refused(model: Model) -> None:
    store(model, order())
    with pytest.raises(RefusedError) as refusal:
        model.upsert([order("B-2"), order("A-2", id="1")])
    assert refusal.value.faults == {(1, ("order_id",))}


def test_one_bad_order_keeps_the_whole_batch_out_and_every_fault_is_named(model: Model) -> None:
    store(model, order())
    bad = order("A-3", order_items=[item("Mug", quantity=0)])
    del bad["order_number"]
    with pytest.raises(RefusedError) as refusal:
        model.upsert([order(order_number="#9"), bad])
    assert refusal.value.faults == {(1, ("order_number",)), (1, ("order_details", "order_items", 0, "quantity"))}
    assert [row["order_number"] for row in model.list()] == ["#A"]


def test_an_integration_of_somebody_else_is_refused(model: Model) -> None:
    with pytest.raises(RefusedError) as refusal:
        model.upsert([order(integration=99)])
    assert refusal.value.faults == {(0, ("order_details", "integration", "id"))}


def test_a_hundred_orders_are_taken_and_one_more_is_not(model: Model) -> None:
    orders = [order(f"A-{n}") for n in range(101)]
    assert len(model.upsert(orders[:100])) == 100
    with pytest.raises(RefusedError):
        model.upsert(orders)


def test_an_upsert_replaces_the_items(model: Model) -> None:
    store(model, order(), order(order_items=[item("Fork")]))
    assert [line["name"] for line in model.get(1)["order_details"]["order_items"]] == ["Fork"]


def test_an_upsert_keeps_the_optional_fields_that_it_leaves_out(model: Model) -> None:
    store(model, order(notes="Ring twice", shipping_address=address(house_number="1")))
    store(model, order(shipping_address=address(city="Graz")))
    assert model.get(1)["order_details"]["notes"] == "Ring twice"
    assert model.get(1)["shipping_address"] == address(city="Graz", house_number="1")


def test_a_service_point_named_the_other_way_loses_its_first_name(model: Model) -> None:
    store(model, order(service_point_details={"id": "7", "type": "locker"}))
    store(model, order(service_point_details={"carrier_service_point_id": "NL-7"}))
    assert model.get(1)["service_point_details"] == {"carrier_service_point_id": "NL-7", "type": "locker"}


def test_what_is_sent_later_changed_by_its_sender_leaves_the_stored_order_alone(model: Model) -> None:
    sent = order()
    store(model, sent)
    sent["order_details"]["status"]["code"] = "shipped"
    assert model.get(1)["order_details"]["status"]["code"] == "unshipped"


def test_what_is_read_later_changed_by_its_reader_leaves_the_stored_order_alone(model: Model) -> None:
    store(model, order())
    model.get(1)["order_details"]["status"]["code"] = "shipped"
    assert model.get(1)["order_details"]["status"]["code"] == "unshipped"


def test_an_order_never_gets_a_second_id(model: Model) -> None:
    store(model, order())
    with pytest.raises(AssertionError, match="had id 1 and now has 2"):
        model.learn((41, "A"), 2)


def test_an_id_never_names_a_second_order(model: Model) -> None:
    store(model, order())
    with pytest.raises(AssertionError, match="1 named"):
        model.learn((41, "A-2"), 1)


def test_an_update_changes_what_it_names_and_leaves_the_rest(model: Model) -> None:
    store(model, order(shipping_address=address()))
    before = deepcopy(model.get(1))
    model.update(1, {"shipping_address": {"city": "Linz"}, "payment_details": {"total_price": {"value": 7}}})
    before["shipping_address"]["city"] = "Linz"
    before["payment_details"]["total_price"]["value"] = 7
    assert model.get(1) == before


def test_an_update_replaces_the_tags(model: Model) -> None:
    store(model, order(tags=["a", "b"]))
    model.update(1, {"order_details": {"tags": ["c"]}})
    assert model.get(1)["order_details"]["tags"] == ["c"]


def test_an_update_changes_the_item_of_the_name_and_adds_and_removes_none(model: Model) -> None:
    store(model, order(order_items=[item("Mug"), item("Plate")]))
    model.update(1, {"order_details": {"order_items": [{"name": "Plate", "quantity": 4}]}})
    assert model.get(1)["order_details"]["order_items"] == [item("Mug"), item("Plate", quantity=4)]


@pytest.mark.parametrize("changes", [{"name": "mug", "quantity": 4}, {"quantity": 4}])
def test_an_update_of_an_item_that_is_not_there_changes_nothing(model: Model, changes: Json) -> None:
    store(model, order(order_items=[item("Mug"), item("Plate")]))
    before = model.get(1)
    with pytest.raises(RefusedError):
        model.update(1, {"order_number": "#2", "order_details": {"order_items": [changes]}})
    assert model.get(1) == before


def test_an_update_may_repeat_the_order_id_and_not_change_it(model: Model) -> None:
    store(model, order())
    model.update(1, {"id": "1", "order_id": "A", "order_number": "#2"})
    assert (model.get(1)["id"], model.get(1)["order_number"]) == (1, "#2")
    with pytest.raises(RefusedError):
        model.update(1, {"order_id": "A-2"})


def test_an_updated_phone_is_the_phone_number(model: Model) -> None:
    store(model, order(customer_details={"name": "Ada", "phone_number": "1"}))
    model.update(1, {"customer_details": {"phone": "2"}})
    assert model.get(1)["customer_details"] == {"name": "Ada", "phone_number": "2"}


def test_a_deleted_order_can_be_neither_read_nor_changed_nor_deleted_again(model: Model) -> None:
    store(model, order())
    model.delete(1)
    assert ids(model) == []
    with pytest.raises(MissingError):
        model.get(1)
    with pytest.raises(MissingError):
        model.update(1, {})
    with pytest.raises(MissingError):
        model.delete(1)


def test_an_order_upserted_after_its_deletion_is_new(model: Model) -> None:
    store(model, order(notes="old"), order("A-2"))
    model.delete(1)
    store(model, order())
    assert ids(model) == [3, 2]
    assert "notes" not in model.get(3)["order_details"]


def test_the_list_can_be_of_some_integrations(model: Model) -> None:
    store(model, order(integration=41), order(integration=68))
    assert ids(model, integration=[68]) == [2]
    assert ids(model, integration=[41, 68]) == [2, 1]


def test_the_list_of_an_unknown_integration_is_refused(model: Model) -> None:
    with pytest.raises(RefusedError):
        model.list(integration=[41, 99])


@pytest.mark.parametrize("name", ["order_number", "order_id", "status"])
def test_a_text_filter_matches_whole_and_without_regard_to_case(model: Model, name: str) -> None:
    store(model, order("abc", order_number="ABC", status={"code": "Abc"}))
    store(model, order("abcd", order_number="ABCD", status={"code": "Abcd"}))
    assert ids(model, **{name: "aBC"}) == [1]
    assert ids(model, **{name: "ab"}) == []


@pytest.mark.parametrize("name", ["order_created_at", "order_updated_at"])
def test_a_date_filter_takes_the_day_in_utc_and_includes_its_bounds(model: Model, name: str) -> None:
    stamps = ("2026-11-01T23:30:00Z", "2026-11-02T23:30:00-03:30", "2026-11-02T05:00:00+05:45")
    for n, stamp in enumerate(stamps):
        dates: Json = {name: stamp}
        store(model, order(f"A-{n}", **dates))
    assert ids(model, **{name: date(2026, 11, 1)}) == [3, 1]
    assert ids(model, **{f"{name}_min": date(2026, 11, 3)}) == [2]
    assert ids(model, **{f"{name}_max": date(2026, 11, 1)}) == [3, 1]
    assert ids(model, **{f"{name}_min": date(2026, 11, 2), f"{name}_max": date(2026, 11, 2)}) == []


def test_an_order_without_the_date_passes_no_filter_on_it(model: Model) -> None:
    store(model, order(), order("A-2", order_updated_at=None))
    assert ids(model, order_updated_at_min=date(2000, 1, 1)) == []


def test_filters_hold_together(model: Model) -> None:
    store(model, order("A-1", 41), order("A-1", 68), order("A-2", 41))
    assert ids(model, order_id="a-1", integration=[41]) == [1]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("pk", [1, 2, 3]),
        ("-pk", [3, 2, 1]),
        ("integration,pk", [2, 3, 1]),
        ("-integration,-pk", [1, 3, 2]),
        ("order_number", [2, 3, 1]),
        ("-order_created_at", [3, 1, 2]),
        ("order_updated_at", [3, 2, 1]),
    ],
)
def test_the_list_is_sorted_by_each_key_in_turn(model: Model, sort: str, expected: list[int]) -> None:
    rows = (
        (68, "#3", "2026-11-01T12:00:00+02:00", "2026-12-03T00:00:00Z"),
        (41, "#1", "2026-11-01T12:00:00+03:00", "2026-12-02T00:00:00Z"),
        (41, "#2", "2026-11-01T12:00:00+01:00", "2026-12-01T00:00:00Z"),
    )
    for n, (integration, number, created, updated) in enumerate(rows):
        store(
            model,
            order(f"A-{n}", integration, order_number=number, order_created_at=created, order_updated_at=updated),
        )
    assert ids(model, sort=sort) == expected
