"""The blocking and the asynchronous client do the same on the wire, and neither ever tells a lie about an order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.both_clients import KINDS, ClientKind, Driven
from doubles.fake_service import PASSING, FakeService, answer_with, error
from orders.factory import order
from sendcloud_orders import OrderId, OrderKey, RetryPolicy, SendcloudError, UpsertReport

FAULTS = {**PASSING, "401": answer_with(lambda: error(401, "no")), "404": answer_with(lambda: error(404, "no"))}
SCRIPTS = st.lists(st.none() | st.sampled_from(sorted(FAULTS)), max_size=12)
STREAMS = st.lists(
    st.tuples(st.sampled_from("ABCDEFGH"), st.sampled_from([41, 68]), st.sampled_from(["", "", "", "bad", "invalid"])),
    min_size=1,
    max_size=14,
)
OPTIONS = st.fixed_dictionaries(
    {
        "on_rejected": st.sampled_from(["stop", "skip", "isolate"]),
        "duplicates": st.sampled_from(["error", "last", "sequence"]),
    }
)
Stream = list[tuple[str, int, str]]


def made(stream: Stream) -> list[dict[str, Any]]:
    numbers = {"": "#{}", "bad": "bad {}", "invalid": ""}
    return [
        order(name, shop, order_number=numbers[kind].format(place)) for place, (name, shop, kind) in enumerate(stream)
    ]


def run(
    kind: ClientKind, stream: Stream, script: list[str | None], attempts: int, as_list: bool, options: dict[str, Any]
) -> tuple[FakeService, Driven, UpsertReport, str]:
    service = FakeService([FAULTS[name] if name else None for name in script])
    client = Driven(kind, service, retry=RetryPolicy(attempts=attempts))
    given = made(stream)
    ending = ""
    try:
        # A body of three orders at most, so that a short stream makes several batches.
        report = client.upsert(given if as_list else iter(given), max_body_bytes=1500, **options)
    except SendcloudError as error:
        report, ending = error.report or UpsertReport(), f"{type(error).__name__}: {error}"
    finally:
        client.close()
    return service, client, report, ending


CASES = given(stream=STREAMS, script=SCRIPTS, attempts=st.integers(1, 3), as_list=st.booleans(), options=OPTIONS)


@CASES
def test_both_clients_leave_the_same_trace_sleep_alike_and_report_alike(
    stream: Stream, script: list[str | None], attempts: int, as_list: bool, options: dict[str, Any]
) -> None:
    (one, first, report, ending), (two, second, other, otherwise) = (
        run(kind, stream, script, attempts, as_list, options) for kind in KINDS
    )
    assert [sent.line for sent in one.sent] == [sent.line for sent in two.sent]
    assert first.watch.slept == second.watch.slept
    assert report == other
    assert ending == otherwise
    assert one.stored == two.stored


@pytest.mark.rule("UPSERT-ATOMIC", "UPSERT-KEY", "UPSERT-KEY-TWICE", "UPSERT-RESULT")
@pytest.mark.parametrize("kind", KINDS)
@CASES
def test_every_order_ends_in_one_group_and_the_service_holds_what_the_report_says(
    kind: ClientKind, stream: Stream, script: list[str | None], attempts: int, as_list: bool, options: dict[str, Any]
) -> None:
    service, _, report, _ = run(kind, stream, script, attempts, as_list, options)
    groups: dict[str, Iterable[Any]] = {
        "accepted": report.accepted,
        "unknown": report.unknown,
        "rejected": report.rejected,
        "left": report.not_sent,
    }
    told = {one.position: group for group, ones in groups.items() for one in ones}
    assert sorted(told) == list(range(len(stream)))
    assert report.total == len(stream)
    holds = {key: int(one["order_number"].removeprefix("#")) for key, one in service.stored.items()}
    for key, place in holds.items():
        assert told[place] in ("accepted", "unknown"), f"{key} is stored and reported as {told[place]}"
    for one in report.accepted:
        assert holds[one.key] >= one.position
        assert service.stored[one.key]["id"] == one.id
    for place, (name, shop, _) in enumerate(stream):
        keyed = [one for group in groups.values() for one in group if one.position == place]
        assert [one.key for one in keyed] == [OrderKey(shop, OrderId(name))]


def use_every_operation(client: Driven) -> Iterator[Callable[[], Any]]:
    [first, second, _] = client.upsert([order("A"), order("B"), order("C")]).accepted
    yield lambda: [one.id for one in client.list(page_size=2, integration=[41])]
    yield lambda: [one.id for one in client.changes(since=datetime(2026, 11, 2, tzinfo=UTC), integration=41)]
    yield lambda: client.get(first.id)
    yield lambda: client.find(41, "B")
    yield lambda: client.update(first.id, {"order_details": {"notes": "ring"}}, verify=True)
    yield lambda: client.delete(second.id)
    yield lambda: client.create_label(first, ship_with="invented:standard", mime_type="image/png")
    yield lambda: client.create_labels([first, second])
    yield lambda: client.integrations()
    yield lambda: client.integration(68)
    yield lambda: client.wait_until_available([first, second], timeout=8)


@given(script=SCRIPTS, attempts=st.integers(1, 3))
def test_the_other_operations_leave_the_same_trace_too(script: list[str | None], attempts: int) -> None:
    traces = []
    for kind in KINDS:
        service = FakeService([None, *(FAULTS[name] if name else None for name in script)])
        client = Driven(kind, service, retry=RetryPolicy(attempts=attempts))
        ended: list[Any] = []
        for work in use_every_operation(client):
            try:
                ended.append(work())
            except SendcloudError as error:
                ended.append(str(error))
        client.close()
        traces.append(([sent.line for sent in service.sent], client.watch.slept, ended))
    assert traces[0] == traces[1]
