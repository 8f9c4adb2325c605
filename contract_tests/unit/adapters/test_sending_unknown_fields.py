"""Fields that the spec does not name: refused unless asked for, and sent without loss when asked for."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.both_clients import Connect
from doubles.fake_service import FakeService
from doubles.ways_in import Json, at, begun, checked_or_not, errors_of, outcome, put, sent, unshared
from orders.factory import address, order, orders
from orders.strategies import order_input
from sendcloud_orders import InvalidOrders, InvalidRequest
from sendcloud_orders.batching import prepare
from sendcloud_orders.bodies import write_body
from sendcloud_orders.checking import find_errors
from sendcloud_orders.errors import FieldError
from sendcloud_orders.pointers import FieldPath
from sendcloud_orders_api.models import OrderInput, OrderUpdate
from sendcloud_orders_api.types import EXTRA

pytestmark = [pytest.mark.rule("UPSERT-UNKNOWN-FIELD"), pytest.mark.one_python]

ITEM: FieldPath = ("order_details", "order_items", 0)
HOLDERS: list[FieldPath] = [
    (),
    ("order_details",),
    ITEM,
    (*ITEM, "total_price"),
    ("payment_details", "freight_costs"),
    ("customs_details", "tax_numbers", "sender", 0),
    ("shipping_address",),
]
FUTURE: Json = {"deep": [{"er": Decimal("1.50")}], "null": None, "text": "19,90", "list": []}


def whole() -> dict[str, Json]:
    """Give an order with an object at each of the places above; without its key it is an update as well."""
    body = order("A", shipping_address=address())
    body["payment_details"]["freight_costs"] = {"value": "4.50", "currency": "EUR"}
    body["customs_details"] = {"tax_numbers": {"sender": [{"name": "VAT"}]}}
    return body


def with_future(body: Json, paths: list[FieldPath], name: str = "x_future", value: Json = FUTURE) -> Json:
    """Copy a body of dicts with one more field at some of its objects."""
    changed = unshared(body)
    for path in paths:
        put(changed, (*path, name), unshared(value))
    return changed


def with_extra(body: Json, paths: list[FieldPath], model: Any = OrderInput, value: Json = FUTURE) -> Any:
    """Make the same of models."""
    made = msgspec.convert(unshared(body), model)
    for path in paths:
        put(made, (*path, EXTRA), {"x_future": unshared(value)})
    return made


def bodies(paths: list[FieldPath]) -> list[Any]:
    """Give an order with further fields: as dicts, as models, and as what msgspec makes of models."""
    model = with_extra(whole(), paths)
    return [with_future(whole(), paths), model, msgspec.to_builtins(model, builtin_types=(Decimal,))]


# ---------------------------------------------------------------- refused by default


@pytest.mark.parametrize("path", HOLDERS, ids=lambda path: ".".join(map(str, path)) or "top")
def test_an_unknown_field_is_refused_at_its_place_and_told_how_to_be_sent(path: FieldPath) -> None:
    for body in bodies([path]):
        [error] = errors_of(outcome(prepare(body, 0)))
        told = 'Extra inputs are not permitted: to send it, pass unknown_fields="send"'
        assert error == FieldError(told, (*path, "x_future"), "extra_forbidden")


def test_an_unknown_field_of_an_update_is_refused_as_well() -> None:
    changes = with_extra({"order_number": "1"}, [()], OrderUpdate)
    for body in (changes, {"order_number": "1", "x_future": FUTURE}):
        [error] = errors_of(begun(body))
        assert error.path == ("x_future",)
        assert error.message.endswith('pass unknown_fields="send"')


# ---------------------------------------------------------------- sent when asked for


@checked_or_not
def test_unknown_fields_at_every_depth_are_sent_beside_the_others(check: bool) -> None:
    expected = with_future(sent(outcome(prepare(whole(), 0))), HOLDERS)
    for body in bodies(HOLDERS):
        written = outcome(prepare(body, 0, check=check, unknown_fields="send"))
        assert sent(written) == expected
        assert isinstance(written, bytes)
        assert EXTRA.encode() not in written


@checked_or_not
def test_unknown_fields_of_an_update_are_sent_beside_the_others(check: bool) -> None:
    plain = whole()
    del plain["order_id"]
    plain["order_number"] = "1"
    expected = with_future(sent(begun(plain)), HOLDERS)
    for body in (with_future(plain, HOLDERS), with_extra(plain, HOLDERS, OrderUpdate)):
        assert sent(begun(body, check=check, unknown_fields="send")) == expected


@given(data=st.data())
def test_whatever_an_order_holds_besides_is_sent_or_refused_field_by_field(data: st.DataObject) -> None:
    plain = data.draw(order_input())
    holders = [path for path in objects_of(plain) if "properties" not in path and "extra_data" not in path]
    chosen = data.draw(st.lists(st.sampled_from(holders), min_size=1, max_size=4, unique=True))
    free = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3)
    value = data.draw(st.recursive(free, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner)))
    model = with_extra(plain, chosen, value=value)
    for body, known in (
        (with_future(plain, chosen, value=value), plain),
        (model, msgspec.convert(unshared(plain), OrderInput)),
    ):
        expected = with_future(sent(outcome(prepare(known, 0))), chosen, value=value)
        assert sent(outcome(prepare(body, 0, unknown_fields="send"))) == expected
        refused = errors_of(outcome(prepare(body, 0)))
        assert {error.path for error in refused} == {(*path, "x_future") for path in chosen}


def objects_of(body: Json, path: FieldPath = ()) -> list[FieldPath]:
    members = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    inner = [found for name, part in members for found in objects_of(part, (*path, name))]
    return [path, *inner] if isinstance(body, dict) else inner


def test_all_else_is_checked_as_before() -> None:
    faults: list[tuple[FieldPath, Any, FieldPath]] = [
        (("order_number",), 5, ("order_number",)),
        ((*ITEM, "quantity"), 0, (*ITEM, "quantity")),
        (("shipping_address",), {"city": "Oss"}, ("shipping_address", "country_code")),
        (("order_details", "order_created_at"), "2026-11-02", ("order_details", "order_created_at")),
        (("payment_details", "freight_costs", "value"), "4,50", ("payment_details", "freight_costs", "value")),
        (("customs_details", "shipment_type"), "present", ("customs_details", "shipment_type")),
        ((*ITEM, "total_price"), None, (*ITEM, "total_price")),
        (("id",), "A-1", ("id",)),
        (("created_at",), "yesterday", ("created_at",)),
        (("service_point_details",), {"x_future": 1}, ("service_point_details", "carrier_service_point_id")),
    ]
    for path, value, told_at in faults:
        bad = with_future(whole(), HOLDERS)
        put(bad, path, value)
        told = errors_of(outcome(prepare(bad, 0, unknown_fields="send")))
        assert told_at in {error.path for error in told}
        assert not {error.path for error in told if error.path[-1] == "x_future"}


@pytest.mark.parametrize("modelled", [False, True], ids=["dict", "model"])
def test_what_an_unknown_field_holds_is_json_or_refused_at_its_place(modelled: bool) -> None:
    for value, reason in (
        (b"5", "Input of type bytes cannot be written as JSON"),
        (math.nan, "finite number"),
        ("\ud800", "lone surrogates"),
        (2**64, "64 bits"),
        ({1: 2}, "Names should be strings"),
    ):
        for check in (True, False):
            body = whole()
            body = with_extra(body, [ITEM], value=value) if modelled else with_future(body, [ITEM], value=value)
            [error] = errors_of(outcome(prepare(body, 0, check=check, unknown_fields="send")))
            assert error.path == (*ITEM, "x_future")
            assert reason in error.message
    deep: Json = 1
    for _ in range(70):
        deep = [deep]
    [error] = errors_of(outcome(prepare(with_future(whole(), [ITEM], value=deep), 0, unknown_fields="send")))
    assert "nested too deeply" in error.message


def test_fields_that_are_known_are_brought_into_their_form_and_unknown_ones_left_alone() -> None:
    body = with_future(whole(), [(), ITEM], value={"value": "19.90", "freight_costs": {"value": 4.5}, "null": None})
    body["payment_details"]["total_price"]["value"] = "19.90"
    body["payment_details"]["freight_costs"]["value"] = 4.5
    body["billing_address"] = None
    came = sent(outcome(prepare(body, 0, unknown_fields="send")))
    assert came["x_future"] == {"value": "19.90", "freight_costs": {"value": Decimal("4.5")}, "null": None}
    assert came["payment_details"]["total_price"]["value"] == Decimal("19.90")
    assert came["payment_details"]["freight_costs"]["value"] == "4.5"
    assert "billing_address" not in came


def test_dicts_that_fit_take_the_short_way_and_are_not_copied() -> None:
    known, unknown = whole(), with_future(whole(), HOLDERS, value="x")
    for body, options in (
        (known, {"check": True}),
        (known, {"check": False}),
        (unknown, {"check": True, "unknown_fields": "send"}),
        (unknown, {"check": False}),
    ):
        written, _ = write_body(body, "OrderInput", **options)
        assert written is body


# ---------------------------------------------------------------- what a model holds in `extra`


@checked_or_not
@pytest.mark.parametrize("setting", ["refuse", "send"])
def test_a_field_of_the_model_given_in_its_extra_as_well_is_refused(check: bool, setting: Any) -> None:
    for path, name in (((), "order_number"), ((), "billing_address"), (ITEM, "sku"), ((), "created_at"), ((), EXTRA)):
        model = msgspec.convert(whole(), OrderInput)
        put(model, (*path, EXTRA), {name: "x"})
        [error] = errors_of(outcome(prepare(model, 0, check=check, unknown_fields=setting)))
        assert error.path == (*path, name)
        assert error.message == "Not permitted in extra: the model has a field of this name"


@checked_or_not
@pytest.mark.parametrize("value", [[1], "x", 5, False], ids=repr)
def test_an_extra_that_is_no_dict_is_refused(check: bool, value: object) -> None:
    model = msgspec.convert(whole(), OrderInput)
    put(model, (*ITEM, EXTRA), value)
    [error] = errors_of(outcome(prepare(model, 0, check=check, unknown_fields="send")))
    assert error == FieldError(
        f"Input should be a dict of fields, not {type(value).__name__}", (*ITEM, "extra"), "invalid"
    )


def test_an_extra_of_nothing_is_nothing() -> None:
    plain = sent(outcome(prepare(msgspec.convert(whole(), OrderInput), 0)))
    nothings: list[Any] = [None, {}, msgspec.UNSET]
    for nothing in nothings:
        model = msgspec.convert(whole(), OrderInput)
        put(model, (EXTRA,), nothing)
        put(model, (*ITEM, EXTRA), nothing)
        assert sent(outcome(prepare(model, 0))) == plain


def test_an_extra_that_cannot_be_read_is_refused_at_the_field_that_it_would_be() -> None:
    model = msgspec.convert(whole(), OrderInput)
    loop: list[Any] = []
    loop.append(loop)
    put(model, (*ITEM, EXTRA), {"x_future": loop, 5: 5})
    [error] = errors_of(outcome(prepare(model, 0, unknown_fields="send")))
    assert error.path[:4] == (*ITEM, "x_future")
    assert "nested too deeply" in error.message


# ---------------------------------------------------------------- hints


def test_a_missing_field_is_told_with_the_unknown_one_that_may_be_meant() -> None:
    body = whole()
    body["shipping_address"]["country"] = body["shipping_address"].pop("country_code")
    body["order_details"]["order_items"][0]["quantitty"] = body["order_details"]["order_items"][0].pop("quantity")
    told = {error.path: error.message for error in errors_of(outcome(prepare(body, 0, unknown_fields="send")))}
    assert told == {
        ("shipping_address", "country_code"): "Field required; is it what country stands for?",
        (*ITEM, "quantity"): "Field required; is it what quantitty stands for?",
    }
    del body["shipping_address"]["country"]
    body["service_point_details"] = {"post_number": "1", "carrier_service_point_ids": "2"}
    told = {error.path: error.message for error in errors_of(outcome(prepare(body, 0, unknown_fields="send")))}
    assert told["shipping_address", "country_code"] == "Field required"
    hint = "is it what carrier_service_point_ids stands for?"
    assert told["service_point_details", "carrier_service_point_id"] == f"Field required; {hint}"


@pytest.mark.parametrize(
    "body",
    [
        {"name": "A", "city": "Oss", "order_number": "1", "parcel_items": []},
        {"parcel": {"name": "A", "city": "Oss"}},
        {"parcels": [{"city": "Oss"}], "id": "5"},
    ],
    ids=["flat", "parcel", "parcels"],
)
def test_the_shape_of_v2_is_refused_with_its_hints(body: dict[str, Json]) -> None:
    told = errors_of(outcome(prepare(body, 0, unknown_fields="send")))
    assert ("order_id",) in {error.path for error in told}
    moved = [error for error in told if "this is the v2 shape" in error.message]
    assert moved == [error for error in find_errors("OrderInput", body) if error.code == "extra_forbidden"]
    assert moved
    changes = {name: value for name, value in body.items() if name != "id"}
    told = errors_of(begun(changes, unknown_fields="send"))
    assert told
    assert all("this is the v2 shape" in error.message for error in told)


def test_an_order_that_lacks_nothing_may_have_a_new_field_with_a_name_of_v2() -> None:
    body = whole() | {"weight": 5}
    assert sent(outcome(prepare(body, 0, unknown_fields="send")))["weight"] == 5
    changes = {"order_details": {"notes": "ring"}, "weight": 5}
    assert sent(begun(changes, unknown_fields="send")) == changes
    body["external_order_id"] = body.pop("order_id")
    told = {error.path: error.message for error in errors_of(outcome(prepare(body, 0, unknown_fields="send")))}
    assert told["external_order_id",].endswith("v3 has it at order_id")
    assert ("order_id",) in told


# ---------------------------------------------------------------- the clients


def test_each_way_to_send_has_the_setting(connect: Connect) -> None:
    service = FakeService()
    client = connect(service)
    further = [one | {"x_future": 1} for one in orders(2)]
    client.upsert(further, unknown_fields="send").raise_for_rejected()
    client.upsert(iter(further), unknown_fields="send").raise_for_rejected()
    client.upsert_batch(further, unknown_fields="send").raise_for_rejected()
    [outcome_] = client.upsert_iter(further, unknown_fields="send")
    assert outcome_.ok
    assert [[one["x_future"] for one in request.json] for request in service.sent] == [[1, 1]] * 4
    client.update(outcome_.accepted[0].id, {"order_number": "2", "x_future": 2}, unknown_fields="send")
    assert service.sent[-1].json == {"order_number": "2", "x_future": 2}


def test_each_way_to_send_refuses_by_default_before_anything_is_sent(connect: Connect) -> None:
    service = FakeService()
    client = connect(service)
    further = [one | {"x_future": 1} for one in orders(2)]
    for send, passed in ((client.upsert, further), (client.upsert, iter(further)), (client.upsert_batch, further)):
        with pytest.raises(InvalidOrders, match=r'x_future: .*unknown_fields="send"'):
            send(passed)
    [outcome_] = client.upsert_iter(further)
    assert [one.errors[0].path for one in outcome_.rejected] == [("x_future",)] * 2
    with pytest.raises(InvalidRequest, match=r'x_future: .*unknown_fields="send"'):
        client.update(669, {"x_future": 1})
    assert service.sent == []


@pytest.mark.parametrize("value", ["Send", "keep", "", None, True, 5], ids=repr)
def test_a_setting_that_is_none_is_refused_as_the_call_begins(connect: Connect, value: object) -> None:
    client = connect(FakeService())
    for method, passed in (
        (client.upsert, [orders(1)]),
        (client.upsert_iter, [orders(1)]),
        (client.upsert_batch, [orders(1)]),
        (client.update, [669, {"order_number": "1"}]),
    ):
        with pytest.raises(InvalidRequest, match="unknown_fields should be one of refuse, send"):
            method(*passed, unknown_fields=value)


@pytest.mark.rule("UPSERT-JOURNAL")
def test_a_journal_tells_orders_apart_by_their_unknown_fields(connect: Connect, tmp_path: Any) -> None:
    service = FakeService()
    client = connect(service)
    for value, count in ((1, 1), (1, 1), (2, 2), (2, 2)):
        given = with_extra(order("A"), [()], value=value)
        client.upsert([given], unknown_fields="send", journal=tmp_path / "journal").raise_for_rejected()
        assert len(service.sent) == count
    assert at(service.sent[-1].json, (0, "x_future")) == 2
