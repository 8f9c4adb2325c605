"""The quick check of a model and the validator of the spec come to the same decision, whatever an order holds."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import time, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.ways_in import put
from orders.factory import order
from orders.strategies import order_model
from sendcloud_orders.checking import find_errors
from sendcloud_orders.fitting import write_fitting
from sendcloud_orders.pointers import FieldPath
from sendcloud_orders_api.models import OrderInput, ServicePointInput
from sendcloud_orders_api.types import encode

# JSON in every type, at and beyond each bound that the spec has, and texts that formats and patterns are about.
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 3),
    st.sampled_from([0.0, 0.5, -0.5, 1e300, 41.0]),
    st.sampled_from(["", "a", "NL", "EUR", "EURO", "x" * 70, "x" * 71, "Grüße"]),
    st.sampled_from(["kg", "stone", "cm", "gift", "private", "IATA", "KG", "LQ", "Net"]),
    st.sampled_from(["669", "6 6", "4.50", "4,50", "-1", "1e3", "٣", "669\n"]),
    st.sampled_from(["jane@example.org", "jane@", "jané@exämple.org", "https://example.org/é.png", "no url"]),
    st.sampled_from(["2026-11-02T12:00:00+01:00", "2026-11-02"]),
    st.just([]),
    st.just({}),
    st.just([{}]),
    st.just({"size": "XL"}),
    st.just({"size": 1}),
)


def fields_of(model: msgspec.Struct) -> Iterator[tuple[msgspec.Struct, str]]:
    """Find every field of an order's models, set or not, but those for what the spec does not name."""
    for name in model.__struct_fields__:
        if name != "extra":
            yield model, name
            value = getattr(model, name)
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, msgspec.Struct):
                    yield from fields_of(part)


def fits(model: OrderInput) -> bool:
    return write_fitting(model) is not None


def passes(content: bytes) -> bool:
    """Decide by the validator alone."""
    return find_errors("OrderInput", json.loads(content, parse_float=Decimal)) == ()


def has_other_free_form(model: OrderInput) -> bool:
    """Tell whether something free-form holds more than texts, which is always looked at closely."""
    values = (getattr(owner, name) for owner, name in fields_of(model))
    free_forms = [value for value in values if isinstance(value, dict)]
    return any(not isinstance(part, str) for value in free_forms for part in value.values())


@pytest.mark.rule("UPSERT-REQUIRED", "UPSERT-BOUNDS", "UPSERT-ID", "UPSERT-SERVICE-POINT")
@given(order_model(), st.data())
def test_what_fits_passes_the_validator_and_what_does_not_pass_never_fits(
    model: OrderInput, data: st.DataObject
) -> None:
    assert fits(model) or has_other_free_form(model)
    owner, name = data.draw(st.sampled_from(list(fields_of(model))))
    value = data.draw(VALUES)
    setattr(owner, name, value)
    content = encode(model)
    if fits(model):
        assert passes(content)
        assert write_fitting(model) == content
    else:
        # A text may mean a moment or an amount, and a float an amount of as many digits.
        by_type = isinstance(value, float | dict | list) or (isinstance(value, str) and not plainly_text(owner, name))
        assert by_type or has_other_free_form(model) or not passes(content)


def plainly_text(owner: msgspec.Struct, name: str) -> bool:
    kinds = msgspec.inspect.type_info(type(owner))
    assert isinstance(kinds, msgspec.inspect.StructType)
    [kind] = [field.type for field in kinds.fields if field.name == name]
    several = kind.types if isinstance(kind, msgspec.inspect.UnionType) else (kind,)
    return any(isinstance(one, msgspec.inspect.StrType | msgspec.inspect.LiteralType) for one in several)


@pytest.mark.rule("VALUES-SURVIVE")
@given(order_model(), st.data())
def test_nothing_fits_that_the_codec_would_turn_into_something_else(model: OrderInput, data: st.DataObject) -> None:
    foreign = st.sampled_from(
        [b"669", bytearray(b"669"), UUID(int=7), time(12, 30), timedelta(1), math.nan, math.inf, Decimal("NaN")]
    )
    owner, name = data.draw(st.sampled_from(list(fields_of(model))))
    setattr(owner, name, data.draw(foreign))
    assert not fits(model)


@pytest.mark.rule("UPSERT-SERVICE-POINT")
@pytest.mark.parametrize(
    ("point", "fitting"),
    [
        (ServicePointInput(id="7"), True),
        (ServicePointInput(carrier_service_point_id="7"), True),
        (ServicePointInput(id="7", carrier_service_point_id="7"), False),
        (ServicePointInput(), False),
    ],
)
def test_a_rule_between_fields_holds_for_what_fits(point: ServicePointInput, fitting: bool) -> None:
    model = msgspec.convert(order(), OrderInput)
    model.service_point_details = point
    assert fits(model) is fitting


@pytest.mark.rule("UPSERT-BOUNDS")
@pytest.mark.parametrize(
    ("path", "good", "bad"),
    [
        (("id",), "669", "669a"),
        (("id",), "669", "669\n"),
        (("billing_address", "email"), "jané@exämple.org", "jane@"),
        (("shipping_address", "email"), "jane@example.org", "@example.org"),
        (("order_details", "order_items", 0, "image_url"), "https://example.org/é.png", "/é.png"),
        (("payment_details", "freight_costs", "value"), "4.50", "4,50"),
        (("payment_details", "other_costs", "value"), "4.50", "-4.50"),
    ],
)
def test_a_text_fits_when_it_has_the_form_that_the_spec_names(path: FieldPath, good: str, bad: str) -> None:
    for value, fitting in ((good, True), (bad, False)):
        model = drawn_in_full()
        put(model, path, value)
        assert fits(model) is fitting, value


def test_a_free_form_object_that_is_nested_without_end_is_looked_at_closely() -> None:
    model = drawn_in_full()
    properties: dict[str, object] = {"size": "XL"}
    for _ in range(100):
        properties = {"deeper": properties}
    put(model, ("order_details", "order_items", 0, "properties"), properties)
    assert not fits(model)


def drawn_in_full() -> OrderInput:
    """Build an order that has whatever the tests above change."""
    address = {"name": "A", "address_line_1": "B 1", "postal_code": "1", "city": "C", "country_code": "NL"}
    plain = order(billing_address=address, shipping_address=address)
    plain["payment_details"] |= {"freight_costs": {"value": "1"}, "other_costs": {"value": "1"}}
    return msgspec.convert(plain, OrderInput)


@pytest.mark.rule("UPSERT-AMOUNT")
def test_an_amount_that_no_double_can_hold_does_not_fit_though_it_was_set_later() -> None:
    model = msgspec.convert(order(), OrderInput)
    model.payment_details.total_price.value = Decimal("1E+400")
    assert not fits(model)
