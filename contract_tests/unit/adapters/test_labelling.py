"""A run of labels on both clients: many orders, each told of once, and none asked for twice."""

from __future__ import annotations

import asyncio
import pickle
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.both_clients import KINDS, ClientKind, Connect, Driven
from doubles.fake_service import (
    COSTLY,
    NOTHING_TO_SHIP,
    PASSING,
    FakeService,
    ScriptedFault,
    answer_with,
    carry_out_then,
    conflict,
    error,
    lost_after,
    lost_before,
    throttled,
    unreachable,
)
from orders.factory import order
from sendcloud_orders import (
    AsyncOrdersClient,
    AuthenticationError,
    BasicCredentials,
    Hooks,
    IncompleteLabels,
    InvalidOrders,
    InvalidRequest,
    LabelOutcome,
    LabelReport,
    LabelUnknown,
    OrderId,
    OrderKey,
    OrderNumber,
    Pace,
    RetryPolicy,
    SendcloudError,
    UnknownAddressError,
)
from sendcloud_orders_api.models import Order, OrderInput, OrderWithParcelsInput, ParcelInput, ParcelItemInput


def holding(*keys: tuple[int, str], faults: Any = ()) -> FakeService:
    service = FakeService(faults)
    for place, (shop, name) in enumerate(keys):
        service.stored[shop, name] = {**order(name, shop), "id": 1000 + place}
    return service


def keys(count: int, shop: int = 41) -> list[OrderKey]:
    return [OrderKey(shop, OrderId(f"A-{one}")) for one in range(count)]


def fates(report: LabelReport | LabelOutcome) -> dict[int, str]:
    told = [
        (one.position, name)
        for name in ("accepted", "rejected", "not_sent", "unknown")
        for one in getattr(report, name)
    ]
    assert len(dict(told)) == len(told)
    return dict(sorted(told))


# ---------------------------------------------------------------- requests


@pytest.mark.rule("LABELS-CREATE", "LABELS-LIMIT")
def test_any_number_of_orders_goes_out_in_requests_of_twenty_of_one_integration(connect: Connect) -> None:
    wanted = [key for pair in zip(keys(45), keys(45, 68), strict=True) for key in pair]
    service = holding(*wanted)
    report = connect(service).create_labels(iter(wanted), sender_address_id=5, apply_shipping_rules=True)
    assert report.ok
    assert [one.key for one in report.accepted] == wanted
    sizes = [(sent.json["integration_id"], len(sent.json["orders"])) for sent in service.sent]
    assert sizes == [(41, 20), (68, 20), (41, 20), (68, 20), (41, 5), (68, 5)]
    assert {sent.target for sent in service.sent} == {"/api/v3/orders/create-labels-async"}
    assert service.sent[0].json["sender_address_id"] == 5
    assert service.sent[0].json["orders"][0] == {"order_id": "A-0", "apply_shipping_rules": True}
    assert len({one.shipment_id for one in report.accepted}) == 90
    assert report.accepted[0].parcel_ids == (8010, 8011)
    report.raise_for_rejected()


def test_orders_of_many_integrations_leave_before_they_pile_up(connect: Connect) -> None:
    wanted = [OrderKey(shop, OrderId("A")) for shop in range(1, 41)]
    service = holding(*wanted)
    seen: list[int] = []

    def watched() -> Iterator[OrderKey]:
        for key in wanted:
            seen.append(len(service.sent))
            yield key

    assert connect(service).create_labels(watched()).ok
    assert seen[16] == 0
    assert seen[-1] > 20


@pytest.mark.rule("LABEL-NAMED", "LABELS-PARCELS")
def test_orders_may_be_given_in_every_way(connect: Connect) -> None:
    service = holding(*keys(7))
    parcels = [ParcelInput(parcel_items=[ParcelItemInput(item_id="line-1", quantity=1)])]
    given: list[Any] = [
        keys(1)[0],
        order("A-1"),
        msgspec.convert(order("A-2"), OrderInput),
        msgspec.convert({**order("A-3"), "id": 1}, Order),
        OrderNumber(41, "#A-4"),
        OrderWithParcelsInput(order_id="A-5", parcels=parcels),
        {"order_number": "#A-6", "apply_shipping_rules": False},
    ]
    report = connect(service).create_labels(given, integration=41, apply_shipping_rules=True)
    assert report.ok, str(report)
    assert [str(one.key[1]) for one in report.accepted] == ["A-0", "A-1", "A-2", "A-3", "#A-4", "A-5", "#A-6"]
    assert service.sent[0].json["orders"][5:] == [
        {
            "apply_shipping_rules": True,
            "order_id": "A-5",
            "parcels": [{"parcel_items": [{"item_id": "line-1", "quantity": 1}]}],
        },
        {"apply_shipping_rules": False, "order_number": "#A-6"},
    ]


@pytest.mark.rule("LABEL-NAMED")
def test_what_names_no_order_is_rejected_with_its_position_and_the_others_are_made(connect: Connect) -> None:
    service = holding(*keys(2))

    class Hostile(dict):  # type: ignore[type-arg]
        def get(self, *_: object) -> Any:
            raise RuntimeError("hidden")

    given: list[Any] = [
        None,
        keys(1)[0],
        OrderKey(41, OrderId("x" * 65)),
        OrderWithParcelsInput(order_id="A", parcels=[]),
        {"order_id": "A"},
        Hostile(order_details=1),
        669,
        keys(2)[1],
        OrderKey(41, OrderId("\ud800")),
    ]
    report = connect(service).create_labels(given)
    assert [one.position for one in report.accepted] == [1, 7]
    assert [one.position for one in report.rejected] == [0, 2, 3, 4, 5, 6, 8]
    assert all(one.errors and one.status is None for one in report.rejected)
    assert "pass integration=41" in str(report.rejected[3])
    assert "hidden" not in str(report)
    assert len(service.sent) == 1


@pytest.mark.rule("LABEL-ONCE")
def test_an_order_that_comes_twice_is_rejected_the_second_time(connect: Connect) -> None:
    service = holding(*keys(30))
    report = connect(service).create_labels([*keys(30), keys(1)[0], order("A-29")])
    assert [one.position for one in report.rejected] == [30, 31]
    assert "position 0 and at position 30" in str(report.rejected[0])
    assert max(Counter(one["order_id"] for one in service.labels).values()) == 1


@pytest.mark.parametrize("given", [[], iter(())])
def test_no_order_at_all_is_refused(connect: Connect, given: Any) -> None:
    with pytest.raises(InvalidOrders, match="the input is empty"):
        connect(FakeService()).create_labels(given)


@pytest.mark.parametrize("given", [keys(1)[0], OrderNumber(41, "1"), order("A"), LabelReport(), "A-1", 5, None])
def test_a_single_order_is_refused(connect: Connect, given: Any) -> None:
    service = holding(*keys(1))
    with pytest.raises(InvalidOrders, match="as a list or another iterable"):
        connect(service).create_labels(given)
    assert service.sent == []


MISTAKES: list[dict[str, Any]] = [
    {"integration": "x"},
    {"integration": 0},
    {"at_a_time": 21},
    {"at_a_time": 0},
    {"at_a_time": "5"},
    {"on_outcome": 5},
    {"brand_id": 0},
    {"sender_address_id": 1.5},
    {"ship_with": {"type": "code"}},
    {"apply_shipping_rules": 1},
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_an_option_that_cannot_be_meant_is_refused_before_anything_is_sent(connect: Connect, mistake: Any) -> None:
    service = holding(*keys(1))
    with pytest.raises(InvalidRequest, match=next(iter(mistake))):
        connect(service).create_labels(keys(1), **mistake)
    assert service.sent == []


# ---------------------------------------------------------------- outcomes


@pytest.mark.rule("LABELS-PARTIAL")
def test_partial_success_is_told_order_by_order_and_the_run_goes_on(connect: Connect) -> None:
    service = holding(*keys(44))
    service.stored[41, "A-3"]["order_number"] = "unshippable"
    del service.stored[41, "A-25"]
    report = connect(service).create_labels(keys(44))
    assert [(one.position, one.status) for one in report.rejected] == [(3, 400), (25, 404)]
    assert "no valid shipping address" in str(report.rejected[0])
    assert "not stored yet" in str(report.rejected[1])
    assert len(report.accepted) == 42
    assert (report.counts, report.total, report.requests) == ("42 accepted, 2 rejected, 0 not sent, 0 unknown", 44, 3)
    with pytest.raises(IncompleteLabels, match="42 accepted, 2 rejected") as caught:
        report.raise_for_rejected()
    assert pickle.loads(pickle.dumps(caught.value)).label_report == report


@pytest.mark.rule("LABEL-ONCE")
@pytest.mark.parametrize("fault", COSTLY)
def test_a_request_whose_answer_gets_lost_is_unknown_and_never_sent_again(connect: Connect, fault: str) -> None:
    service = holding(*keys(60), faults=[None, COSTLY[fault]])
    report = connect(service).create_labels(keys(60))
    assert fates(report) == {place: "unknown" if 20 <= place < 40 else "accepted" for place in range(60)}
    assert len(service.sent) == 3
    assert max(Counter(one["order_id"] for one in service.labels).values()) == 1
    assert not report.ok
    assert "look in the panel, or by GET /shipments" in str(report).splitlines()[-1]


@pytest.mark.rule("LABEL-ONCE", "RATE-LIMIT")
def test_what_was_certainly_not_taken_in_is_sent_again(connect: Connect) -> None:
    service = holding(*keys(20), faults=[unreachable, throttled, unreachable])
    assert connect(service).create_labels(keys(20)).ok
    assert (len(service.sent), len(service.labels)) == (4, 20)


@pytest.mark.rule("LABEL-ONCE")
def test_orders_that_met_a_conflict_are_not_sent_and_the_report_says_to_look_first(connect: Connect) -> None:
    service = holding(*keys(21), faults=[conflict])
    report = connect(service).create_labels(keys(21))
    assert fates(report) == {place: "not_sent" if place < 20 else "accepted" for place in range(21)}
    assert "may be one for its label: look before you ask again" in report.not_sent[0].reason
    assert len(service.sent) == 2


def test_orders_that_were_not_sent_may_be_asked_for_by_their_outcome(connect: Connect) -> None:
    service = holding(*keys(20), faults=[throttled])
    client = connect(service, retry=RetryPolicy.none())
    left = client.create_labels(keys(20)).not_sent
    assert [one.key for one in client.create_labels(left).accepted] == keys(20)


@pytest.mark.rule("LABEL-ONCE")
def test_a_service_that_is_down_ends_the_run_after_three_requests(connect: Connect) -> None:
    service = holding(*keys(200), faults=[lost_before] * 50)
    report = connect(service).create_labels(keys(200))
    assert len(service.sent) == 3
    assert Counter(fates(report).values()) == {"unknown": 60, "not_sent": 140}


@pytest.mark.rule("LABELS-MISSING", "LABELS-PARTIAL")
def test_a_request_that_is_refused_whole_rejects_its_orders_and_no_other(connect: Connect) -> None:
    missing = answer_with(lambda: error(404, NOTHING_TO_SHIP, code="not_found"))
    service = holding(*keys(25), faults=[missing])
    report = connect(service).create_labels(keys(25))
    assert fates(report) == {place: "rejected" if place < 20 else "accepted" for place in range(25)}
    assert "One of the orders of this request is not in the integration" in str(report.rejected[0])
    alone = connect(holding(*keys(1), faults=[missing])).create_labels(keys(1), at_a_time=1)
    assert "No such order in the integration" in str(alone.rejected[0])


@pytest.mark.rule("LABEL-BODY", "ERROR-POINTER")
def test_an_order_that_has_a_whole_request_refused_is_named_and_the_others_shared_it(connect: Connect) -> None:
    wrong = answer_with(
        lambda: error(400, "Input should be a valid string", pointer="/data/attributes/orders/1/order_id")
    )
    report = connect(holding(*keys(3), faults=[wrong])).create_labels(keys(3))
    assert [len(one.errors) for one in report.rejected] == [0, 1, 0]
    assert "refused together" in str(report.rejected[0])
    assert str(report).splitlines()[1].startswith("  rejected: position 1 ")


def test_one_at_a_time_leaves_one_order_in_doubt(connect: Connect) -> None:
    service = holding(*keys(4), faults=[None, lost_after])
    report = connect(service).create_labels(keys(4), at_a_time=1)
    assert fates(report) == {0: "accepted", 1: "unknown", 2: "accepted", 3: "accepted"}


# ---------------------------------------------------------------- ends


@pytest.mark.rule("LABEL-ONCE", "AUTH-REFUSED")
def test_a_caller_that_is_turned_away_is_told_with_the_report(connect: Connect) -> None:
    refused = answer_with(lambda: error(401, "Invalid username/password.", code="authentication_failed"))
    service = holding(*keys(60), faults=[None, refused])
    with pytest.raises(AuthenticationError) as caught:
        connect(service).create_labels(iter(keys(60)))
    report = caught.value.label_report
    assert report is not None
    assert Counter(fates(report).values()) == {"accepted": 20, "rejected": 20, "not_sent": 20}
    assert len(service.sent) == 2


def test_a_wrong_address_is_told_as_that(connect: Connect) -> None:
    page = answer_with(lambda: httpx.Response(404, html="<h1>Not Found</h1>"))
    with pytest.raises(UnknownAddressError) as caught:
        connect(holding(*keys(60), faults=[page])).create_labels(keys(60))
    assert caught.value.label_report is not None
    assert caught.value.label_report.total == 60


def test_an_input_that_fails_ends_the_run_with_the_report(connect: Connect) -> None:
    def failing() -> Iterator[OrderKey]:
        yield from keys(25)
        raise RuntimeError("hidden")

    with pytest.raises(IncompleteLabels, match="RuntimeError ended the run") as caught:
        connect(holding(*keys(25))).create_labels(failing())
    assert Counter(fates(caught.value.label_report).values()) == {"accepted": 20, "not_sent": 5}
    assert "hidden" not in str(caught.value)


def test_a_callback_gets_each_outcome_and_ends_the_run_where_it_fails(connect: Connect) -> None:
    told: list[int] = []

    def note(outcome: LabelOutcome) -> None:
        told.append(len(outcome))
        if len(told) == 2:
            raise RuntimeError

    with pytest.raises(IncompleteLabels) as caught:
        connect(holding(*keys(60))).create_labels(keys(60), on_outcome=note)
    assert told == [20, 20]
    assert Counter(fates(caught.value.label_report).values()) == {"accepted": 40, "not_sent": 20}


@pytest.mark.rule("LABEL-ONCE")
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_an_interrupt_leaves_with_the_request_under_way_as_unknown(connect: Connect, kind: type[BaseException]) -> None:
    def interrupt(request: httpx.Request, carry_out: Any) -> httpx.Response:
        carry_out()
        raise kind

    mixed = [key for pair in zip(keys(30), keys(30, 68), strict=True) for key in pair]
    service = holding(*mixed, faults=[None, interrupt])
    with pytest.raises(kind) as caught:
        connect(service).create_labels(mixed)
    left: Any = caught.value
    assert Counter(fates(left.label_report).values())["unknown"] == 20
    assert {one.key.integration_id for one in left.label_report.unknown} == {68}
    assert all(isinstance(one, LabelUnknown) for one in left.label_report.unknown)
    assert "`label_report` on this exception" in "".join(left.__notes__)


@pytest.mark.rule("LABEL-ONCE")
@pytest.mark.parametrize("kind", [KeyboardInterrupt, asyncio.CancelledError])
def test_an_interrupt_names_the_orders_of_the_other_integrations_that_were_read(
    connect: Connect, kind: type[BaseException]
) -> None:
    def interrupt(request: httpx.Request, carry_out: Any) -> httpx.Response:
        raise kind

    mixed: list[Any] = [*keys(2), *keys(2, 68), *keys(2, 7), "no order"]
    with pytest.raises(kind) as caught:
        connect(holding(faults=[interrupt])).create_labels(mixed)
    left: Any = caught.value
    told = {0: "unknown", 1: "unknown", 2: "not_sent", 3: "not_sent", 4: "not_sent", 5: "not_sent", 6: "rejected"}
    assert fates(left.label_report) == told


def test_a_second_interrupt_while_the_first_is_told_leaves_the_report_whole(connect: Connect) -> None:
    def interrupt_again(outcome: LabelOutcome) -> None:
        raise KeyboardInterrupt

    mixed = [*keys(2), *keys(2, 68), *keys(2, 7)]
    with pytest.raises(KeyboardInterrupt) as caught:
        connect(holding(*mixed)).create_labels(mixed, on_outcome=interrupt_again)
    left: Any = caught.value
    assert Counter(fates(left.label_report).values()) == {"accepted": 2, "not_sent": 4}


@pytest.mark.rule("LABEL-ONCE")
def test_an_order_that_comes_again_when_the_run_has_stopped_is_not_told_as_never_asked_for(connect: Connect) -> None:
    asked = [*keys(3), *keys(1)]
    report = connect(holding(*asked, faults=[lost_after] * 3)).create_labels(asked, at_a_time=1)
    assert fates(report) == {0: "unknown", 1: "unknown", 2: "unknown", 3: "rejected"}
    assert [one.code for one in report.rejected[0].errors] == ["duplicate_key"]


def test_a_task_that_is_cancelled_while_it_waits_for_an_answer_tells_what_is_unknown() -> None:
    async def run() -> Any:
        asked = asyncio.Event()

        async def never(request: httpx.Request) -> httpx.Response:
            asked.set()
            await asyncio.Event().wait()
            raise AssertionError

        transport = httpx.MockTransport(never)
        async with AsyncOrdersClient(
            BasicCredentials("public", "hidden"), transport=transport, pace=Pace.unlimited()
        ) as client:
            task = asyncio.create_task(client.create_labels(keys(3)))
            await asked.wait()
            task.cancel()
            try:
                await task
            except asyncio.CancelledError as error:
                return error
        return None

    assert fates(asyncio.run(run()).label_report) == {0: "unknown", 1: "unknown", 2: "unknown"}


def test_an_asynchronous_iterable_is_taken_by_the_asynchronous_client_alone(connect: Connect) -> None:
    async def given() -> AsyncIterator[OrderKey]:
        for key in keys(25):
            yield key

    client = connect(holding(*keys(25)))
    if client.kind == "async":
        assert len(client.create_labels(given()).accepted) == 25
    else:
        with pytest.raises(InvalidOrders, match="create_labels of AsyncOrdersClient"):
            client.create_labels(given())


def test_the_hook_and_the_log_are_told_of_each_request(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    told: list[LabelOutcome] = []
    with caplog.at_level("INFO", logger="sendcloud_orders"):
        connect(holding(*keys(25)), hooks=Hooks(labels=told.append)).create_labels(keys(25))
    assert [len(one) for one in told] == [20, 5]
    assert "labels: 5 accepted, 0 rejected, 0 not sent, 0 unknown" in caplog.text


def test_labels_keep_to_the_pace_of_writes(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: list[str] = []
    acquire, acquire_async = Pace.acquire, Pace.acquire_async

    def noted(pace: Pace, kind: Any, **limits: Any) -> bool:
        kinds.append(kind)
        return acquire(pace, kind, **limits)

    async def noted_async(pace: Pace, kind: Any, **limits: Any) -> bool:
        kinds.append(kind)
        return await acquire_async(pace, kind, **limits)

    monkeypatch.setattr(Pace, "acquire", noted)
    monkeypatch.setattr(Pace, "acquire_async", noted_async)
    client = connect(holding(*keys(1)))
    client.create_labels(keys(1))
    client.create_label(keys(1)[0])
    client.integrations()
    assert kinds == ["write", "write", "read"]


def test_an_outcome_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="LabelOutcome"):
        LabelReport.of([5])  # type: ignore[list-item]


# ---------------------------------------------------------------- both alike, and always true

FAULTS: dict[str, ScriptedFault] = {
    **PASSING,
    "401": answer_with(lambda: error(401, "no")),
    "404": answer_with(lambda: error(404, NOTHING_TO_SHIP, code="not_found")),
    "422": answer_with(lambda: error(422, "no")),
    "another": carry_out_then(
        lambda: httpx.Response(202, json={"data": [{"shipment_id": "1", "order_id": "stranger"}]})
    ),
}
SCRIPTS = st.lists(st.none() | st.sampled_from(sorted(FAULTS)), max_size=8)
WANTED = st.lists(
    st.tuples(st.sampled_from([41, 68]), st.sampled_from("ABCDEF"), st.sampled_from(["", "", "unshippable", "absent"])),
    min_size=1,
    max_size=12,
)
Wanted = list[tuple[int, str, str]]


def run(
    kind: ClientKind, wanted: Wanted, script: list[str | None], attempts: int, at_a_time: int
) -> tuple[FakeService, Driven, LabelReport, str]:
    service = FakeService([FAULTS[name] if name else None for name in script])
    for shop, name, state in wanted:
        if state != "absent":
            service.stored[shop, name] = {**order(name, shop, order_number=state or "1"), "id": 1}
    client = Driven(kind, service, retry=RetryPolicy(attempts=attempts))
    ending = ""
    try:
        given = [OrderKey(shop, OrderId(name)) for shop, name, _ in wanted]
        report = client.create_labels(given, at_a_time=at_a_time)
    except SendcloudError as problem:
        report, ending = problem.label_report or LabelReport(), f"{type(problem).__name__}: {problem}"
    finally:
        client.close()
    return service, client, report, ending


CASES = given(wanted=WANTED, script=SCRIPTS, attempts=st.integers(1, 3), at_a_time=st.integers(1, 4))


@CASES
def test_both_clients_ask_alike_and_report_alike(
    wanted: Wanted, script: list[str | None], attempts: int, at_a_time: int
) -> None:
    (one, first, report, ending), (two, second, other, otherwise) = (
        run(kind, wanted, script, attempts, at_a_time) for kind in KINDS
    )
    assert [sent.line for sent in one.sent] == [sent.line for sent in two.sent]
    assert first.watch.slept == second.watch.slept
    assert (report, ending) == (other, otherwise)


@pytest.mark.rule("LABEL-ONCE", "LABELS-PARTIAL")
@pytest.mark.parametrize("kind", KINDS)
@CASES
def test_no_order_gets_two_labels_and_none_is_hidden(
    kind: ClientKind, wanted: Wanted, script: list[str | None], attempts: int, at_a_time: int
) -> None:
    service, _, report, _ = run(kind, wanted, script, attempts, at_a_time)
    told = fates(report)
    assert sorted(told) == list(range(len(wanted)))
    labels = Counter((one["order_details"]["integration"]["id"], one["order_id"]) for one in service.labels)
    assert set(labels.values()) <= {1}
    may_have = {tuple(one.key) for group in (report.accepted, report.unknown) for one in group}
    assert set(labels) <= may_have, "a label is hidden"
    assert {tuple(one.key) for one in report.accepted} <= set(labels), "a label is made up"
