"""Lenient in, exact out: amounts go out in the form that the spec names, and None means what it can mean."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.both_clients import Connect
from doubles.fake_service import FakeService
from doubles.ways_in import (
    Json,
    Outcome,
    Way,
    as_dict,
    as_model,
    as_update,
    as_update_model,
    at,
    begun,
    checked_or_not,
    errors_of,
    every_way,
    outcome,
    put,
    sent,
    unshared,
)
from orders.factory import item, order
from orders.places import ABSENT, Place, places
from orders.strategies import order_input, order_update
from schemas import faults
from sendcloud_orders import InvalidRequest
from sendcloud_orders.batching import prepare
from sendcloud_orders.errors import FieldError
from sendcloud_orders.forms import form_of
from sendcloud_orders.pointers import FieldPath
from sendcloud_orders_api.models import (
    CostsInput,
    OrderInput,
    OrderUpdate,
    PaymentDetailsUpdate,
    PriceInput,
    PriceUpdate,
)

pytestmark = pytest.mark.one_python

PRICE: FieldPath = ("payment_details", "total_price", "value")
ITEM: FieldPath = ("order_details", "order_items", 0)
ITEM_PRICE: FieldPath = (*ITEM, "unit_price", "value")
WEIGHT: FieldPath = (*ITEM, "measurement", "weight", "value")
LENGTH: FieldPath = (*ITEM, "measurement", "dimension", "length")
COSTS: list[FieldPath] = [
    ("payment_details", name, "value")
    for name in ("freight_costs", "insurance_costs", "discount_granted", "other_costs")
]
NUMBERS = [PRICE, ITEM_PRICE, WEIGHT, LENGTH]


def whole() -> dict[str, Json]:
    """Give an order with each kind of amount; it is a valid update as well."""
    body = order()
    del body["order_id"]
    body["payment_details"] |= {path[1]: {"value": "1.00", "currency": "EUR"} for path in COSTS}
    measured = {
        "weight": {"value": 1, "unit": "kg"},
        "dimension": {"length": 1, "width": 1, "height": 1, "unit": "cm"},
        "volume": {"value": 1, "unit": "l"},
    }
    body["order_details"]["order_items"] = [
        item("Tea tin", unit_price={"value": 1, "currency": "EUR"}, measurement=measured)
    ]
    return body


def given_to(way: Way) -> dict[str, Json]:
    """Give the same with a key, where the way wants one."""
    return whole() if way in (as_update, as_update_model) else {"order_id": "A-1", **whole()}


# ---------------------------------------------------------------- amounts: every form in, one form out


class Float(float):
    """As numpy.float64 is."""


class Amount(Decimal):
    """A subclass of Decimal that shows itself as something else."""

    def __str__(self) -> str:
        return "something else"


class Word(str):
    """As Django's SafeString is."""


class Whole(int):
    """A subclass of int."""


def forms_of(number: Decimal) -> Iterator[object]:
    """Yield an amount in each form that says exactly this amount."""
    yield from (number, Amount(number), f"{number:f}", Word(f"{number:f}"), f"{number:E}")
    if number >= 0:
        yield f"+{number:f}"
    if Decimal(repr(float(number))) == number:
        yield from (float(number), Float(number), repr(float(number)))
    if number == int(number):
        yield from (int(number), Whole(number), str(int(number)))


@st.composite
def told_otherwise(draw: st.DrawFn, schema: Any, body: Json) -> Json:
    """Draw the same body with each of its amounts in any form."""
    changed = unshared(body)
    for place in places(schema, body):
        if place.amount and place.value is not ABSENT and place.value is not None:
            put(changed, place.path, draw(st.sampled_from(list(forms_of(Decimal(str(place.value)))))))
    return changed


def assert_same_amounts(schema: Any, body: Json, written: Outcome, plainly: Outcome) -> None:
    """Hold what was written against the spec itself, and against what is written of the body `plainly`."""
    assert isinstance(written, bytes), written
    assert faults(schema, msgspec.json.decode(written)) == []
    came, expected = sent(written), sent(plainly)
    for place in places(schema, body):
        if place.amount and place.value is not ABSENT and place.value is not None:
            value = at(came, place.path)
            assert isinstance(value, str if place.amount == "text" else int | Decimal)
            assert Decimal(value) == Decimal(str(place.value))
            put(came, place.path, place.value)
            put(expected, place.path, place.value)
    assert came == expected


@pytest.mark.rule("UPSERT-AMOUNT")
@given(data=st.data(), check=st.booleans(), modelled=st.booleans())
def test_an_order_means_the_same_in_whatever_form_its_amounts_are(
    data: st.DataObject, check: bool, modelled: bool
) -> None:
    body = data.draw(order_input())
    changed = data.draw(told_otherwise("OrderInput", body))
    given: Any = changed
    plainly: Any = body
    if modelled:
        given, plainly = (msgspec.convert(unshared(body), OrderInput) for _ in range(2))
        for place in places("OrderInput", body):
            if place.amount and place.value is not ABSENT:
                put(given, place.path, at(changed, place.path))
    written = outcome(prepare(given, 0, check=check))
    assert_same_amounts("OrderInput", body, written, outcome(prepare(plainly, 0)))


@pytest.mark.rule("UPSERT-AMOUNT")
@given(data=st.data(), check=st.booleans())
def test_an_update_means_the_same_in_whatever_form_its_amounts_are(data: st.DataObject, check: bool) -> None:
    body = data.draw(order_update(data.draw(order_input()))) | {"order_number": "1"}
    body.pop("order_id", None)
    written = begun(data.draw(told_otherwise("OrderUpdate", body)), check=check)
    assert_same_amounts("OrderUpdate", body, written, begun(body))


@pytest.mark.rule("UPSERT-AMOUNT")
@every_way
@checked_or_not
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("4.50"), "4.50"),
        (Decimal("19.90"), "19.90"),
        (Decimal("1E+1"), "10"),
        (Decimal("0E-8"), "0.00000000"),
        (Decimal("12345678901234567890123456789.10"), "12345678901234567890123456789.10"),
        (19.9, "19.9"),
        (1e-7, "0.0000001"),
        (1e22, "1" + "0" * 22),
        (5.0, "5.0"),
        (-0.0, "0.0"),
        (Decimal("-0.00"), "0.00"),
        (5, "5"),
        (0, "0"),
        (Whole(5), "5"),
        (Float(19.9), "19.9"),
        (Amount("19.90"), "19.90"),
        ("4.50", "4.50"),
        ("007.10", "007.10"),
        (Word("4.50"), "4.50"),
        ("+4.50", "4.50"),
        ("1E+1", "10"),
        ("1e-07", "0.0000001"),
        ("-0", "0"),
    ],
    ids=repr,
)
def test_costs_go_out_as_digits_without_an_exponent_or_noise(way: Way, check: bool, value: object, text: str) -> None:
    for path in COSTS:
        assert at(sent(way(given_to(way), path, value, check=check)), path) == text


@pytest.mark.rule("UPSERT-AMOUNT")
@every_way
@checked_or_not
@pytest.mark.parametrize(
    ("value", "digits"),
    [
        ("19.90", b"19.90"),
        ("19.9", b"19.9"),
        ("0.1", b"0.1"),
        ("+5", b"5"),
        ("007.10", b"7.10"),
        ("1e-07", b"1E-7"),
        ("12345678901234567890123456789.10", b"12345678901234567890123456789.10"),
        (Word("19.90"), b"19.90"),
        (Decimal("19.90"), b"19.90"),
        (19.9, b"19.9"),
        (5, b"5"),
    ],
    ids=repr,
)
def test_prices_weights_and_lengths_go_out_as_the_number_digit_for_digit(
    way: Way, check: bool, value: object, digits: bytes
) -> None:
    for path in NUMBERS:
        written = way(given_to(way), path, value, check=check)
        assert isinstance(written, bytes), written
        name = str(path[-1]).encode()
        assert b'"%s":%s,' % (name, digits) in written


@pytest.mark.rule("UPSERT-AMOUNT")
def test_a_price_below_nothing_is_a_discount_and_goes_out() -> None:
    assert at(sent(as_dict(given_to(as_dict), ITEM_PRICE, "-5.50", check=True)), ITEM_PRICE) == Decimal("-5.50")


NO_AMOUNTS = [
    *("19,90", "1,000.00", "1.000,00", "1_000", "1 000", "1'000", " 19.90", "19.90 ", "19.90\n", "\t5"),
    *("", " ", "1.", ".5", ".", "+", "-", "--5", "+-5", "5-", "e5", "1e", "1e+", "1e5e5", "1e1.5"),
    *("NaN", "nan", "inf", "-Infinity", "sNaN", "0x10", "0b1", "1f", "5%", "€5", "5 EUR", "EUR", "1/2", "null"),
    *("١٩", "１９.９０", "19\u066b90", "\u22125", "²", "19.90\x00", "1.2.3", "(5)"),  # noqa: RUF001
]


@pytest.mark.rule("UPSERT-AMOUNT")
@every_way
@pytest.mark.parametrize("path", NUMBERS, ids=lambda path: path[-2])
def test_a_text_that_cannot_mean_one_amount_is_refused_at_its_field_with_how_to_write_it(
    way: Way, path: FieldPath
) -> None:
    for text in NO_AMOUNTS:
        [error] = errors_of(way(given_to(way), path, text, check=True))
        assert error.path == path
        assert error.message.startswith("Input should be a valid number, not str: ")
        assert error.message.endswith("such as 19.90 for 19,90")


@pytest.mark.rule("UPSERT-AMOUNT")
@every_way
@pytest.mark.parametrize("path", COSTS, ids=lambda path: path[-2])
def test_a_text_that_cannot_mean_one_amount_is_no_costs_either(way: Way, path: FieldPath) -> None:
    for text in NO_AMOUNTS:
        [error] = errors_of(way(given_to(way), path, text, check=True))
        assert error.path == path
        assert "an amount in digits, such as '4.50', not '4,50'" in error.message


@pytest.mark.rule("UPSERT-AMOUNT")
@pytest.mark.parametrize(
    ("text", "reason"),
    [("1e400", "between 1E-307 and 1E+307"), ("9" * 400, "between 1E-307"), ("0." + "3" * 101, "at most 100 digits")],
    ids=lambda text: text[:8],
)
def test_a_text_of_an_amount_that_others_could_not_read_is_refused_with_the_reason(text: str, reason: str) -> None:
    for path in NUMBERS:
        [error] = errors_of(as_dict(given_to(as_dict), path, text, check=True))
        assert error.path == path
        assert reason in error.message


@pytest.mark.rule("UPSERT-AMOUNT")
@pytest.mark.parametrize("text", ["1e99999", "1e999999999999999999999", "1" * 100_000], ids=lambda text: text[:9])
def test_a_gigantic_text_is_refused_and_nothing_is_raised(text: str) -> None:
    for path in (*NUMBERS, COSTS[0]):
        result = as_dict(given_to(as_dict), path, text, check=True)
        if path in NUMBERS:
            assert [error.path for error in errors_of(result)] == [path]


@pytest.mark.rule("UPSERT-AMOUNT")
@every_way
@pytest.mark.parametrize("value", [-1, -0.01, Decimal("-4.50"), "-4.50", "-1e1"], ids=repr)
def test_costs_below_nothing_are_refused(way: Way, value: object) -> None:
    for path in COSTS:
        [error] = errors_of(way(given_to(way), path, value, check=True))
        assert error.path == path
        assert "never below 0" in error.message


@every_way
@pytest.mark.parametrize("value", [True, False], ids=repr)
def test_a_truth_value_is_no_amount(way: Way, value: bool) -> None:
    for path in (*NUMBERS, *COSTS):
        [error] = errors_of(way(given_to(way), path, value, check=True))
        assert (error.path, "not bool" in error.message) == (path, True)


@every_way
@pytest.mark.parametrize("value", ["2", "+2", "2.0", "two"], ids=repr)
def test_an_integer_is_no_amount_and_is_not_read_from_a_text(way: Way, value: str) -> None:
    for path in ((*ITEM, "quantity"), (*ITEM, "measurement", "volume", "value")):
        [error] = errors_of(way(given_to(way), path, value, check=True))
        assert error == FieldError("Input should be a valid integer, not str", path, "invalid")


@checked_or_not
def test_a_number_is_written_as_text_only_where_the_text_is_an_amount(check: bool) -> None:
    free = given_to(as_dict)
    free["order_details"]["order_items"][0]["properties"] = {"value": Decimal("4.50"), "length": "12"}
    properties = sent(as_dict(free, ("order_number",), "1", check=check))["order_details"]["order_items"][0][
        "properties"
    ]
    assert properties == {"value": Decimal("4.50"), "length": "12"}
    [error] = errors_of(as_dict(given_to(as_dict), ("order_number",), 5, check=True))
    assert error.message == "Input should be a valid string, not int: str(...) it"


@pytest.mark.rule("UPSERT-AMOUNT")
@pytest.mark.parametrize("schema", ["OrderInput", "OrderUpdate"])
def test_each_amount_of_the_spec_is_known_as_one(schema: Any) -> None:
    filled: Any = {}
    for _ in range(8):
        for place in list(places(schema, filled)):
            if place.value is ABSENT and place.schema.get("type") == "object":
                put(filled, place.path, {})
            elif place.value is ABSENT and "items" in place.schema:
                put(filled, place.path, [{}])
    assert len([place for place in places(schema, filled) if place.amount]) > 15
    for place in places(schema, filled):
        wanted = {"number": "number", "text": "digits", None: None}[place.amount]
        assert form_of(schema).at(place.path).amount == wanted, place.path


# ---------------------------------------------------------------- what was passed stays as it is


@pytest.mark.rule("UPSERT-AMOUNT", "UPSERT-NONE")
@checked_or_not
def test_nothing_that_a_caller_passes_is_changed(check: bool) -> None:
    body: Any = given_to(as_dict)
    body["payment_details"]["freight_costs"]["value"] = Decimal("4.50")
    body["payment_details"]["total_price"]["value"] = "19.90"
    body["shipping_address"] = None
    body["order_details"]["order_items"][0]["sku"] = None
    body["id"] = 669
    model = msgspec.convert(given_to(as_model), OrderInput)
    put(model, COSTS[0], Decimal("4.50"))
    put(model, (*ITEM, "sku"), None)
    for passed in (body, model):
        before = copy.deepcopy(passed)
        sent(outcome(prepare(passed, 0, check=check)))
        assert passed == before
        assert repr(passed) == repr(before)


@pytest.mark.rule("UPSERT-AMOUNT")
def test_a_model_is_built_with_any_amount_and_written_right() -> None:
    model = msgspec.convert(given_to(as_model), OrderInput)
    model.payment_details.freight_costs = CostsInput(value=Decimal("4.50"), currency="EUR")  # type: ignore[arg-type]
    model.payment_details.total_price = PriceInput(value="19.90", currency="EUR")  # type: ignore[arg-type]
    came = sent(outcome(prepare(model, 0)))
    assert came["payment_details"]["freight_costs"] == {"value": "4.50", "currency": "EUR"}
    assert came["payment_details"]["total_price"] == {"value": Decimal("19.90"), "currency": "EUR"}


@pytest.mark.rule("UPSERT-AMOUNT", "UPSERT-NONE")
@given(data=st.data())
def test_what_passes_the_check_is_written_the_same_without_it(data: st.DataObject) -> None:
    body = data.draw(told_otherwise("OrderInput", data.draw(order_input())))
    for place in data.draw(st.lists(st.sampled_from(silences(body)), max_size=3, unique_by=str)):
        put(body, place.path, None)
    checked = outcome(prepare(body, 0, check=True))
    assert isinstance(checked, bytes), checked
    assert outcome(prepare(body, 0, check=False)) == checked


# ---------------------------------------------------------------- None in an order


def silences(body: Json, schema: Any = "OrderInput") -> list[Place]:
    """Find the fields that are absent, may be, and are never null."""
    return [place for place in places(schema, body) if place.silent and place.value is ABSENT]


READ_ONLY = {("created_at",), ("modified_at",)}


@pytest.mark.rule("UPSERT-NONE")
@given(data=st.data(), check=st.booleans(), modelled=st.booleans())
def test_none_in_an_optional_field_is_left_out_of_an_order_at_any_depth(
    data: st.DataObject, check: bool, modelled: bool
) -> None:
    body = data.draw(order_input())
    absent = [place for place in silences(body) if not modelled or place.path not in READ_ONLY]
    chosen = data.draw(st.lists(st.sampled_from(absent), min_size=1, max_size=6, unique_by=str))
    given: Any = msgspec.convert(unshared(body), OrderInput) if modelled else unshared(body)
    without = outcome(prepare(given, 0, check=check))
    for place in chosen:
        put(given, place.path, None)
    assert isinstance(without, bytes)
    assert outcome(prepare(given, 0, check=check)) == without


@pytest.mark.rule("UPSERT-NONE")
@pytest.mark.parametrize("way", [as_dict, as_model])
def test_none_in_a_required_field_is_an_error_and_in_a_nullable_one_null(way: Way) -> None:
    for path, wanted in ((("order_number",), "string"), ((*ITEM, "total_price"), "dictionary"), (PRICE, "number")):
        [error] = errors_of(way(given_to(way), path, None, check=True))
        assert error == FieldError(f"Input should be a valid {wanted}, not None", path, "invalid")
    for path in (("order_details", "notes"), ("customs_details",), COSTS[0], (*ITEM, "mid_code")):
        assert at(sent(way(given_to(way), path, None, check=True)), path) is None


@pytest.mark.rule("UPSERT-NONE")
@every_way
def test_none_in_a_list_is_never_left_out(way: Way) -> None:
    for path in (("order_details", "tags"), ("order_details", "order_items")):
        [error] = errors_of(way(given_to(way), path, [None], check=True))
        assert error.path == (*path, 0)
        assert error.message.endswith("not None")


@pytest.mark.rule("UPSERT-NONE")
@checked_or_not
def test_none_in_a_free_form_object_is_a_value_like_any_other(check: bool) -> None:
    path = (*ITEM, "properties")
    assert at(sent(as_dict(given_to(as_dict), path, {"value": None, "name": None}, check=check)), path) == {
        "value": None,
        "name": None,
    }


@pytest.mark.rule("UPSERT-NONE", "UPSERT-SERVICE-POINT")
def test_of_two_ids_of_a_service_point_the_one_that_is_none_is_not_there() -> None:
    point = {"id": None, "carrier_service_point_id": "X"}
    assert sent(as_dict(given_to(as_dict), ("service_point_details",), point, check=True))["service_point_details"] == {
        "carrier_service_point_id": "X"
    }
    point = {"id": None, "carrier_service_point_id": None}
    [error] = errors_of(as_dict(given_to(as_dict), ("service_point_details",), point, check=True))
    assert error == FieldError("Field required", ("service_point_details", "carrier_service_point_id"), "missing")


# ---------------------------------------------------------------- None in an update

CLEARING = "to leave the stored value as it is, leave the field out; this field cannot be cleared"


@pytest.mark.rule("PATCH-NONE")
@given(data=st.data(), modelled=st.booleans())
def test_none_in_a_field_of_an_update_that_is_never_null_is_refused_with_the_reason(
    data: st.DataObject, modelled: bool
) -> None:
    body = data.draw(order_update(data.draw(order_input()))) | {"order_number": "1"}
    body.pop("order_id", None)
    fields = [place for place in places("OrderUpdate", body) if place.silent]
    names = [place for place in fields if place.path[-1] != "name" and place.path not in READ_ONLY]
    # Of a service point, one id or the other is required; a null of one leaves the other missing.
    place = data.draw(st.sampled_from([place for place in names if place.path[0] != "service_point_details"]))
    way = as_update_model if modelled else as_update
    [error] = errors_of(way(body, place.path, None, check=True))
    assert error.path == place.path
    assert error.message.endswith(f"not None: {CLEARING}")


@pytest.mark.rule("PATCH-NONE")
@pytest.mark.parametrize("way", [as_update, as_update_model])
def test_none_in_a_nullable_field_of_an_update_is_sent_as_null(way: Way) -> None:
    for path in (("order_details", "notes"), ("customs_details",), COSTS[0], (*ITEM, "mid_code")):
        assert at(sent(way(given_to(way), path, None, check=True)), path) is None


@pytest.mark.rule("PATCH-NONE")
def test_none_where_an_update_must_say_something_is_told_without_advice_to_leave_it_out() -> None:
    changes: Any = {"shipping_details": {"ship_with": {"type": None, "properties": {"shipping_option_code": None}}}}
    [error] = errors_of(begun(changes))
    assert error == FieldError(
        "Input should be a valid string, not None", ("shipping_details", "ship_with", "type"), "invalid"
    )


@pytest.mark.rule("PATCH-NONE")
def test_without_the_check_none_is_sent_as_null() -> None:
    path = ("shipping_address", "city")
    assert at(sent(begun({"shipping_address": {"city": None}}, check=False)), path) is None


@pytest.mark.rule("PATCH-NONE", "UPSERT-AMOUNT")
def test_an_update_is_refused_before_it_is_sent_and_compared_as_it_was_sent(connect: Connect) -> None:
    service = FakeService()
    client = connect(service)
    [accepted] = client.upsert([order("A")]).accepted
    with pytest.raises(InvalidRequest, match=f"shipping_address: .*{CLEARING}"):
        client.update(accepted.id, {"shipping_address": None})
    price, costs = PriceUpdate(value="5.50"), CostsInput(value=4.5)  # type: ignore[arg-type]
    changes = OrderUpdate(payment_details=PaymentDetailsUpdate(total_price=price, freight_costs=costs))
    client.update(accepted.id, changes, verify=True)
    assert service.sent[1].json == {
        "payment_details": {"total_price": {"value": 5.5}, "freight_costs": {"value": "4.5"}}
    }


@pytest.mark.rule("UPSERT-AMOUNT", "UPSERT-NONE", "UPSERT-JOURNAL")
def test_a_list_and_a_stream_send_the_same_and_a_journal_knows_it_again(connect: Connect, tmp_path: Any) -> None:
    service = FakeService()
    client = connect(service)
    changed: Any = order("A", shipping_address=None)
    changed["payment_details"]["freight_costs"] = {"value": Decimal("4.50"), "currency": "EUR"}
    client.upsert([changed], journal=tmp_path / "journal").raise_for_rejected()
    client.upsert(iter([changed]), journal=tmp_path / "journal").raise_for_rejected()
    client.upsert_batch([changed]).raise_for_rejected()
    first, batch = service.sent
    assert first.json == batch.json
    assert first.json[0]["payment_details"]["freight_costs"] == {"value": "4.50", "currency": "EUR"}
    assert "shipping_address" not in first.json[0]


# ---------------------------------------------------------------- UUIDs, days, datetimes

TEXTS: list[FieldPath] = [("order_number",), ("order_details", "notes"), (*ITEM, "sku"), ("customer_details", "name")]
MOMENTS: list[FieldPath] = [
    ("order_details", "order_created_at"),
    ("order_details", "order_updated_at"),
    (*ITEM, "delivery_dates", "deliver_at"),
]


def filled(way: Way) -> dict[str, Json]:
    """Give the same with an object at each place where a text or a moment is put below."""
    body = given_to(way)
    body["customer_details"] = {"name": "A"}
    body["order_details"]["order_items"][0]["delivery_dates"] = {}
    return body


@every_way
def test_a_uuid_where_text_is_wanted_is_told_with_what_to_do(way: Way) -> None:
    for path in TEXTS:
        for check in (True, False):
            [error] = errors_of(way(filled(way), path, UUID(int=7), check=check))
            told = "Input should be a valid string, not UUID: str(...) it"
            assert error == FieldError(told, path, "invalid")
    [error] = errors_of(way(filled(way), (*ITEM, "properties"), {"batch": UUID(int=7)}, check=True))
    told = "Input of type UUID cannot be written as JSON: str(...) it"
    assert error == FieldError(told, (*ITEM, "properties", "batch"), "invalid")


@every_way
@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (date(2026, 11, 2), "not a date: say the time of day, as a datetime with its tzinfo"),
        ("2026-11-02", "not a date: say the time of day, as a datetime with its tzinfo"),
        (datetime(2026, 11, 2, 12), "not one without: give the datetime its tzinfo"),
        ("2026-11-02T12:00:00", "not one without: give the datetime its tzinfo"),
        ("2026-11-02T12:00:00.123456", "not one without: give the datetime its tzinfo"),
        ("tomorrow", "such as 2026-11-02T12:00:00+01:00"),
        ("2026-11-02T12:00:00+0100", "such as 2026-11-02T12:00:00+01:00"),
        ("2026-11-02 12:00:00+01:00 ", "such as 2026-11-02T12:00:00+01:00"),
        ("", "such as 2026-11-02T12:00:00+01:00"),
    ],
    ids=repr,
)
def test_what_is_no_moment_is_told_with_what_to_do(way: Way, value: object, hint: str) -> None:
    for path in MOMENTS:
        [error] = errors_of(way(filled(way), path, value, check=True))
        assert error.path == path
        wanted = "Input should be a valid datetime with an offset, such as 2026-11-02T12:00:00+01:00"
        assert error.message.startswith(wanted)
        assert error.message.endswith(hint)


def test_no_hint_quotes_what_was_given() -> None:
    body = given_to(as_dict)
    for path in (*NUMBERS, *COSTS, MOMENTS[0]):
        put(body, path, "Jane 2026-11-02")
    told = " ".join(map(str, errors_of(outcome(prepare(body, 0)))))
    assert len(re.findall("Input|String", told)) == len((*NUMBERS, *COSTS, MOMENTS[0]))
    assert "Jane" not in told
