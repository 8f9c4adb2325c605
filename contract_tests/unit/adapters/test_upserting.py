"""A batch from request to outcomes, and a run from batch to batch, without a socket."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.factory import order, orders
from sendcloud_orders import (
    APIStatusError,
    AuthenticationError,
    BatchOutcome,
    ConfigurationError,
    ContractError,
    FieldError,
    InvalidOrders,
    InvalidRequest,
    SendcloudError,
)
from sendcloud_orders.batching import PlannedBatch, Planner
from sendcloud_orders.delivery import Delivery
from sendcloud_orders.exchange import Call, Exchange, Lost, Outcome, Refused, Succeeded, Unreadable, Withheld
from sendcloud_orders.sources import refuse_single
from sendcloud_orders.upserting import OnRejected, UpsertOptions, UpsertRun
from sendcloud_orders_api.models import OrderReference

Names = list[str]
Service = Callable[[Names], Outcome[list[OrderReference]]]


def batch_of(names: Sequence[str]) -> PlannedBatch:
    planner = Planner()
    for name in names:
        planner.add(order(name))
    [batch] = planner.finish()
    return batch


def accept(names: Names) -> Succeeded[list[OrderReference]]:
    return Succeeded(
        201, [OrderReference(id=place + 1, order_id=name, order_number="1") for place, name in enumerate(names)]
    )


def converse(
    batch: PlannedBatch, service: Service, on_rejected: OnRejected = "stop", *, sent_before: bool = False
) -> tuple[BatchOutcome, list[Names]]:
    """Play the driver: answer each request as the service says, and note what was sent."""
    sent: list[Names] = []
    conversation = Delivery(batch, isolate=on_rejected == "isolate").converse()
    try:
        call: Any = next(conversation)
        while True:
            assert isinstance(call, Call)
            names = [one["order_id"] for one in json.loads(call.request.content or b"")]
            sent.append(names)
            call = conversation.send(Exchange(service(names), 1, sent_before, 0.0, 1.0))
    except StopIteration as done:
        outcome: BatchOutcome = done.value
        return outcome, sent


def refusing(*bad: str, named: bool = True, status: int = 400) -> Service:
    """Refuse a batch that holds one of the bad orders, naming each of them or none."""

    def answer(names: Names) -> Outcome[list[OrderReference]]:
        found = [index for index, name in enumerate(names) if name in bad]
        if not found:
            return accept(names)
        if not named:
            return Refused(status, (FieldError("Something is wrong"),))
        return Refused(status, tuple(FieldError("Field required", ("order_number",), index=index) for index in found))

    return answer


def names_of(outcomes: Sequence[Any]) -> Names:
    return [one.key.order_id for one in outcomes]


@pytest.mark.rule("UPSERT-RESULT", "UPSERT-STATUS")
def test_an_accepted_batch_has_position_key_and_id_of_each_order() -> None:
    outcome, sent = converse(batch_of("AB"), accept)
    assert [(one.position, one.key.order_id, one.id) for one in outcome.accepted] == [(0, "A", 1), (1, "B", 2)]
    assert sent == [["A", "B"]]
    assert outcome.ok


@pytest.mark.rule("UPSERT-ATOMIC", "ERROR-POINTER")
@pytest.mark.parametrize("mode", ["stop", "skip"])
def test_a_refused_batch_is_rejected_whole_and_the_errors_stand_with_the_orders_at_fault(mode: OnRejected) -> None:
    outcome, sent = converse(batch_of("ABC"), refusing("B"), mode)
    assert names_of(outcome.rejected) == ["A", "B", "C"]
    assert [bool(one.errors) for one in outcome.rejected] == [False, True, False]
    assert outcome.rejected[1].errors == (FieldError("Field required", ("order_number",)),)
    assert outcome.rejected[1].status == 400
    assert len(sent) == 1


@pytest.mark.rule("UPSERT-ATOMIC")
def test_errors_that_name_no_order_stand_with_every_order_of_the_batch() -> None:
    outcome, _ = converse(batch_of("AB"), refusing("B", named=False), "skip")
    assert [one.errors for one in outcome.rejected] == [(FieldError("Something is wrong"),)] * 2


@pytest.mark.rule("UPSERT-ATOMIC", "ERROR-POINTER", "ERROR-TOGETHER")
def test_isolate_takes_the_named_orders_out_and_sends_the_others_again() -> None:
    outcome, sent = converse(batch_of("ABCDE"), refusing("B", "D"), "isolate")
    assert names_of(outcome.accepted) == ["A", "C", "E"]
    assert names_of(outcome.rejected) == ["B", "D"]
    assert sent == [list("ABCDE"), list("ACE")]
    assert outcome.requests == 2


@pytest.mark.rule("UPSERT-ATOMIC")
def test_isolate_halves_a_batch_when_no_order_is_named() -> None:
    outcome, sent = converse(batch_of("ABCD"), refusing("C", named=False), "isolate")
    assert names_of(outcome.accepted) == ["A", "B", "D"]
    assert names_of(outcome.rejected) == ["C"]
    assert sent == [list("ABCD"), list("AB"), list("CD"), ["C"], ["D"]]


@pytest.mark.rule("ERROR-POINTER")
def test_a_pointer_beyond_the_batch_names_no_order() -> None:
    def answer(names: Names) -> Outcome[list[OrderReference]]:
        return Refused(400, (FieldError("Odd", index=99),)) if len(names) > 1 else accept(names)

    outcome, sent = converse(batch_of("AB"), answer, "isolate")
    assert names_of(outcome.accepted) == ["A", "B"]
    assert len(sent) == 3


@pytest.mark.parametrize("status", [400, 413, 422])
def test_refusals_for_what_the_orders_hold_are_isolated(status: int) -> None:
    outcome, _ = converse(batch_of("AB"), refusing("B", status=status), "isolate")
    assert names_of(outcome.accepted) == ["A"]


NAMES = st.sampled_from("ABCDEFGHIJ")


@pytest.mark.rule("UPSERT-ATOMIC")
@given(st.sets(NAMES, min_size=1), st.sets(NAMES), st.data())
def test_isolate_ends_within_its_bound_and_rejects_exactly_the_bad_orders(
    names: set[str], bad: set[str], data: st.DataObject
) -> None:
    def answer(sent: Names) -> Outcome[list[OrderReference]]:
        return refusing(*bad, named=data.draw(st.booleans()))(sent)

    outcome, sent = converse(batch_of(sorted(names)), answer, "isolate")
    assert set(names_of(outcome.rejected)) == names & bad
    assert set(names_of(outcome.accepted)) == names - bad
    assert len(sent) <= 2 * len(names) - 1


@given(st.sets(NAMES, min_size=1), st.data())
def test_isolate_ends_even_when_the_service_refuses_everything_and_points_anywhere(
    names: set[str], data: st.DataObject
) -> None:
    def answer(sent: Names) -> Outcome[list[OrderReference]]:
        pointed = data.draw(st.lists(st.none() | st.integers(0, 12), max_size=3))
        return Refused(400, tuple(FieldError("No", index=index) for index in pointed))

    outcome, sent = converse(batch_of(sorted(names)), answer, "isolate")
    assert set(names_of(outcome.rejected)) == names
    assert len(outcome) == len(names)
    assert len(sent) <= 2 * len(names) - 1


@pytest.mark.parametrize(
    ("result", "group"),
    [
        (Lost(sent=True), "unknown"),
        (Lost(sent=False), "not_sent"),
        (Refused(500), "unknown"),
        (Refused(520), "unknown"),
        (Unreadable(200, ContractError("x")), "unknown"),
        (Refused(408), "not_sent"),
        (Refused(429), "not_sent"),
        (Refused(409, conflict=True), "not_sent"),
        (Refused(400, conflict=True), "not_sent"),
        (Refused(401), "rejected"),
        (Withheld(ConfigurationError("x")), "not_sent"),
    ],
)
@pytest.mark.parametrize("mode", ["stop", "skip", "isolate"])
def test_each_way_to_fail_ends_in_the_group_that_is_true_of_it(
    result: Outcome[list[OrderReference]], group: str, mode: OnRejected
) -> None:
    outcome, sent = converse(batch_of("AB"), lambda names: result, mode)
    assert names_of(getattr(outcome, group)) == ["A", "B"]
    assert len(outcome) == 2
    assert outcome.problem is not None
    assert len(sent) == 1


@pytest.mark.parametrize(
    "result",
    [Lost(sent=False), Refused(429), Refused(400, conflict=True), Refused(401), Withheld(ConfigurationError("x"))],
)
def test_after_an_attempt_that_may_have_worked_no_failure_proves_that_nothing_is_stored(
    result: Outcome[list[OrderReference]],
) -> None:
    outcome, _ = converse(batch_of("AB"), lambda names: result, sent_before=True)
    assert names_of(outcome.unknown) == ["A", "B"]


@pytest.mark.rule("UPSERT-RESULT")
def test_a_success_that_names_other_orders_leaves_those_sent_unknown() -> None:
    outcome, _ = converse(batch_of("AB"), lambda names: accept(["Z"]))
    assert names_of(outcome.unknown) == ["A", "B"]
    assert isinstance(outcome.problem, ContractError)


def test_isolate_stops_sending_when_an_answer_fails_to_come_and_says_what_was_refused() -> None:
    def answer(names: Names) -> Outcome[list[OrderReference]]:
        return Refused(400, (FieldError("No"),)) if len(names) == 4 else Lost(sent=True)

    outcome, sent = converse(batch_of("ABCD"), answer, "isolate")
    assert names_of(outcome.unknown) == ["A", "B"]
    assert names_of(outcome.rejected) == ["C", "D"]
    assert len(sent) == 2


# ---------------------------------------------------------------- the run


def run_through(
    stream: Iterable[object], service: Service, *, drain: bool = True, **options: Any
) -> tuple[UpsertRun, list[BatchOutcome]]:
    run = UpsertRun(UpsertOptions(**options))
    outcomes: list[BatchOutcome] = []
    try:
        with run:
            outcomes.extend(deliver(run, batch, service) for batch in run.plan(stream, drain=drain))
    except SendcloudError:
        if run.failure is None:
            raise
    return run, outcomes


def deliver(run: UpsertRun, batch: PlannedBatch, service: Service) -> BatchOutcome:
    """Play the driver for one batch of a run; what the service raises is thrown in."""
    conversation = run.deliver(batch)
    try:
        call: Any = next(conversation)
        while True:
            names = [one["order_id"] for one in json.loads(call.request.content)]
            try:
                answer = service(names)
            except Exception as error:
                call = conversation.throw(error)
            else:
                call = conversation.send(Exchange(answer, 1, False, 0.0, 1.0))
    except StopIteration as done:
        outcome: BatchOutcome = done.value
        return outcome


def totals(outcomes: Sequence[BatchOutcome]) -> tuple[int, int, int, int]:
    return (
        sum(len(one.accepted) for one in outcomes),
        sum(len(one.rejected) for one in outcomes),
        sum(len(one.not_sent) for one in outcomes),
        sum(len(one.unknown) for one in outcomes),
    )


def test_stop_ends_at_the_first_batch_that_is_not_accepted_and_names_the_rest() -> None:
    run, outcomes = run_through(orders(350), refusing("A-120"))
    assert totals(outcomes) == (100, 100, 150, 0)
    assert run.stopped


def test_skip_goes_on_with_the_next_batch() -> None:
    _, outcomes = run_through(orders(350), refusing("A-120"), on_rejected="skip")
    assert totals(outcomes) == (250, 100, 0, 0)


def test_without_drain_the_input_is_not_read_further_after_a_stop() -> None:
    stream = iter(orders(350))
    _, outcomes = run_through(stream, refusing("A-0"), drain=False)
    assert len(list(stream)) == 250
    assert totals(outcomes) == (0, 100, 0, 0)


@pytest.mark.parametrize("result", [Lost(sent=True), Lost(sent=False), Refused(503), Refused(429)])
def test_three_batches_in_a_row_without_a_usable_answer_end_a_run_that_skips(
    result: Outcome[list[OrderReference]],
) -> None:
    run, outcomes = run_through(orders(1000), lambda names: result, on_rejected="skip")
    assert run.stopped
    assert totals(outcomes)[2] >= 700
    assert sum(one.requests for one in outcomes) == 3


def test_a_batch_that_gets_through_starts_the_count_of_failures_again() -> None:
    def answer(names: Names) -> Outcome[list[OrderReference]]:
        return accept(names) if int(names[0].removeprefix("A-")) % 300 == 0 else Lost(sent=True)

    run, outcomes = run_through(orders(900), answer, on_rejected="skip")
    assert not run.stopped
    assert totals(outcomes) == (300, 0, 0, 600)


@pytest.mark.rule("AUTH-REFUSED")
@pytest.mark.parametrize("mode", ["stop", "skip", "isolate"])
@pytest.mark.parametrize("status", [401, 403, 404, 405, 302])
def test_being_turned_away_ends_every_run_and_is_raised(mode: OnRejected, status: int) -> None:
    run, outcomes = run_through(orders(250), lambda names: Refused(status), on_rejected=mode)
    assert totals(outcomes) == (0, 100, 150, 0)
    assert isinstance(run.failure, APIStatusError)
    assert run.failure.status == status


@pytest.mark.rule("UPSERT-PARTNER")
def test_a_refusal_of_a_header_is_no_refusal_of_the_orders() -> None:
    refused = Refused(400, (FieldError("Unknown partner", header="Sendcloud-Partner-Id"),))
    run, outcomes = run_through(orders(4), lambda names: refused, on_rejected="isolate")
    assert sum(one.requests for one in outcomes) == 1
    assert run.failure is not None


@pytest.mark.rule("AUTH-REFUSED")
def test_credentials_that_cannot_be_made_end_the_run() -> None:
    withheld = Withheld(AuthenticationError(401, "token"))
    run, outcomes = run_through(orders(250), lambda names: withheld, on_rejected="skip")
    assert totals(outcomes) == (0, 0, 250, 0)
    assert isinstance(run.failure, AuthenticationError)


def test_a_batch_with_an_order_that_the_check_refused_is_not_sent_when_the_run_stops() -> None:
    stream = [*orders(3), order("bad", order_number="")]
    _, outcomes = run_through(stream, accept)
    assert totals(outcomes) == (0, 1, 3, 0)


def test_a_batch_goes_out_without_the_order_that_the_check_refused_when_the_run_skips() -> None:
    stream = [*orders(3), order("bad", order_number="")]
    _, outcomes = run_through(stream, accept, on_rejected="skip")
    assert totals(outcomes) == (3, 1, 0, 0)


@pytest.mark.rule("UPSERT-LIMIT")
def test_an_empty_input_is_refused() -> None:
    with pytest.raises(InvalidOrders, match="empty"):
        run_through([], accept)


def test_an_input_that_fails_ends_the_run_and_what_was_read_is_named() -> None:
    def failing() -> Iterator[object]:
        yield from orders(130)
        raise OSError("disk full")

    run, outcomes = run_through(failing(), accept)
    assert totals(outcomes) == (100, 0, 30, 0)
    assert isinstance(run.failure, OSError)


@pytest.mark.parametrize("single", [order(), "orders.json", b"[]", 5, None])
def test_a_single_order_or_what_holds_none_in_place_of_a_list_is_refused(single: object) -> None:
    with pytest.raises(InvalidOrders, match="list"):
        refuse_single(single)


@pytest.mark.parametrize("options", [{"on_rejected": "ignore"}, {"duplicates": "first"}, {"max_body_bytes": 0}])
def test_an_option_that_does_not_exist_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match=next(iter(options))):
        UpsertOptions(**options)
