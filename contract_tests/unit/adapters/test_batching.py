"""From orders to batches, and from references back to orders."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.factory import order, orders
from sendcloud_orders import OrderId, OrderKey, Rejected, SendcloudId
from sendcloud_orders.batching import (
    MAX_ORDERS,
    PlannedBatch,
    Planner,
    PreparedOrder,
    join_bodies,
    prepare,
)
from sendcloud_orders.delivery import assign_references
from sendcloud_orders.report import SUPERSEDED
from sendcloud_orders_api.models import OrderInput, OrderReference


def ready(order_id: str = "A-1", integration: int = 41, position: int = 0) -> PreparedOrder:
    prepared = prepare(order(order_id, integration), position)
    assert isinstance(prepared, PreparedOrder)
    return prepared


def refused(order: object) -> Rejected:
    prepared = prepare(order, 7)
    assert isinstance(prepared, Rejected)
    assert prepared.position == 7
    return prepared


# ---------------------------------------------------------------- one order


def test_a_model_and_the_dict_of_the_same_order_make_the_same_body() -> None:
    from_dict = prepare(order(), 0)
    from_model = prepare(msgspec.convert(order(), OrderInput), 0)
    assert isinstance(from_dict, PreparedOrder)
    assert isinstance(from_model, PreparedOrder)
    assert json.loads(from_dict.body) == json.loads(from_model.body)
    assert from_dict.key == from_model.key == OrderKey(41, OrderId("A"))


@pytest.mark.rule("UPSERT-ID")
@pytest.mark.parametrize("identifier", [669, "669"])
def test_an_id_is_written_as_a_string_of_digits(identifier: object) -> None:
    prepared = prepare(order(id=identifier), 0)
    assert isinstance(prepared, PreparedOrder)
    assert json.loads(prepared.body)["id"] == "669"


@pytest.mark.rule("UPSERT-ID")
def test_the_id_of_a_model_is_written_as_a_string_and_the_model_is_left_as_it_was() -> None:
    model = msgspec.convert(order(), OrderInput)
    model.id = 669  # type: ignore[assignment]
    prepared = prepare(model, 0)
    assert isinstance(prepared, PreparedOrder)
    assert json.loads(prepared.body)["id"] == "669"
    assert model.id == 669  # type: ignore[comparison-overlap]


@pytest.mark.rule("VALUES-SURVIVE")
def test_amounts_are_written_digit_for_digit_and_moments_with_their_offset() -> None:
    mixed = order()
    mixed["payment_details"]["total_price"]["value"] = Decimal("12345678901234567.10")
    mixed["order_details"]["order_created_at"] = datetime(2026, 11, 2, 12, tzinfo=UTC)
    prepared = prepare(mixed, 0)
    assert isinstance(prepared, PreparedOrder)
    assert b'"value":12345678901234567.10' in prepared.body
    assert b'"order_created_at":"2026-11-02T12:00:00Z"' in prepared.body


@pytest.mark.parametrize("stranger", [None, 3, "order", b"order", [order()], object()])
def test_what_is_neither_model_nor_dict_is_refused_with_its_type(stranger: object) -> None:
    [error] = refused(stranger).errors
    assert type(stranger).__name__ in error.message


def test_any_mapping_is_taken() -> None:
    assert isinstance(prepare(MappingProxyType(order()), 0), PreparedOrder)


def test_a_naive_datetime_is_refused_at_its_field() -> None:
    naive = order()
    naive["order_details"]["order_created_at"] = datetime(2026, 11, 2, 12)
    [error] = refused(naive).errors
    assert error.field == "order_details.order_created_at"
    assert "offset" in error.message


class Loop(dict[str, Any]):
    """A dict that contains itself."""

    def __init__(self) -> None:
        super().__init__(order())
        self["customer_details"] = self


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (object(), "Input of type object cannot be written as JSON"),
        ("\ud800", "without lone surrogates"),
        (Decimal("NaN"), "finite number"),
        (Decimal("Infinity"), "finite number"),
        ({("a",): 1}, "Names should be strings"),
    ],
)
def test_what_json_cannot_say_is_refused_at_its_field(value: object, message: str) -> None:
    bad = order(notes_of_mine={"deep": [value]})
    [error] = refused(bad).errors
    assert error.field.startswith("notes_of_mine")
    assert message in error.message


def test_an_order_that_contains_itself_is_refused() -> None:
    errors = refused(Loop()).errors
    assert any("contains itself" in error.message for error in errors)


@pytest.mark.parametrize(
    "broken", [{"order_id": 7}, {"order_details": {"integration": {"id": "41"}}}, {"order_id": None}]
)
@pytest.mark.rule("UPSERT-KEY")
def test_an_order_without_a_readable_key_is_refused_even_unchecked(broken: dict[str, Any]) -> None:
    assert isinstance(prepare(order(**broken), 0, check=False), Rejected)


def test_an_unchecked_order_is_sent_as_it_is() -> None:
    odd = order(surprise=1)
    odd["order_details"]["order_items"][0]["quantity"] = 0
    prepared = prepare(odd, 0, check=False)
    assert isinstance(prepared, PreparedOrder)
    assert json.loads(prepared.body) == odd


# ---------------------------------------------------------------- the plan


def planned(orders: Sequence[object], **options: Any) -> list[PlannedBatch]:
    planner = Planner(**options)
    return [batch for order in orders for batch in planner.add(order)] + planner.finish()


def positions(batches: Sequence[PlannedBatch]) -> list[list[int]]:
    return [[order.position for order in batch.orders] for batch in batches]


@pytest.mark.rule("UPSERT-LIMIT", "UPSERT-LIST")
@pytest.mark.parametrize(("count", "sizes"), [(1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])])
def test_batches_hold_at_most_a_hundred_orders(count: int, sizes: list[int]) -> None:
    batches = planned(orders(count))
    assert [len(batch.orders) for batch in batches] == sizes
    assert all(isinstance(json.loads(join_bodies(batch.orders)), list) for batch in batches)


@pytest.mark.rule("UPSERT-MIXED")
def test_a_batch_mixes_integrations() -> None:
    [batch] = planned([order("A", 41), order("B", 68)])
    assert {key.integration_id for key in batch.keys} == {41, 68}


def test_a_batch_stays_within_the_bytes_of_a_body_to_the_last_one() -> None:
    size = len(join_bodies([ready("A-0"), ready("A-1")]))
    assert positions(planned(orders(4), max_body_bytes=size)) == [[0, 1], [2, 3]]
    assert positions(planned(orders(4), max_body_bytes=size - 1)) == [[0], [1], [2], [3]]


def test_an_order_that_is_larger_than_a_body_may_be_is_refused_alone() -> None:
    huge = order("A-1", order_number="x" * 500)
    size = len(join_bodies([ready("A-0"), ready("A-2")]))
    [batch] = planned([order("A-0"), huge, order("A-2")], max_body_bytes=size)
    assert positions([batch]) == [[0, 2]]
    [rejected] = batch.rejected
    assert rejected.position == 1
    assert "max_body_bytes" in rejected.errors[0].message


@pytest.mark.rule("UPSERT-KEY-TWICE")
def test_a_key_that_comes_twice_is_refused_and_both_positions_are_named() -> None:
    batches = planned([*orders(150), order("A-3")])
    [rejected] = [rejected for batch in batches for rejected in batch.rejected]
    assert rejected.position == 150
    assert rejected.key == OrderKey(41, OrderId("A-3"))
    assert "position 3 " in rejected.errors[0].message
    assert "position 150" in rejected.errors[0].message


@pytest.mark.rule("UPSERT-KEY-TWICE", "UPSERT-KEY")
def test_the_same_order_id_under_two_integrations_is_no_twin_but_travels_in_two_batches() -> None:
    batches = planned([order("A", 41), order("A", 68), order("B", 41)])
    assert positions(batches) == [[0, 2], [1]]
    assert not any(batch.rejected for batch in batches)


def test_two_shops_that_count_alike_still_fill_their_batches() -> None:
    twins = [order(f"A-{number}", shop) for number in range(100) for shop in (41, 68)]
    assert [len(batch.orders) for batch in planned(twins)] == [100, 100]


@pytest.mark.rule("UPSERT-KEY-TWICE")
def test_with_last_the_later_order_replaces_the_one_that_still_waits() -> None:
    [batch] = planned([order("A"), order("B"), order("A")], duplicates="last")
    assert sorted(order.position for order in batch.orders) == [1, 2]
    assert [(left.position, left.reason) for left in batch.not_sent] == [(0, SUPERSEDED)]


@pytest.mark.rule("UPSERT-KEY-TWICE")
def test_with_sequence_the_later_order_travels_in_a_later_batch() -> None:
    batches = planned([order("A"), order("B"), order("A"), order("C"), order("A")], duplicates="sequence")
    assert positions(batches) == [[0, 1, 3], [2], [4]]


SHOPS = st.sampled_from([41, 68, 93])
NAMES = st.sampled_from(["A", "B", "C", "D", "E", "F", "G"])
MODES: list[Literal["error", "last", "sequence"]] = ["error", "last", "sequence"]


@pytest.mark.rule("UPSERT-KEY-TWICE", "UPSERT-LIMIT")
@given(
    keys=st.lists(st.tuples(NAMES, SHOPS), max_size=40),
    mode=st.sampled_from(MODES),
    most=st.integers(1, 5),
    padding=st.lists(st.sampled_from([0, 50, 300, 700]), min_size=40, max_size=40),
)
def test_whatever_comes_every_order_is_planned_once_and_no_write_overtakes_another_of_its_key(
    keys: list[tuple[str, int]], mode: Literal["error", "last", "sequence"], most: int, padding: list[int]
) -> None:
    stream = [order(name, shop, order_number="n" * (1 + pad)) for (name, shop), pad in zip(keys, padding, strict=False)]
    limit = 4 * len(join_bodies([ready("A")]))
    batches = planned(stream, duplicates=mode, max_orders=most, max_body_bytes=limit)
    settled = [order.position for batch in batches for order in batch.orders]
    settled += [left.position for batch in batches for left in batch.rejected]
    settled += [left.position for batch in batches for left in batch.not_sent]
    assert sorted(settled) == list(range(len(stream)))
    written: dict[OrderKey, list[int]] = {}
    for batch in batches:
        assert len(batch.orders) <= most
        assert len(join_bodies(batch.orders)) <= limit
        assert len({order.key.order_id for order in batch.orders}) == len(batch.orders)
        for one in batch.orders:
            written.setdefault(one.key, []).append(one.position)
    assert all(places == sorted(places) for places in written.values())
    last = {OrderKey(shop, OrderId(name)): place for place, (name, shop) in enumerate(keys)}
    if mode != "error":
        assert {key: places[-1] for key, places in written.items()} == last


@pytest.mark.rule("UPSERT-JOURNAL")
def test_orders_that_the_journal_knows_are_accepted_without_a_request() -> None:
    def known(batch: Sequence[PreparedOrder]) -> list[SendcloudId | None]:
        return [SendcloudId(669) if order.key.order_id == "A-1" else None for order in batch]

    [batch] = planned(orders(3), known=known)
    assert positions([batch]) == [[0, 2]]
    assert [(one.position, one.id) for one in batch.accepted] == [(1, 669)]


@pytest.mark.rule("UPSERT-KEY-TWICE", "UPSERT-JOURNAL")
def test_what_the_journal_knows_of_a_key_is_stale_once_this_call_writes_it() -> None:
    first, second = order("A", order_number="1"), order("A", order_number="2")

    def known(batch: Sequence[PreparedOrder]) -> list[SendcloudId | None]:
        return [SendcloudId(669) if b'"order_number":"1"' in order.body else None for order in batch]

    batches = planned([second, first], known=known, duplicates="sequence")
    assert positions(batches) == [[0], [1]]


@pytest.mark.rule("UPSERT-KEY-TWICE")
def test_a_small_order_does_not_slip_into_an_earlier_batch_than_the_large_one_of_its_key() -> None:
    size = len(join_bodies([ready("A"), ready("B")])) + 100
    stream = [order("A"), order("B", order_number="x" * 300), order("B")]
    assert positions(planned(stream, duplicates="sequence", max_body_bytes=size)) == [[0], [1], [2]]


def test_a_plan_holds_no_more_than_four_open_batches() -> None:
    planner = Planner(duplicates="sequence")
    ready_at: Iterator[int] = (number for number in range(10) if planner.add(order("A")))
    assert next(ready_at) == 4


# ---------------------------------------------------------------- the answer


def references(*names: str, numbers: int = 0) -> list[OrderReference]:
    return [
        OrderReference(id=number, order_id=name, order_number="1")
        for number, name in enumerate(names, start=numbers + 1)
    ]


@pytest.mark.rule("UPSERT-RESULT")
def test_references_in_another_sequence_are_matched_by_order_id() -> None:
    assigned = assign_references([ready("A", position=5), ready("B", position=6)], references("B", "A"))
    assert [(one.position, one.key.order_id, one.id) for one in assigned.accepted] == [(5, "A", 2), (6, "B", 1)]
    assert assigned.problem is None


@pytest.mark.rule("UPSERT-RESULT")
def test_an_order_that_the_answer_does_not_name_is_unknown() -> None:
    assigned = assign_references([ready("A"), ready("B")], references("A"))
    assert [one.key.order_id for one in assigned.accepted] == ["A"]
    assert [one.key.order_id for one in assigned.unknown] == ["B"]
    assert assigned.problem is not None


@pytest.mark.rule("UPSERT-RESULT")
def test_a_reference_that_belongs_to_no_order_is_a_breach_of_contract() -> None:
    assigned = assign_references([ready("A")], references("A", "Z"))
    assert [one.key.order_id for one in assigned.accepted] == ["A"]
    assert assigned.problem is not None
    assert "and 1 that were not sent" in str(assigned.problem)


@pytest.mark.rule("UPSERT-RESULT")
def test_an_order_that_the_answer_names_twice_is_unknown() -> None:
    assigned = assign_references([ready("A"), ready("B")], references("A", "A", "B"))
    assert [one.key.order_id for one in assigned.unknown] == ["A"]
    assert [one.key.order_id for one in assigned.accepted] == ["B"]


@pytest.mark.rule("UPSERT-RESULT")
def test_orders_that_share_an_order_id_are_told_apart_by_place_when_all_is_in_sequence() -> None:
    twins = [ready("A", 41), ready("B", 41), ready("A", 68)]
    assigned = assign_references(twins, references("A", "B", "A"))
    assert [(one.key.integration_id, one.id) for one in assigned.accepted] == [(41, 1), (41, 2), (68, 3)]


@pytest.mark.rule("UPSERT-RESULT")
def test_orders_that_share_an_order_id_are_unknown_when_the_sequence_differs() -> None:
    twins = [ready("A", 41), ready("B", 41), ready("A", 68)]
    assigned = assign_references(twins, references("B", "A", "A"))
    assert [one.key.order_id for one in assigned.accepted] == ["B"]
    assert [one.key.integration_id for one in assigned.unknown] == [41, 68]


@pytest.mark.rule("UPSERT-RESULT")
def test_one_reference_does_not_serve_two_orders_that_share_an_order_id() -> None:
    twins = [ready("A", 41), ready("B", 41), ready("A", 68)]
    assigned = assign_references(twins, references("B", "A"))
    assert [one.key.order_id for one in assigned.accepted] == ["B"]
    assert [one.key.integration_id for one in assigned.unknown] == [41, 68]


@pytest.mark.rule("UPSERT-RESULT")
@given(st.permutations(["A", "B", "C", "D"]), st.lists(st.sampled_from(["A", "B", "C", "D", "Z"]), max_size=6))
def test_whatever_the_answer_names_each_order_is_accepted_or_unknown_and_none_gets_the_id_of_another(
    sent: list[str], answered: list[str]
) -> None:
    batch = [ready(name, position=place) for place, name in enumerate(sent)]
    assigned = assign_references(batch, references(*answered))
    places = [one.position for one in assigned.accepted] + [one.position for one in assigned.unknown]
    assert sorted(places) == [0, 1, 2, 3]
    for one in assigned.accepted:
        assert answered[one.id - 1] == one.key.order_id
    assert (assigned.problem is None) == (sorted(answered) == sorted(sent))


def test_the_limit_is_the_documented_one() -> None:
    assert MAX_ORDERS == 100


@pytest.mark.rule("UPSERT-KEY-TWICE")
def test_each_repetition_is_told_of_with_the_position_at_which_the_key_came_first() -> None:
    stream = [order("A"), order("B"), order("A", 68), order("B"), order("C"), order("C"), order("A"), order("A", 68)]
    batches = planned(stream)
    told = [one for batch in batches for one in batch.rejected]
    assert [one.position for one in told] == [3, 5, 6, 7]
    firsts = [int(re.search(r"stands at position (\d+) ", one.errors[0].message)[1]) for one in told]  # type: ignore[index]
    assert firsts == [1, 4, 0, 2]


def test_no_references_are_assigned_to_no_orders() -> None:
    assert assign_references([], []).accepted == ()
