"""What a label needs of an order, checked before the order is sent."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.both_clients import Connect, Driven
from doubles.fake_service import FakeService
from orders.factory import address, item, order, orders, price, with_value, without
from sendcloud_orders import BasicCredentials, InvalidOrders, InvalidRequest, OrdersClient, Rejected, UpsertReport
from sendcloud_orders.label_check import find_label_errors, find_label_warnings
from sendcloud_orders.pointers import spell_path
from sendcloud_orders_api.models import OrderInput

WEIGHT = {"measurement": {"weight": {"value": 0.5, "unit": "kg"}}}


def shippable(order_id: str = "A", **fields: Any) -> dict[str, Any]:
    return order(order_id, shipping_address=address(), shipping_details=WEIGHT, **fields)


def found(one: Any) -> dict[str, str]:
    return {spell_path(error.path): error.message for error in find_label_errors(one)}


@pytest.mark.rule("LABEL-CHECK")
def test_an_order_with_address_and_weight_lacks_nothing() -> None:
    assert not found(shippable())


@pytest.mark.rule("LABEL-CHECK")
def test_an_order_that_is_stored_all_the_same_may_lack_both() -> None:
    assert set(found(order())) == {"shipping_address", "shipping_details.measurement.weight"}


@pytest.mark.rule("LABEL-CHECK", "LABELS-ADDRESS")
@pytest.mark.parametrize("part", ["name", "address_line_1", "postal_code", "city", "country_code"])
@pytest.mark.parametrize("value", [None, "", " ", "\u00a0"])
def test_each_part_of_the_address_is_needed(part: str, value: Any) -> None:
    path = ("shipping_address", part)
    assert list(found(without(shippable(), path))) == [spell_path(path)]
    assert list(found(with_value(shippable(), path, value))) == [spell_path(path)]


@pytest.mark.parametrize("field", ["house_number", "address_line_2", "company_name", "state_province_code"])
def test_other_parts_of_the_address_are_not(field: str) -> None:
    assert field not in address()
    assert not found(shippable())


@pytest.mark.rule("LABEL-CHECK")
@pytest.mark.parametrize(
    ("code", "taken"), [("NL", True), ("nl", True), ("NLD", False), ("Netherlands", False), ("N1", False)]
)
def test_a_country_is_a_code_of_two_letters(code: str, taken: bool) -> None:
    assert (not found(with_value(shippable(), ("shipping_address", "country_code"), code))) is taken


@pytest.mark.rule("LABEL-CHECK")
def test_an_order_to_a_service_point_needs_an_address_as_well() -> None:
    to_point = shippable(service_point_details={"id": "10168633"})
    assert not found(to_point)
    assert list(found(without(to_point, ("shipping_address",)))) == ["shipping_address"]


@pytest.mark.rule("LABEL-CHECK")
@pytest.mark.parametrize("pickup", [True, False, None])
def test_an_order_that_the_customer_collects_needs_neither_address_nor_weight(pickup: Any) -> None:
    assert bool(found(order(shipping_details={"is_local_pickup": pickup}))) is (pickup is not True)


@pytest.mark.rule("LABEL-CHECK")
@pytest.mark.parametrize("value", [0.5, 1, "0.5", Decimal("0.5")])
def test_a_weight_of_the_order_or_of_one_item_will_do(value: Any) -> None:
    weight = {"measurement": {"weight": {"value": value, "unit": "kg"}}}
    assert not found(order(shipping_address=address(), shipping_details=weight))
    items = [item("Tea"), item("Cup", **weight)]
    assert not found(order(shipping_address=address(), order_items=items))


@pytest.mark.rule("LABEL-CHECK")
@pytest.mark.parametrize("value", [0, 0.0, -1, "0", None, "heavy", True, float("nan"), [], {}])
def test_a_weight_that_is_none_does_not(value: Any) -> None:
    weight = {"measurement": {"weight": {"value": value, "unit": "kg"}}}
    one = order(shipping_address=address(), shipping_details=weight, order_items=[item("Tea", **weight)])
    assert list(found(one)) == ["shipping_details.measurement.weight"]


@pytest.mark.rule("LABEL-CHECK", "LABEL-PRICE")
@pytest.mark.parametrize("name", ["unit_price", "total_price"])
@pytest.mark.parametrize("value", [-0.01, -1, "-5.00", Decimal("-1")])
def test_a_negative_price_of_an_item_is_named(name: str, value: Any) -> None:
    items = [item("Tea"), item("Discount", **{name: price(value)})]
    assert list(found(shippable(order_items=items))) == [f"order_details.order_items[1].{name}.value"]


@pytest.mark.parametrize("value", [0, 0.0, "0.00", -0.0])
def test_a_price_of_nothing_is_none(value: Any) -> None:
    assert not found(shippable(order_items=[item("Gift", unit_price=price(value), total_price=price(value))]))


@pytest.mark.rule("LABEL-CHECK", "LABEL-NAMED", "UPSERT-LONG-NAME")
@pytest.mark.parametrize(("field", "longest"), [("order_id", 64), ("order_number", 255)])
def test_a_name_that_label_operations_do_not_take_is_named(field: str, longest: int) -> None:
    assert not found(shippable() | {field: "x" * longest})
    assert list(found(shippable() | {field: "x" * (longest + 1)})) == [field]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
PATHS = st.sampled_from(
    [
        ("shipping_address",),
        ("shipping_address", "name"),
        ("shipping_details",),
        ("shipping_details", "measurement"),
        ("order_details",),
        ("order_details", "order_items"),
        ("order_id",),
    ]
)


@given(PATHS, JSON)
def test_whatever_an_order_holds_nothing_is_raised(path: tuple[str, ...], value: Any) -> None:
    one = with_value(shippable(), path, value)
    list(find_label_errors(one))
    list(find_label_warnings(one))


@pytest.mark.parametrize("odd", [{}, {"order_details": 5}, {"order_details": {"order_items": {}}}])
def test_what_is_hardly_an_order_lacks_all_and_raises_nothing(odd: Any) -> None:
    assert found(odd)
    assert list(find_label_warnings(odd))


# ---------------------------------------------------------------- warnings


def warned(one: Any) -> list[str]:
    return [spell_path(error.path) for error in find_label_warnings(one)]


@pytest.mark.rule("LABEL-CHECK")
def test_what_only_some_carriers_want_is_a_warning_and_no_error() -> None:
    assert warned(shippable()) == [
        "shipping_address.phone_number",
        "shipping_address.email",
        "shipping_address.house_number",
    ]
    reachable = {"phone_number": "+31600000000", "email": "ada@customer.example"}
    for whole in (
        shippable() | {"shipping_address": address(house_number="1", **reachable)},
        shippable(customer_details=reachable) | {"shipping_address": address(address_line_1="Voorbeeldstraat 1")},
        order(shipping_details={"is_local_pickup": True}),
    ):
        assert warned(whole) == []


# ---------------------------------------------------------------- in an upsert

WAYS: dict[str, Callable[[Driven, list[Any]], UpsertReport]] = {
    "upsert": lambda client, given: client.upsert(given, on_rejected="skip", check_for_label=True),
    "iter": lambda client, given: UpsertReport.of(client.upsert_iter(given, on_rejected="skip", check_for_label=True)),
}


@pytest.mark.rule("LABEL-CHECK")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("model", [False, True])
def test_an_order_whose_label_lacks_something_is_refused_and_the_others_are_sent(
    connect: Connect, way: str, model: bool
) -> None:
    given: list[Any] = [shippable("A"), order("B"), shippable("C")]
    if model:
        given = [msgspec.convert(one, OrderInput) for one in given]
    service = FakeService()
    report = WAYS[way](connect(service), given)
    [rejected] = report.rejected
    assert (rejected.position, rejected.status) == (1, None)
    assert "shipping_address: Field required to make a label" in str(rejected)
    assert {name for _, name in service.stored} == {"A", "C"}


@pytest.mark.rule("LABEL-CHECK")
def test_without_being_asked_for_nothing_of_it_is_checked(connect: Connect) -> None:
    service = FakeService()
    client = connect(service)
    assert client.upsert(orders(3)).ok
    assert client.upsert_batch(orders(3)).ok


@pytest.mark.rule("LABEL-CHECK")
@pytest.mark.parametrize("check", [True, False])
def test_a_batch_is_refused_before_anything_is_sent(connect: Connect, check: bool) -> None:
    service = FakeService()
    client = connect(service)
    for send in (client.upsert, client.upsert_batch):
        with pytest.raises(InvalidOrders, match="shipping_address"):
            send([shippable("A"), order("B")], check=check, check_for_label=True)
    assert service.sent == []


@pytest.mark.rule("LABEL-CHECK", "ERROR-TOGETHER")
def test_what_is_wrong_and_what_a_label_lacks_is_told_together_and_once(connect: Connect) -> None:
    given = without(order("A", shipping_address=address(), order_number=""), ("shipping_address", "name"))
    with pytest.raises(InvalidOrders) as caught:
        connect(FakeService()).upsert([given], check_for_label=True)
    fields = [error.field for error in caught.value.failures[0].errors]
    assert sorted(fields) == ["order_number", "shipping_address.name", "shipping_details.measurement.weight"]


@pytest.mark.rule("LABEL-CHECK")
def test_a_coalesced_order_is_checked_alike() -> None:
    service = FakeService()
    with (
        OrdersClient(BasicCredentials("public", "hidden"), transport=service.transport) as client,
        client.coalescing(linger=0, check_for_label=True) as coalescing,
    ):
        [rejected] = coalescing.upsert(order()).rejected
        assert isinstance(rejected, Rejected)
        assert coalescing.upsert(shippable()).ok


@pytest.mark.parametrize("call", ["upsert", "upsert_batch"])
def test_the_option_is_true_or_false(connect: Connect, call: str) -> None:
    with pytest.raises(InvalidRequest, match="check_for_label"):
        getattr(connect(FakeService()), call)(orders(1), check_for_label="yes")
