"""What the generated models are: plain values that copy, pickle, and say only what JSON can say."""

import copy
import inspect
import pickle
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from sendcloud_orders_api import models
from sendcloud_orders_api.errors import UnreadableResponse
from sendcloud_orders_api.models import (
    OrderDetailsUpdate,
    OrderInput,
    OrderUpdate,
    PriceInput,
    ServicePointInput,
    StatusInput,
)
from sendcloud_orders_api.types import UNSET, decode, encode, read

STRUCTS: list[type[msgspec.Struct]] = [
    model
    for name in models.__all__
    if isinstance(model := getattr(models, name), type) and issubclass(model, msgspec.Struct)
]


def is_sent(model: type[msgspec.Struct]) -> bool:
    """Tell whether a model is part of what is sent."""
    return model.__name__.endswith(("Input", "Update"))


CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXT = st.text(CHARACTERS, max_size=6)
AMOUNTS = st.decimals(-(10**300), 10**300)
EXTRAS = st.dictionaries(
    TEXT.map(lambda text: f"new {text}"),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**64)
        | st.decimals(allow_nan=False, allow_infinity=False)
        | TEXT,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
        max_leaves=4,
    ),
    min_size=1,
    max_size=3,
)
DATETIMES = st.datetimes(
    min_value=datetime(1970, 1, 2),
    max_value=datetime(2100, 1, 1),
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


def values(of: msgspec.inspect.Type) -> SearchStrategy[Any]:
    """Draw values of a model's field, as the model itself describes it."""
    match of:
        case msgspec.inspect.StructType(cls=cls):
            return instances(cls)
        case msgspec.inspect.UnionType(types=types):
            return st.one_of([values(type_) for type_ in types])
        case msgspec.inspect.ListType(item_type=item):
            return st.lists(values(item), max_size=2)
        case msgspec.inspect.LiteralType(values=literals):
            return st.sampled_from(literals)
        case msgspec.inspect.StrType(min_length=least, max_length=most):
            return st.text(CHARACTERS, min_size=least or 0, max_size=most or max(least or 0, 6))
        case msgspec.inspect.IntType(ge=least):
            return st.integers(-(2**63) if least is None else least, 2**64)
        case msgspec.inspect.FloatType(ge=least, gt=above):
            bound = above if least is None else least
            return st.floats(bound, exclude_min=above is not None, allow_nan=False, allow_infinity=False)
    return {
        msgspec.inspect.BoolType: st.booleans(),
        msgspec.inspect.NoneType: st.none(),
        msgspec.inspect.DecimalType: AMOUNTS,
        msgspec.inspect.DateTimeType: DATETIMES,
        msgspec.inspect.DictType: st.dictionaries(TEXT, TEXT, max_size=2),
    }[type(of)]


@st.composite
def instances(draw: DrawFn, cls: type[msgspec.Struct]) -> msgspec.Struct:
    """Draw a model; most of its optional fields stay out."""
    described = msgspec.inspect.type_info(cls)
    assert isinstance(described, msgspec.inspect.StructType)
    chosen = [field for field in described.fields if field.required or draw(st.integers(0, 4)) == 4]
    return cls(**{field.name: draw(EXTRAS if field.name == "extra" else values(field.type)) for field in chosen})


@given(st.sampled_from(STRUCTS).flatmap(instances))
def test_what_is_written_is_read_back_the_same(model: msgspec.Struct) -> None:
    assert decode(type(model), encode(model)) == model


@given(st.sampled_from(STRUCTS).flatmap(instances))
def test_a_copy_and_a_pickle_are_the_same_value(model: msgspec.Struct) -> None:
    assert copy.deepcopy(model) == pickle.loads(pickle.dumps(model)) == copy.copy(model) == model


@pytest.mark.parametrize("model", STRUCTS, ids=lambda model: model.__name__)
def test_an_unset_or_absent_field_of_every_model_is_still_that_after_copy_and_pickle(
    model: type[msgspec.Struct],
) -> None:
    fields = msgspec.structs.fields(model)
    absent = UNSET if is_sent(model) else None
    sparse = model(**{field.name: "x" for field in fields if field.required})
    for same in (copy.deepcopy(sparse), pickle.loads(pickle.dumps(sparse))):
        assert all(getattr(same, field.name) is absent for field in fields if not field.required)


def test_absent_and_null_differ_in_what_is_sent() -> None:
    assert encode(OrderDetailsUpdate()) == b"{}"
    assert encode(OrderDetailsUpdate(notes=None)) == b'{"notes":null}'


def test_a_field_may_be_changed_and_taken_out_again() -> None:
    update = OrderUpdate(order_number="1001")
    update.order_number = UNSET
    assert encode(update) == b"{}"


@pytest.mark.parametrize("model", STRUCTS, ids=lambda model: model.__name__)
def test_no_model_takes_an_unknown_field_by_its_name(model: type[msgspec.Struct]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"xyzzy": 1}, model)
    with pytest.raises(TypeError):
        model(xyzzy=1)


def test_a_type_to_read_is_a_parameter_whose_name_says_so() -> None:
    assert list(inspect.signature(decode).parameters)[:2] == ["body_type", "content"]
    assert list(inspect.signature(read).parameters)[:1] == ["body_types"]


def test_an_unknown_code_in_a_model_to_send_is_refused_when_it_is_read() -> None:
    with pytest.raises(UnreadableResponse, match="Invalid enum value"):
        decode(models.WeightInput, b'{"value": 1, "unit": "stone"}')


@pytest.mark.parametrize("amount", ["NaN", "-Infinity", "sNaN"])
def test_an_amount_that_is_no_number_is_never_written(amount: str) -> None:
    price = PriceInput(value=Decimal(amount), currency="EUR")
    with pytest.raises(ValueError, match="an amount must be a finite number"):
        encode([price])


def test_a_customer_may_be_called_nan_of_infinity() -> None:
    assert encode(StatusInput(code="NaN", message="Infinity")) == b'{"code":"NaN","message":"Infinity"}'


@pytest.mark.rule("UPSERT-BOUNDS")
def test_a_datetime_without_an_offset_is_refused_with_the_name_of_its_field() -> None:
    with pytest.raises(ValueError, match="order_updated_at needs an offset"):
        OrderDetailsUpdate(order_updated_at=datetime(2026, 11, 1))


def test_amounts_and_times_are_written_exactly() -> None:
    price = PriceInput(value=Decimal("19.90"), currency="EUR")
    assert encode(price) == b'{"value":19.90,"currency":"EUR"}'
    update = OrderDetailsUpdate(order_created_at=datetime(2026, 11, 1, 9, 30, tzinfo=timezone(timedelta(hours=5.5))))
    assert encode(update) == b'{"order_created_at":"2026-11-01T09:30:00+05:30"}'


@pytest.mark.rule("UPSERT-SERVICE-POINT")
def test_a_service_point_takes_either_id() -> None:
    assert encode(ServicePointInput(id="10168634")) == b'{"id":"10168634"}'
    assert encode(ServicePointInput(carrier_service_point_id="BE-1")) == b'{"carrier_service_point_id":"BE-1"}'


def test_the_required_fields_of_an_order_are_asked_for_by_name() -> None:
    with pytest.raises(TypeError, match="order_id"):
        OrderInput()  # type: ignore[call-arg]
