"""The report: every order once, in the sequence of the input, readable, and small."""

from __future__ import annotations

import pickle
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendcloud_orders import (
    Accepted,
    BatchOutcome,
    BatchRejected,
    FieldError,
    IncompleteUpsert,
    NotSent,
    OrderId,
    OrderKey,
    Rejected,
    SendcloudId,
    Unknown,
    UpsertReport,
)
from sendcloud_orders.report import SUPERSEDED


def key(number: int) -> OrderKey:
    return OrderKey(41, OrderId(f"A-{number}"))


def accepted(*numbers: int) -> BatchOutcome:
    return BatchOutcome(tuple(Accepted(number, key(number), SendcloudId(1000 + number)) for number in numbers))


FIELD = FieldError("Field required", ("order_number",))
REJECTED = BatchOutcome(rejected=(Rejected(7, key(7), (FIELD,), 400), Rejected(6, key(6), (), 400)))
UNKNOWN = BatchOutcome(unknown=(Unknown(8, key(8), "no answer came"),))
NOT_SENT = BatchOutcome(not_sent=(NotSent(9, None, "the run had stopped before"),))
REPLACED = BatchOutcome(not_sent=(NotSent(9, key(9), SUPERSEDED),))


def test_a_report_gives_what_was_accepted_in_the_sequence_of_the_input() -> None:
    report = UpsertReport.of([accepted(3, 4), accepted(0, 1, 2)])
    assert [one.position for one in report.accepted] == [0, 1, 2, 3, 4]
    assert report.accepted[3] == Accepted(3, key(3), SendcloudId(1003))
    assert report.accepted[-2:] == [report.accepted[3], report.accepted[4]]
    assert report.ok


@given(st.permutations(range(9)), st.integers(1, 9))
def test_the_sequence_in_which_batches_end_does_not_show(numbers: list[int], size: int) -> None:
    batches = [accepted(*numbers[start : start + size]) for start in range(0, 9, size)]
    assert UpsertReport.of(batches) == UpsertReport.of([accepted(*range(9))])


def test_each_group_is_in_the_sequence_of_the_input() -> None:
    late, early = (
        BatchOutcome(
            rejected=(Rejected(place, key(place), (FIELD,)),),
            not_sent=(NotSent(place + 1, key(place + 1), "stopped"),),
            unknown=(Unknown(place + 2, key(place + 2), "lost"),),
        )
        for place in (10, 0)
    )
    report = UpsertReport.of([late, early])
    for group, places in ((report.rejected, [0, 10]), (report.not_sent, [1, 11]), (report.unknown, [2, 12])):
        assert [one.position for one in group] == places


@pytest.mark.parametrize("other", [REJECTED, UNKNOWN, NOT_SENT])
def test_a_report_with_anything_else_is_not_ok_and_differs(other: BatchOutcome) -> None:
    report = UpsertReport.of([accepted(0), other])
    assert not report.ok
    assert not other.ok
    assert report != UpsertReport.of([accepted(0)])


def test_an_order_that_a_later_one_replaced_does_not_spoil_the_report() -> None:
    report = UpsertReport.of([accepted(0), REPLACED])
    assert report.ok
    report.raise_for_rejected()


@pytest.mark.rule("UPSERT-ATOMIC")
def test_refused_orders_are_raised_with_their_positions_keys_and_fields() -> None:
    with pytest.raises(BatchRejected) as caught:
        UpsertReport.of([accepted(0), REJECTED, UNKNOWN]).raise_for_rejected()
    assert [one.position for one in caught.value.failures] == [6, 7]
    assert "position 7 (integration 41, order_id 'A-7'): order_number: Field required" in str(caught.value)


@pytest.mark.parametrize("other", [UNKNOWN, NOT_SENT])
def test_orders_without_a_known_fate_are_raised_too(other: BatchOutcome) -> None:
    with pytest.raises(IncompleteUpsert) as caught:
        UpsertReport.of([accepted(0), other]).raise_for_rejected()
    assert not isinstance(caught.value, BatchRejected)


def test_a_report_reads_as_a_person_wants_it_and_names_the_guilty_first() -> None:
    lines = str(UpsertReport.of([accepted(0), REJECTED, UNKNOWN, NOT_SENT])).splitlines()
    assert lines == [
        "5 orders: 1 accepted, 2 rejected, 1 not sent, 1 unknown",
        "  rejected: position 7 (integration 41, order_id 'A-7'): order_number: Field required",
        "  rejected: position 6 (integration 41, order_id 'A-6'): refused together with its batch",
        "  not sent: position 9: the run had stopped before",
        "  unknown: position 8 (integration 41, order_id 'A-8'): no answer came",
    ]


def test_a_long_report_is_cut_and_counted() -> None:
    many = BatchOutcome(unknown=tuple(Unknown(number, key(number), "lost") for number in range(1000)))
    lines = str(UpsertReport.of([many])).splitlines()
    assert len(lines) == 12
    assert lines[-1] == "  unknown: and 990 more"


def test_a_report_survives_a_pickle() -> None:
    report = UpsertReport.of([accepted(0, 1), REJECTED, UNKNOWN, NOT_SENT])
    assert pickle.loads(pickle.dumps(report)) == report


@pytest.mark.one_python
def test_an_accepted_order_takes_no_more_than_two_hundred_bytes() -> None:
    count = 20_000
    tracemalloc.start()
    report = UpsertReport()
    for number in range(count):
        report.add(accepted(number))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(report.accepted) == count
    assert taken / count < 200


@pytest.mark.one_python
def test_batches_that_overtook_each_other_take_no_memory_to_be_sorted() -> None:
    count, size = 20_000, 100
    report = UpsertReport()
    for start in range(0, count, 2 * size):
        for overtaking in (start + size, start):
            report.add(accepted(*range(overtaking, overtaking + size)))
    tracemalloc.start()
    report.sort()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [one.position for one in report.accepted] == list(range(count))
    # A copy of the places alone takes eight bytes each; other threads of the run may take some meanwhile.
    assert most < 8 * count


def test_a_report_of_one_order_speaks_of_one_order() -> None:
    assert str(UpsertReport.of([accepted(0)])) == "1 order: 1 accepted, 0 rejected, 0 not sent, 0 unknown"
