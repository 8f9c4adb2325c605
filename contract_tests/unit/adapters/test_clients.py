"""What both clients do on the wire, each test on the blocking and on the asynchronous one."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from doubles.both_clients import Connect
from doubles.fake_service import (
    CONFLICT,
    FakeService,
    ScriptedFault,
    answer_with,
    carry_out_then,
    conflict,
    error,
    failing,
    lost_after,
    lost_before,
    slow,
    throttled,
    unavailable,
    unreachable,
)
from orders.factory import order, orders
from sendcloud_orders import (
    AppInfo,
    AsyncOrdersClient,
    AuthenticationError,
    BadRequestError,
    BasicCredentials,
    BatchOutcome,
    CallableCredentials,
    ConfigurationError,
    ConflictError,
    ContractError,
    Hooks,
    IncompleteUpsert,
    InvalidOrders,
    InvalidRequest,
    Journal,
    NotFoundError,
    NotYetAvailable,
    OAuth2Credentials,
    OrdersClient,
    Pace,
    RateLimitError,
    RetryPolicy,
    SendcloudError,
    ServerError,
    TimeoutError,
    TransportError,
    UpdateNotApplied,
    UpsertReport,
)
from sendcloud_orders_api.models import Order, OrderInput, OrderUpdate

# ---------------------------------------------------------------- upsert


@pytest.mark.rule("UPSERT-LIMIT", "UPSERT-LIST", "UPSERT-RESULT")
def test_any_number_of_orders_goes_out_in_batches_and_comes_back_in_one_report(connect: Connect) -> None:
    service = FakeService()
    report = connect(service).upsert(orders(250))
    assert [len(sent.json) for sent in service.sent] == [100, 100, 50]
    assert [one.position for one in report.accepted] == list(range(250))
    assert {one.id for one in report.accepted} == {one["id"] for one in service.stored.values()}
    assert report.ok
    assert report.requests == 3


def test_models_dicts_and_generators_are_taken_mixed(connect: Connect) -> None:
    service = FakeService()
    mixed = (msgspec.convert(order("A"), OrderInput) if name == "A" else order(name) for name in "ABC")
    assert connect(service).upsert(mixed).ok
    assert sorted(name for _, name in service.stored) == ["A", "B", "C"]


@pytest.mark.rule("UPSERT-KEY")
def test_a_second_upsert_of_the_same_keys_gives_the_same_ids(connect: Connect) -> None:
    client = connect(FakeService())
    first, second = client.upsert(orders(3)), client.upsert(orders(3))
    assert first.accepted == second.accepted


@pytest.mark.rule("UPSERT-ATOMIC", "ERROR-POINTER")
@pytest.mark.parametrize(("mode", "counts"), [("stop", (0, 100, 50)), ("skip", (50, 100, 0)), ("isolate", (149, 1, 0))])
def test_a_batch_that_the_service_refuses_is_treated_as_asked(
    connect: Connect, mode: str, counts: tuple[int, int, int]
) -> None:
    stream = orders(150)
    stream[7]["order_number"] = "bad"
    report: UpsertReport = connect(FakeService()).upsert(stream, on_rejected=mode)
    assert (len(report.accepted), len(report.rejected), len(report.not_sent)) == counts
    [guilty] = [one for one in report.rejected if one.errors]
    assert (guilty.position, guilty.errors[0].field) == (7, "order_number")


@pytest.mark.rule("UPSERT-BOUNDS", "UPSERT-REQUIRED")
def test_a_list_with_a_bad_order_is_refused_before_anything_is_sent(connect: Connect) -> None:
    service = FakeService()
    stream = orders(150)
    stream[120]["order_details"]["order_items"][0]["quantity"] = 0
    with pytest.raises(InvalidOrders, match=r"order_items\[0\]\.quantity: Input should be greater than 0") as caught:
        connect(service).upsert(stream)
    assert service.sent == []
    [failure] = caught.value.failures
    assert failure.position == 120
    assert caught.value.report is not None
    assert caught.value.report.total == 150


def test_a_stream_with_a_bad_order_stops_there_and_tells_what_went_before(connect: Connect) -> None:
    service = FakeService()
    stream = orders(350)
    stream[120]["order_number"] = ""
    with pytest.raises(InvalidOrders) as caught:
        connect(service).upsert(iter(stream))
    report = caught.value.report
    assert report is not None
    assert (len(report.accepted), len(report.rejected), len(report.not_sent)) == (100, 1, 249)
    assert len(service.sent) == 1


@pytest.mark.parametrize("mode", ["skip", "isolate"])
def test_a_bad_order_does_not_sink_the_good_ones_when_the_run_goes_on(connect: Connect, mode: str) -> None:
    service = FakeService()
    stream = orders(50)
    stream[20]["order_number"] = ""
    report = connect(service).upsert(stream, on_rejected=mode)
    assert (len(report.accepted), len(report.rejected)) == (49, 1)
    assert len(service.sent) == 1


class Unreadable(Mapping[str, Any]):
    """A row that fails when it is looked at, as a lazy one of a database may."""

    def __getitem__(self, name: str) -> Any:
        raise OSError("connection to the database lost")

    def __iter__(self) -> Iterator[str]:
        raise OSError("connection to the database lost")

    def __len__(self) -> int:
        return 4


@pytest.mark.rule("UPSERT-ATOMIC")
@pytest.mark.parametrize("check", [True, False], ids=["checked", "unchecked"])
@pytest.mark.parametrize("bad", ["an amount out of range", "a row that fails"])
def test_an_order_that_cannot_be_prepared_is_rejected_and_the_others_go_on(
    connect: Connect, bad: str, check: bool
) -> None:
    stream: list[Any] = orders(250)
    if bad == "an amount out of range":
        stream[120]["payment_details"]["total_price"]["value"] = Decimal("1E+400")
    else:
        stream[120] = Unreadable()
    service = FakeService()
    report = connect(service).upsert(iter(stream), on_rejected="isolate", check=check)
    assert (len(report.accepted), report.total, len(service.stored)) == (249, 250, 249)
    [refused] = report.rejected
    assert (refused.position, bool(refused.errors)) == (120, True)


def test_without_the_check_the_service_has_the_last_word(connect: Connect) -> None:
    service = FakeService()
    connect(service).upsert([order("A", surprise=1)], check=False)
    assert service.sent[0].json[0]["surprise"] == 1


@pytest.mark.rule("UPSERT-KEY-TWICE")
def test_the_same_key_twice_is_an_error_that_names_both_positions(connect: Connect) -> None:
    service = FakeService()
    with pytest.raises(InvalidOrders, match="position 0 and at position 2"):
        connect(service).upsert([order("A"), order("B"), order("A")])
    assert service.sent == []


@pytest.mark.rule("UPSERT-KEY-TWICE")
@pytest.mark.parametrize("mode", ["last", "sequence"])
def test_of_the_same_key_twice_the_later_order_is_stored(connect: Connect, mode: str) -> None:
    service = FakeService()
    twice = [order("A", order_number="first"), order("B"), order("A", order_number="second")]
    assert connect(service).upsert(twice, duplicates=mode).ok
    assert service.stored[41, "A"]["order_number"] == "second"
    assert len(service.sent) == (1 if mode == "last" else 2)


@pytest.mark.rule("UPSERT-LIMIT")
@pytest.mark.parametrize("count", [0, 101])
def test_a_raw_batch_of_none_or_more_than_a_hundred_is_refused_before_it_is_sent(connect: Connect, count: int) -> None:
    service = FakeService()
    with pytest.raises(InvalidOrders, match="empty" if count == 0 else "at most 100 orders, not 101"):
        connect(service).upsert_batch(orders(count))
    assert service.sent == []


@pytest.mark.rule("UPSERT-LIMIT")
def test_an_empty_iterable_is_refused(connect: Connect) -> None:
    with pytest.raises(InvalidOrders, match="empty"):
        connect(FakeService()).upsert(iter(()))


def test_a_raw_batch_is_one_request(connect: Connect) -> None:
    service = FakeService()
    report = connect(service).upsert_batch([order("A", 41), order("A", 68)])
    assert [one.key.integration_id for one in report.accepted] == [41, 68]
    assert len(service.sent) == 1


def test_a_raw_batch_that_is_too_large_is_refused(connect: Connect) -> None:
    with pytest.raises(InvalidOrders, match="max_body_bytes"):
        connect(FakeService()).upsert_batch(orders(2), max_body_bytes=600)


def test_outcomes_can_be_followed_while_the_run_goes_on(connect: Connect) -> None:
    outcomes: list[BatchOutcome] = []
    report = connect(FakeService()).upsert(orders(250), on_outcome=outcomes.append)
    assert [len(one.accepted) for one in outcomes] == [100, 100, 50]
    assert UpsertReport.of(outcomes) == report


def test_a_stream_that_does_not_end_is_sent_as_it_comes(connect: Connect) -> None:
    def endless() -> Iterator[dict[str, Any]]:
        number = 0
        while True:
            yield order(f"A-{number}")
            number += 1

    outcomes = connect(FakeService()).upsert_iter(endless(), duplicates="sequence")
    assert [len(next(outcomes).accepted) for _ in range(3)] == [100, 100, 100]


def test_options_are_checked_when_the_iterator_is_made(connect: Connect) -> None:
    with pytest.raises(InvalidRequest, match="on_rejected"):
        connect(FakeService()).upsert_iter(orders(1), on_rejected="never")


def test_an_input_that_fails_ends_in_an_error_with_the_report_and_the_cause(connect: Connect) -> None:
    def failing_input() -> Iterator[dict[str, Any]]:
        yield from orders(130)
        raise OSError("disk full")

    with pytest.raises(IncompleteUpsert, match="OSError") as caught:
        connect(FakeService()).upsert(failing_input())
    assert isinstance(caught.value.__cause__, OSError)
    assert (len(caught.value.report.accepted), len(caught.value.report.not_sent)) == (100, 30)


def test_a_callback_that_fails_ends_in_an_error_with_the_report(connect: Connect) -> None:
    def refuse(outcome: BatchOutcome) -> None:
        raise KeyError("mine")

    with pytest.raises(IncompleteUpsert) as caught:
        connect(FakeService()).upsert(orders(250), on_outcome=refuse)
    assert len(caught.value.report.accepted) == 100


@pytest.mark.rule("AUTH-REFUSED")
def test_refused_credentials_are_raised_with_the_report_on_the_error(connect: Connect) -> None:
    service = FakeService([answer_with(lambda: error(401, "Invalid username/password.", pointer="/data"))])
    with pytest.raises(AuthenticationError) as caught:
        connect(service).upsert(orders(150))
    report = caught.value.report
    assert report is not None
    assert (len(report.rejected), len(report.not_sent)) == (100, 50)
    assert len(service.sent) == 1


@pytest.mark.rule("UPSERT-PARTNER")
def test_the_partner_id_goes_along(connect: Connect) -> None:
    service = FakeService()
    connect(service, partner_id="00000000-0000-4000-8000-000000000001").upsert(orders(1))
    assert service.sent[0].headers["Sendcloud-Partner-Id"] == "00000000-0000-4000-8000-000000000001"


# ---------------------------------------------------------------- journal


@pytest.mark.rule("UPSERT-JOURNAL")
def test_a_journal_keeps_a_second_run_from_sending_what_is_stored(connect: Connect, tmp_path: Path) -> None:
    service = FakeService()
    client = connect(service)
    first = client.upsert(orders(150), journal=tmp_path / "journal")
    sent = len(service.sent)
    changed = orders(150)
    changed[3]["order_number"] = "new"
    again = client.upsert(orders(150), journal=tmp_path / "journal")
    assert len(service.sent) == sent
    assert again == first
    client.upsert(changed, journal=str(tmp_path / "journal"))
    assert [one["order_id"] for sent in service.sent[sent:] for one in sent.json] == ["A-3"]


@pytest.mark.rule("UPSERT-JOURNAL")
def test_a_run_that_broke_off_ends_with_the_report_of_an_unbroken_one(connect: Connect, tmp_path: Path) -> None:
    unbroken = connect(FakeService()).upsert(orders(350))
    service = FakeService([None, None, answer_with(lambda: error(401, "no"))])
    client = connect(service)
    with pytest.raises(AuthenticationError):
        client.upsert(orders(350), journal=tmp_path / "journal")
    again = client.upsert(orders(350), journal=tmp_path / "journal")
    assert again == unbroken
    assert sum(len(sent.json) for sent in service.sent[3:]) == 150


@pytest.mark.rule("UPSERT-KEY-TWICE", "UPSERT-JOURNAL")
def test_a_journal_never_mistakes_an_order_that_was_changed_back_for_the_one_that_is_stored(
    connect: Connect, tmp_path: Path
) -> None:
    service = FakeService()
    client = connect(service)
    there_and_back = [order("A", order_number=number) for number in ("1", "2", "1")]
    for _ in range(2):
        client.upsert(there_and_back, journal=tmp_path / "journal", duplicates="sequence")
        assert service.stored[41, "A"]["order_number"] == "1"


@pytest.mark.rule("UPSERT-JOURNAL")
def test_a_journal_that_fails_ends_the_run_with_every_order_named(connect: Connect, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", account="mine")
    client = connect(FakeService())

    def close_after_two(outcome: BatchOutcome) -> None:
        if any(one.position == 199 for one in outcome.accepted):
            journal.close()

    with pytest.raises(SendcloudError, match="journal") as caught:
        client.upsert(orders(350), journal=journal, on_outcome=close_after_two)
    report = caught.value.report
    assert report is not None
    assert len(report.accepted) == 200
    assert (len(report.unknown), len(report.not_sent)) == (0, 150)


# ---------------------------------------------------------------- retries


@pytest.mark.parametrize(
    "fault",
    [unreachable, lost_before, lost_after, slow, throttled, conflict, failing, unavailable],
    ids=["unreachable", "lost before", "lost after", "slow", "throttled", "conflict", "failing", "unavailable"],
)
@pytest.mark.rule("UPSERT-CONFLICT", "RATE-LIMIT")
def test_a_fault_that_passes_is_outlived(connect: Connect, fault: ScriptedFault) -> None:
    service = FakeService([fault, fault])
    client = connect(service)
    assert client.upsert(orders(2)).ok
    assert len(service.sent) == 3
    assert len({sent.line for sent in service.sent}) == 1
    assert len(client.watch.slept) == 2


@pytest.mark.rule("RATE-RETRY-AFTER")
def test_retry_after_says_how_long_to_sleep(connect: Connect) -> None:
    client = connect(FakeService([throttled]))
    client.upsert(orders(1))
    assert client.watch.slept == [3.0]


@pytest.mark.rule("RATE-LIMIT", "RATE-RETRY-AFTER")
def test_a_rate_limit_holds_everyone_who_shares_the_pace(connect: Connect) -> None:
    pace = Held()
    connect(FakeService([throttled]), pace=pace).upsert(orders(1))
    assert pace.told == ["slow down write", "hold write 3.0"]


class Held(Pace):
    """A pace that only notes what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self._lanes = {}
        self.told: list[str] = []

    def hold(self, seconds: float, kind: Any = None) -> None:
        self.told.append(f"hold {kind} {seconds}")

    def slow_down(self, kind: Any = None) -> None:
        self.told.append(f"slow down {kind}")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (lost_after, TransportError),
        (slow, TimeoutError),
        (throttled, RateLimitError),
        (conflict, ConflictError),
        (failing, ServerError),
        (carry_out_then(lambda: httpx.Response(200, text="<html>")), ContractError),
    ],
)
def test_a_fault_that_stays_is_raised_after_the_last_attempt(
    connect: Connect, fault: ScriptedFault, kind: type[SendcloudError]
) -> None:
    service = FakeService([fault] * 3)
    service.stored[41, "A"] = {"id": 669, **order("A")}
    with pytest.raises(kind):
        connect(service, retry=RetryPolicy(attempts=3)).get(669)
    assert len(service.sent) == 3


def test_a_fault_is_not_outlived_when_retries_are_switched_off(connect: Connect) -> None:
    service = FakeService([unavailable])
    report = connect(service, retry=RetryPolicy.none()).upsert(orders(1))
    assert len(report.unknown) == 1
    assert len(service.sent) == 1


def test_the_deadline_holds_over_all_attempts(connect: Connect) -> None:
    service = FakeService([unavailable] * 100)
    client = connect(service, retry=RetryPolicy(attempts=100, deadline=20, base_delay=4, max_delay=4))
    with pytest.raises(ServerError):
        client.get(669)
    assert sum(client.watch.slept) <= 20


@pytest.mark.rule("AUTH-REFUSED")
@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_a_refusal_is_never_sent_again(connect: Connect, status: int) -> None:
    service = FakeService([answer_with(lambda: error(status, "No."))])
    with pytest.raises(SendcloudError):
        connect(service).get(669)
    assert len(service.sent) == 1


# ---------------------------------------------------------------- credentials


@pytest.mark.rule("AUTH-BASIC")
def test_both_keys_go_along_as_http_basic(connect: Connect) -> None:
    service = FakeService()
    connect(service, credentials=BasicCredentials("me", "hidden")).upsert(orders(1))
    assert service.sent[0].headers["Authorization"] == "Basic bWU6aGlkZGVu"


@pytest.mark.rule("AUTH-REFUSED", "AUTH-OAUTH")
def test_credentials_that_can_be_renewed_are_renewed_once_after_a_401(connect: Connect) -> None:
    values = iter(["Bearer old", "Bearer new", "Bearer new"])
    last = ["Bearer old"]

    def give() -> str:
        last[0] = next(values, last[0])
        return last[0]

    service = FakeService([answer_with(lambda: error(401, "expired"))])
    connect(service, credentials=CallableCredentials(give)).upsert(orders(1))
    assert [sent.headers["Authorization"] for sent in service.sent] == ["Bearer old", "Bearer new"]


@pytest.mark.rule("AUTH-REFUSED", "AUTH-OAUTH")
def test_a_401_that_stays_after_the_renewal_is_raised(connect: Connect) -> None:
    numbers = iter(range(100))
    service = FakeService([answer_with(lambda: error(401, "expired"))] * 5)
    client = connect(service, credentials=CallableCredentials(lambda: f"Bearer {next(numbers)}"))
    with pytest.raises(AuthenticationError):
        client.get(669)
    assert len(service.sent) == 2


@pytest.mark.rule("AUTH-OAUTH")
def test_a_token_is_fetched_once_through_the_transport_and_used_for_every_call(connect: Connect) -> None:
    service, asked = FakeService(), []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "account.sendcloud.com":
            asked.append(request)
            return httpx.Response(200, json={"access_token": "ory_at_1", "expires_in": 3600, "token_type": "bearer"})
        return service.answer(request)

    client = connect(httpx.MockTransport(answer), credentials=OAuth2Credentials("id", "hidden"))
    client.upsert(orders(250))
    assert len(asked) == 1
    assert asked[0].content == b"grant_type=client_credentials"
    assert {sent.headers["Authorization"] for sent in service.sent} == {"Bearer ory_at_1"}


@pytest.mark.rule("AUTH-OAUTH")
def test_a_token_endpoint_that_fails_for_a_while_is_outlived_and_nothing_is_reported_as_sent(connect: Connect) -> None:
    service, answers = FakeService(), iter([httpx.Response(503), httpx.Response(503)])

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "account.sendcloud.com":
            return next(answers, httpx.Response(200, json={"access_token": "t", "expires_in": 3600}))
        return service.answer(request)

    client = connect(httpx.MockTransport(answer), credentials=OAuth2Credentials("id", "hidden"))
    assert client.upsert(orders(1)).ok
    down = httpx.MockTransport(lambda request: httpx.Response(503))
    report = connect(down, credentials=OAuth2Credentials("id", "hidden")).upsert(orders(1))
    assert len(report.not_sent) == 1


@pytest.mark.rule("AUTH-OAUTH", "AUTH-REFUSED")
def test_a_token_endpoint_that_refuses_ends_the_run_with_nothing_sent(connect: Connect) -> None:
    refusing = httpx.MockTransport(lambda request: httpx.Response(401, json={"error": "invalid_client"}))
    client = connect(refusing, credentials=OAuth2Credentials("id", "hidden"))
    with pytest.raises(AuthenticationError) as caught:
        client.upsert(orders(150), on_rejected="skip")
    assert caught.value.report is not None
    assert len(caught.value.report.not_sent) == 150


# ---------------------------------------------------------------- list and find


@pytest.mark.rule("LIST-CURSOR", "LIST-COMPLETE")
@pytest.mark.parametrize("prefetch", [False, True])
def test_every_page_is_followed_on_our_own_host_with_our_own_filters(connect: Connect, prefetch: bool) -> None:
    service = FakeService()
    client = connect(service)
    client.upsert([*orders(120), *(order(f"B-{number}", 68) for number in range(5))])
    service.sent.clear()
    found = list(client.list(integration=[41], page_size=50, prefetch=prefetch))
    assert [one.order_id for one in found] == [f"A-{number}" for number in range(120)]
    assert [sent.target for sent in service.sent] == [
        "/api/v3/orders?integration=41&page_size=50",
        "/api/v3/orders?integration=41&page_size=50&cursor=50",
        "/api/v3/orders?integration=41&page_size=50&cursor=100",
    ]


def test_pages_can_be_taken_whole_and_gone_on_from(connect: Connect) -> None:
    client = connect(FakeService())
    client.upsert(orders(120))
    first = next(iter(client.pages(page_size=50)))
    assert (len(first.orders), first.next_cursor) == (50, "50")
    rest = list(client.list(page_size=50, cursor=first.next_cursor))
    assert [one.order_id for one in (*first.orders, *rest)] == [f"A-{number}" for number in range(120)]


@pytest.mark.rule("LIST-UNKNOWN-FILTER")
def test_a_filter_that_the_service_would_ignore_is_refused_at_the_call(connect: Connect) -> None:
    service = FakeService()
    with pytest.raises(InvalidRequest, match="integration_id"):
        connect(service).list(integration_id=41)
    assert service.sent == []


@pytest.mark.rule("READ-TOLERANT")
def test_all_readable_orders_are_given_before_the_unreadable_ones_are_complained_of(connect: Connect) -> None:
    service = FakeService()
    client = connect(service)
    client.upsert(orders(6))
    service.stored[41, "A-1"]["order_number"] = None
    found: list[Order] = []
    with pytest.raises(ContractError, match=r"data\[1\]\.order_number") as caught:
        found.extend(client.list(page_size=3))
    assert caught.value.positions == (1,)
    assert [one.order_id for one in found] == ["A-0", "A-2", "A-3", "A-4", "A-5"]


@pytest.mark.rule("LIST-CURSOR")
def test_a_listing_whose_cursor_repeats_ends_in_an_error(connect: Connect) -> None:
    link = {"Link": '</orders?cursor=a>; rel="next"'}
    looping = httpx.MockTransport(lambda request: httpx.Response(200, json={"data": []}, headers=link))
    with pytest.raises(ContractError, match="never end"):
        list(connect(looping).list())


@pytest.mark.rule("UPSERT-KEY", "LIST-ORDER-ID")
def test_an_order_is_found_by_its_key_to_the_letter(connect: Connect) -> None:
    client = connect(FakeService())
    client.upsert([order("a-1"), order("A-1"), order("A-2", 68)])
    assert client.find(41, "A-1").order_number == "#A-1"
    assert client.find(68, "A-1") is None
    assert client.find(41, "A-9") is None


# ---------------------------------------------------------------- one order


@pytest.mark.rule("GET-ORDER", "READ-ID")
@pytest.mark.parametrize("spelling", [int, str])
def test_an_order_is_read_by_its_id(connect: Connect, spelling: Callable[[int], Any]) -> None:
    client = connect(FakeService())
    [accepted] = client.upsert([order("A")]).accepted
    assert client.get(spelling(accepted.id)).order_id == "A"


@pytest.mark.rule("GET-MISSING")
def test_an_order_that_is_not_there_is_a_typed_error(connect: Connect) -> None:
    with pytest.raises(NotFoundError, match="could not be found"):
        connect(FakeService()).get(1)


@pytest.mark.rule("GET-ORDER")
def test_an_order_id_in_place_of_an_id_is_refused_before_it_is_sent(connect: Connect) -> None:
    service = FakeService()
    client = connect(service)
    for method, further in ((client.get, []), (client.delete, []), (client.update, [{"order_number": "1"}])):
        with pytest.raises(InvalidRequest, match="find"):
            method("A-1", *further)
    assert service.sent == []


@pytest.mark.rule("PATCH-MERGE", "PATCH-RESULT")
@pytest.mark.parametrize("changes", [{"order_number": "new"}, OrderUpdate(order_number="new")], ids=["dict", "model"])
def test_an_update_sends_what_is_to_change_and_nothing_else(connect: Connect, changes: Any) -> None:
    service = FakeService()
    client = connect(service)
    [accepted] = client.upsert([order("A")]).accepted
    assert client.update(accepted.id, changes, verify=True).id == accepted.id
    assert service.sent[1].json == {"order_number": "new"}
    assert [sent.method for sent in service.sent] == ["POST", "PATCH", "GET"]


@pytest.mark.rule("PATCH-IMMUTABLE")
def test_another_order_id_is_refused_before_the_service_refuses_it(connect: Connect) -> None:
    service = FakeService()
    client = connect(service)
    [accepted] = client.upsert([order("A")]).accepted
    with pytest.raises(InvalidRequest, match="never changes"):
        client.update(accepted.id, {"order_id": "B"})
    client.update(accepted.id, {"order_id": "A", "id": accepted.id, "order_number": "new"})
    assert [sent.method for sent in service.sent] == ["POST", "GET", "GET", "PATCH"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "empty"),
        ({"id": "7", "order_number": "1"}, "another order"),
        ({"order_number": 7}, "order_number: Input should be a valid string"),
        ({"surprise": 1}, "surprise: Extra inputs are not permitted"),
        ({"order_details": {"order_items": [{"quantity": 1}]}}, r"order_items\[0\]\.name: Field required"),
        ({"order_number": object()}, "order_number"),
        ([], "OrderUpdate or a dict"),
    ],
)
@pytest.mark.rule("PATCH-ITEMS")
def test_an_update_that_cannot_be_right_is_refused_before_it_is_sent(connect: Connect, changes: Any, told: str) -> None:
    service = FakeService()
    with pytest.raises(InvalidRequest, match=told):
        connect(service).update(669, changes)
    assert service.sent == []


@pytest.mark.rule("PATCH-RESULT")
def test_an_update_that_the_service_accepts_and_forgets_is_seen_by_the_read_back(connect: Connect) -> None:
    service = FakeService()
    client = connect(service)
    [accepted] = client.upsert([order("A")]).accepted
    reference = {"id": accepted.id, "order_id": "A", "order_number": "#A"}
    service.faults = iter([answer_with(lambda: httpx.Response(200, json={"data": reference}))])
    with pytest.raises(UpdateNotApplied, match=r"order_details\.notes") as caught:
        client.update(accepted.id, {"order_details": {"notes": "ring"}}, verify=True, verify_timeout=5)
    assert caught.value.paths == (("order_details", "notes"),)


@pytest.mark.rule("DELETE-ORDER", "DELETE-MISSING")
def test_an_order_is_deleted_and_a_second_delete_finds_none(connect: Connect) -> None:
    service = FakeService()
    client = connect(service)
    [accepted] = client.upsert([order("A")]).accepted
    client.delete(accepted.id)
    assert service.stored == {}
    with pytest.raises(NotFoundError):
        client.delete(accepted.id)
    client.delete(accepted.id, missing_ok=True)


@pytest.mark.rule("DELETE-MISSING")
@pytest.mark.parametrize(
    "fault", [lost_after, slow, carry_out_then(lambda: httpx.Response(520))], ids=["lost", "slow", "520"]
)
def test_a_delete_that_got_lost_and_then_finds_none_has_succeeded(connect: Connect, fault: ScriptedFault) -> None:
    service = FakeService()
    client = connect(service)
    [accepted] = client.upsert([order("A")]).accepted
    service.faults = iter([fault])
    client.delete(accepted.id)


@pytest.mark.rule("DELETE-MISSING")
@pytest.mark.parametrize("fault", [throttled, unreachable], ids=["throttled", "unreachable"])
def test_a_delete_that_never_arrived_and_then_finds_none_has_failed(connect: Connect, fault: ScriptedFault) -> None:
    with pytest.raises(NotFoundError):
        connect(FakeService([fault])).delete(669)


@pytest.mark.rule("UPSERT-ASYNC")
def test_waiting_ends_when_every_order_can_be_read(connect: Connect) -> None:
    service = FakeService()
    client = connect(service)
    report = client.upsert(orders(3))
    late = answer_with(lambda: error(404, "The order could not be found", code="not_found"))
    service.faults = iter([late, None, late, late])
    client.wait_until_available(report.accepted)
    assert len(service.sent) == 1 + 3 + 2 + 1


@pytest.mark.rule("UPSERT-ASYNC")
def test_waiting_too_long_names_what_is_missing(connect: Connect) -> None:
    service = FakeService()
    client = connect(service)
    [accepted] = client.upsert([order("A")]).accepted
    with pytest.raises(NotYetAvailable) as caught:
        client.wait_until_available([accepted, 7, "8"], timeout=10)
    assert caught.value.missing == (7, 8)
    assert sum(client.watch.slept) <= 10


def test_waiting_for_nothing_asks_nothing(connect: Connect) -> None:
    service = FakeService()
    connect(service).wait_until_available([])
    assert service.sent == []


# ---------------------------------------------------------------- the wire


def test_no_request_is_sent_to_another_host_by_a_redirect(connect: Connect) -> None:
    hosts: list[str] = []

    def redirecting(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        return httpx.Response(307, headers={"Location": "https://elsewhere.example/orders"})

    client = connect(httpx.MockTransport(redirecting))
    with pytest.raises(SendcloudError, match="Redirects are not followed"):
        client.upsert(orders(1))
    assert hosts == ["panel.sendcloud.sc"]


def test_every_request_says_who_sends_it(connect: Connect) -> None:
    service = FakeService()
    connect(service, app_info=AppInfo("shop-sync", "2.1")).upsert(orders(1))
    assert service.sent[0].headers["User-Agent"].startswith("sendcloud-orders/")
    assert service.sent[0].headers["User-Agent"].endswith("shop-sync/2.1")


def test_a_base_url_with_a_path_of_its_own_is_kept(connect: Connect) -> None:
    targets: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        targets.append(str(request.url))
        return httpx.Response(200, json={"data": []})

    list(connect(httpx.MockTransport(answer), base_url="http://127.0.0.1:9/stage/api/v3/").list())
    assert targets == ["http://127.0.0.1:9/stage/api/v3/orders?page_size=200"]


@pytest.mark.parametrize(("per_call", "expected"), [(None, 7.0), (3.0, 3.0)])
def test_a_time_out_holds_for_the_client_and_for_one_call(
    connect: Connect, per_call: float | None, expected: float
) -> None:
    seen: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(200, json={"data": []})

    list(connect(httpx.MockTransport(answer), timeout=7.0).list(timeout=per_call))
    assert {seen[0][name] for name in ("connect", "read", "write", "pool")} == {expected}


def test_hooks_see_each_attempt_each_retry_and_each_batch(connect: Connect) -> None:
    seen: list[tuple[Any, ...]] = []
    hooks = Hooks(
        request=lambda event: seen.append(("request", event.route, event.attempt)),
        response=lambda event: seen.append(("response", event.status)),
        retry=lambda event: seen.append(("retry", event.status, event.delay, event.reason)),
        batch=lambda outcome: seen.append(("batch", len(outcome.accepted))),
    )
    connect(FakeService([throttled, lost_before]), hooks=hooks).upsert(orders(2))
    assert seen == [
        ("request", "/orders", 1),
        ("response", 429),
        ("retry", 429, 3.0, "rate limit"),
        ("request", "/orders", 2),
        ("response", None),
        ("retry", None, 0.5, "no answer"),
        ("request", "/orders", 3),
        ("response", 201),
        ("batch", 2),
    ]


def test_a_hook_that_fails_changes_nothing(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    def fail(event: object) -> None:
        raise ValueError("private words")

    hooks = Hooks(request=fail, response=fail, retry=fail, batch=fail)
    with caplog.at_level(logging.ERROR):
        assert connect(FakeService([throttled]), hooks=hooks).upsert(orders(1)).ok
    assert "the retry hook raised ValueError" in caplog.messages
    assert "private words" not in caplog.text


# ---------------------------------------------------------------- at the same time


def test_one_client_serves_many_threads() -> None:
    service = FakeService()
    failures: list[BaseException] = []
    with OrdersClient(BasicCredentials("me", "hidden"), transport=service.transport, pace=Pace.unlimited()) as client:

        def work(shop: int) -> None:
            try:
                assert client.upsert([order(f"A-{number}", shop) for number in range(150)]).ok
            except BaseException as failure:
                failures.append(failure)

        threads = [threading.Thread(target=work, args=(shop,)) for shop in range(1, 9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert len(service.stored) == 8 * 150


class Gate(httpx.AsyncBaseTransport):
    """Hold each request until the event loop has nothing else to do, and note which are in flight together."""

    def __init__(self) -> None:
        self.service = FakeService()
        self.flying: list[set[str]] = []
        self.most = 0
        self.clashes = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        names = {one["order_id"] for one in json.loads(request.content)}
        self.clashes += sum(not names.isdisjoint(others) for others in self.flying)
        self.flying.append(names)
        self.most = max(self.most, len(self.flying))
        for _ in range(20):
            await asyncio.sleep(0)
        self.flying.remove(names)
        return self.service.answer(request)


@pytest.mark.parametrize("concurrency", [1, 3])
def test_as_many_batches_are_in_flight_as_asked_for_and_no_more(concurrency: int) -> None:
    gate = Gate()

    async def main() -> UpsertReport:
        async with AsyncOrdersClient(BasicCredentials("me", "hidden"), transport=gate, pace=Pace.unlimited()) as client:
            return await client.upsert(orders(1000), concurrency=concurrency)

    report = asyncio.run(main())
    assert gate.most == concurrency
    assert [one.position for one in report.accepted] == list(range(1000))


@pytest.mark.rule("UPSERT-KEY-TWICE")
def test_batches_in_flight_never_share_a_key_and_the_last_write_wins() -> None:
    gate = Gate()
    stream = [order(f"A-{number % 7}", order_number=str(number)) for number in range(100)]

    async def main() -> UpsertReport:
        async with AsyncOrdersClient(BasicCredentials("me", "hidden"), transport=gate, pace=Pace.unlimited()) as client:
            return await client.upsert(stream, duplicates="sequence", concurrency=4)

    assert asyncio.run(main()).ok
    assert gate.clashes == 0
    assert {one["order_number"] for one in gate.service.stored.values()} == {str(number) for number in range(93, 100)}


def test_an_asynchronous_iterable_is_taken_and_named_to_its_end_after_a_stop() -> None:
    service = FakeService()

    async def source() -> Any:
        for one in orders(350):
            yield {**one, "order_number": "bad"} if one["order_id"] == "A-150" else one

    async def main() -> UpsertReport:
        credentials = BasicCredentials("me", "hidden")
        async with AsyncOrdersClient(credentials, transport=service.transport, pace=Pace.unlimited()) as client:
            return await client.upsert(source(), concurrency=1)

    report = asyncio.run(main())
    assert (len(report.accepted), len(report.rejected), len(report.not_sent)) == (100, 100, 150)


def test_a_cancelled_upsert_leaves_no_task_behind() -> None:
    class Never(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

    async def main() -> int:
        async with AsyncOrdersClient(
            BasicCredentials("me", "hidden"), transport=Never(), pace=Pace.unlimited()
        ) as client:
            running = asyncio.create_task(client.upsert(orders(1000)))
            for _ in range(50):
                await asyncio.sleep(0)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            return len(asyncio.all_tasks())

    assert asyncio.run(main()) == 1


def test_a_concurrency_of_none_is_refused() -> None:
    async def main() -> None:
        async with AsyncOrdersClient(BasicCredentials("me", "hidden"), pace=Pace.unlimited()) as client:
            await client.upsert(orders(1), concurrency=0)

    with pytest.raises(InvalidRequest, match="concurrency"):
        asyncio.run(main())


def test_a_conflict_hidden_in_a_400_of_an_update_is_outlived(connect: Connect) -> None:
    service = FakeService()
    client = connect(service)
    [accepted] = client.upsert([order("A")]).accepted
    service.faults = iter([answer_with(lambda: error(400, CONFLICT, pointer="/data"))])
    client.update(accepted.id, {"order_number": "new"})
    service.faults = iter([answer_with(lambda: error(400, "Could not find specified item.", pointer="order/x"))])
    with pytest.raises(BadRequestError):
        client.update(accepted.id, {"order_number": "new"})


def test_a_callable_for_credentials_that_gives_nothing_usable_is_told(connect: Connect) -> None:
    with pytest.raises(ConfigurationError):
        connect(FakeService(), credentials=CallableCredentials(lambda: "")).get(1)
