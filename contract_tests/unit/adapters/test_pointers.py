"""The pointers of error answers, in every form that is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendcloud_orders.pointers import Pointer, parse_pointer, spell_path

FORMS = [
    (
        "/data/attributes/[3]/order_details/order_items/0/name",
        Pointer(3, ("order_details", "order_items", 0, "name")),
    ),
    ("/data/attributes/[0]/order_id", Pointer(0, ("order_id",))),
    ("/data/attributes/[12]", Pointer(12, ())),
    ("/data/attributes/", Pointer(None, ())),
    ("/data", Pointer(None, ())),
    ("order/order_details/order_items", Pointer(None, ("order_details", "order_items"))),
    ("/data/attributes/orders/[1]", Pointer(1, ())),
    ("/data/attributes/orders/0/order_id", Pointer(0, ("order_id",))),
    ("/data/attributes/order/order_id", Pointer(None, ("order_id",))),
    ("body/unknown_field", Pointer(None, ("[...]",))),
    ("", Pointer(None, ())),
    (None, Pointer(None, ())),
    (7, Pointer(None, ())),
    ("/data/attributes/[" + "9" * 5000 + "]/x", Pointer(None, ("[...]",))),
    ("/data/attributes/[3]/Jane Doe/notes", Pointer(3, ("[...]", "notes"))),
    ("/data/attributes/[3]/order_details/Jane/Doe", Pointer(3, ("order_details", "[...]"))),
    ("/data/attributes/[1011]/name", Pointer(None, ("[...]", "name"))),
    ("/data/attributes/[007]/name", Pointer(None, ("[...]", "name"))),
    ("/" + "name/" * 5000, Pointer(None, ("name",) * 20)),
]


@pytest.mark.rule("ERROR-POINTER")
@pytest.mark.parametrize(("pointer", "expected"), FORMS)
def test_each_known_form_of_pointer_is_read(pointer: object, expected: Pointer) -> None:
    assert parse_pointer(pointer) == expected


@pytest.mark.rule("ERROR-POINTER")
@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    parse_pointer(text)


STEPS = st.sampled_from(["order_details", "order_items", "name", "id", "total_price"])


@pytest.mark.rule("ERROR-POINTER")
@given(st.integers(0, 99), st.lists(STEPS | st.integers(0, 20), max_size=5))
def test_position_and_path_survive_the_form_of_a_batch(index: int, path: list[str | int]) -> None:
    pointer = f"/data/attributes/[{index}]" + "".join(f"/{step}" for step in path)
    assert parse_pointer(pointer) == Pointer(index, tuple(path))


def test_a_path_is_spelt_as_a_person_writes_it() -> None:
    assert spell_path(("order_details", "order_items", 0, "quantity")) == "order_details.order_items[0].quantity"
    assert spell_path(()) == ""


def test_the_keys_of_a_map_are_the_callers_own_and_are_not_spelt() -> None:
    path = ("order_details", "order_items", 0, "properties", "for Jane")
    assert spell_path(path) == "order_details.order_items[0].properties.[...]"
    known = ("shipping_details", "ship_with", "properties", "shipping_option_code")
    assert spell_path(known) == "shipping_details.ship_with.properties.shipping_option_code"
