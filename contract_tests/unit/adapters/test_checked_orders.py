"""`check_orders` refuses what an upsert refuses before sending, and nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.factory import address, order, with_value, without
from orders.strategies import invalid_order, order_input
from sendcloud_orders import InvalidOrders, InvalidRequest, Rejected, check_orders

ODD = [None, 7, "text", b"bytes", [], {}, object(), {"order_id": object()}, {1: 2}, float("nan")]


class Failing(Mapping[str, Any]):
    """An order that fails as soon as anybody looks into it."""

    def __getitem__(self, name: str) -> Any:
        raise RuntimeError("secret")

    def __iter__(self) -> Any:
        raise RuntimeError("secret")

    def __len__(self) -> int:
        raise RuntimeError("secret")


def test_orders_that_can_be_sent_are_not_named() -> None:
    assert list(check_orders([order("A"), order("B")])) == []


def test_each_refused_order_comes_with_its_position_its_key_and_its_fields() -> None:
    refused = list(check_orders([order("A"), without(order("B"), "order_number"), order("C")]))
    assert [(one.position, str(one.key), [error.field for error in one.errors]) for one in refused] == [
        (1, "integration 41, order_id 'B'", ["order_number"])
    ]


@pytest.mark.rule("UPSERT-KEY-TWICE")
@pytest.mark.parametrize(("duplicates", "refused"), [("error", [2]), ("last", []), ("sequence", [])])
def test_a_key_that_comes_twice_is_refused_where_an_upsert_refuses_it(duplicates: Any, refused: list[int]) -> None:
    found = check_orders([order("A"), order("B"), order("A")], duplicates=duplicates)
    assert [one.position for one in found] == refused


@pytest.mark.rule("UPSERT-UNKNOWN-FIELD")
@pytest.mark.parametrize(("unknown_fields", "refused"), [("refuse", [0]), ("send", [])])
def test_a_field_that_the_spec_does_not_name_is_refused_unless_it_is_to_be_sent(
    unknown_fields: Any, refused: list[int]
) -> None:
    found = check_orders([with_value(order("A"), "gift", True)], unknown_fields=unknown_fields)
    assert [one.position for one in found] == refused


@pytest.mark.rule("LABEL-CHECK")
@pytest.mark.parametrize("check_for_label", [True, False])
def test_what_a_label_lacks_is_refused_when_asked_for(check_for_label: bool) -> None:
    weight = {"measurement": {"weight": {"value": 1, "unit": "kg"}}}
    shippable = order("B", shipping_address=address(), shipping_details=weight)
    found = list(check_orders([order("A"), shippable], check_for_label=check_for_label))
    told = [(one.position, [error.field for error in one.errors]) for one in found]
    lacking = ["shipping_address", "shipping_details.measurement.weight"]
    assert told == ([(0, lacking)] if check_for_label else [])


def test_orders_are_read_only_as_far_as_the_caller_asks() -> None:
    read: list[int] = []

    def endless() -> Any:
        for number in itertools.count():
            read.append(number)
            yield without(order(f"A{number}"), "order_number")

    found = check_orders(endless(), duplicates="last")
    assert read == []
    assert next(found).position == 0
    assert read == [0]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: type(odd).__name__)
def test_nothing_is_so_odd_that_it_raises(odd: Any) -> None:
    [refused] = check_orders([odd])
    assert isinstance(refused, Rejected)
    assert refused.errors


def test_an_order_that_fails_while_it_is_read_is_refused_without_its_words() -> None:
    [refused] = check_orders([Failing()])
    assert "secret" not in str(refused)


def test_what_the_iterable_raises_passes_through() -> None:
    def broken() -> Any:
        yield order("A")
        raise OSError("the disk")

    with pytest.raises(OSError, match="the disk"):
        list(check_orders(broken()))


def test_a_single_order_is_told_at_once() -> None:
    with pytest.raises(InvalidOrders, match="not as a single dict"):
        check_orders(order("A"))  # type: ignore[arg-type]


@pytest.mark.parametrize("option", ["duplicates", "unknown_fields"])
def test_an_option_that_is_none_is_told_at_once(option: str) -> None:
    with pytest.raises(InvalidRequest, match=option):
        check_orders([], **{option: "maybe"})  # type: ignore[arg-type]


# An id that is a number is written as the text that it means.
@given(order_input(), invalid_order().filter(lambda invalid: invalid.kind != "bad id"))
def test_valid_orders_pass_and_orders_with_a_flaw_do_not(valid: Any, invalid: Any) -> None:
    refused = [one.position for one in check_orders([valid, invalid.order], duplicates="sequence")]
    assert refused == [1]


@given(st.lists(st.sampled_from("ABC"), max_size=8))
def test_of_each_key_all_but_the_first_are_refused(names: list[str]) -> None:
    later = [place for place, name in enumerate(names) if name in names[:place]]
    assert [one.position for one in check_orders(map(order, names))] == later
