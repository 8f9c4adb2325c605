"""Whatever happens to whichever request, what the clients tell of each order is true.

Each fault falls on each request of each operation, alone and in drawn combinations, on both clients. No back-off is
slept, and a late answer is late by a tenth of a second.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.both_clients import KINDS, ClientKind, Driven
from doubles.sandbox_client import Api
from doubles.wire_faults import (
    FAULTS,
    REFUSALS,
    SLOW,
    THROTTLED_FOR_UNTOLD,
    UNKNOWABLE,
    UNREACHABLE,
    FaultScript,
    faulty,
)
from orders.differences import differences
from orders.factory import address, order
from orders.model import Json, Key, key_of
from sendcloud_orders import (
    APIStatusError,
    BasicCredentials,
    LabelError,
    LabelReport,
    OrderId,
    OrderKey,
    RetryPolicy,
    SendcloudError,
    TransportError,
    UnknownAddressError,
    UpsertReport,
)
from sendcloud_orders_sandbox import Sandbox

Faults = Mapping[int, str]

INTEGRATION, STRANGER = 41, 999
TWO_ORDERS = 900
"""Bytes of a body that two of these orders fit into, and three do not."""
SIZE, REQUESTS, PAGES = 7, 4, 3
"""Orders of a push and the requests that they take; pages of a listing."""
KNOWABLE = dict.fromkeys((UNREACHABLE, *REFUSALS), "not sent") | dict.fromkeys(UNKNOWABLE, "unknown")
"""What can be known of a batch that met a fault at its only attempt."""


# pytest puts plugins into sets.
@dataclass(eq=False)
class Tally:
    """Count the combinations that were tried, each once. A pytest plugin that prints the sum."""

    tried: set[object] = field(default_factory=set)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.write_line(f"fault lattice: {len(self.tried)} combinations")


@dataclass
class Shop:
    """A service with faults in front of it, and clients of both kinds that make so many attempts."""

    sandbox: Sandbox
    api: Api
    tally: Tally
    faults: Faults = field(default_factory=dict)
    script: FaultScript = field(default_factory=FaultScript)
    clients: dict[tuple[ClientKind, int], Driven] = field(default_factory=dict)

    def client(self, kind: ClientKind, attempts: int) -> Driven:
        if (kind, attempts) not in self.clients:
            self.clients[kind, attempts] = Driven(
                kind,
                faulty(kind, self.script),
                base_url=self.sandbox.base_url,
                credentials=BasicCredentials(self.sandbox.public_key, self.sandbox.secret_key),
                retry=RetryPolicy(attempts=attempts),
            )
        return self.clients[kind, attempts]

    def open(self, *stored: Json) -> list[int]:
        """Begin a case with these orders stored; return their ids."""
        self.faults = {}
        self.sandbox.reset()
        return self.api.create(*stored) if stored else []

    def plan(self, faults: Faults, *case: object) -> None:
        """Let these faults fall on the clients' next requests."""
        self.faults = faults
        self.tally.tried.add((case, tuple(sorted(faults.items()))))
        self.script.start(faults)

    def held(self) -> dict[Key, Json]:
        """Return the stored orders, once all that was sent has been carried out."""
        self.settle()
        return {key_of(row): row for row in self.sandbox.orders()}

    def shipped(self) -> dict[Key, list[str]]:
        """Return the ids of each order's shipments, once all that was sent has been carried out."""
        self.settle()
        shipped: dict[Key, list[str]] = {}
        for shipment in self.sandbox.shipments():
            shipped.setdefault((shipment["integration"], shipment["order_id"]), []).append(shipment["shipment_id"])
        return shipped

    def settle(self) -> None:
        """Wait until all that was sent has been carried out."""
        if SLOW in self.faults.values():
            # What the client waits for no longer was read before this question, and is done before its answer.
            self.api.get("/orders", params={"page_size": 1})


@pytest.fixture(scope="module")
def shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    tally = Tally()
    request.config.pluginmanager.register(tally)
    with Sandbox() as sandbox, Api(sandbox) as api:
        found = Shop(sandbox, api, tally)
        yield found
        for client in found.clients.values():
            client.close()


@pytest.fixture(autouse=True)
def _recorded(shop: Shop, record_property: Any) -> Iterator[None]:
    before = len(shop.tally.tried)
    yield
    record_property("combinations", len(shop.tally.tried) - before)


def push(number: int) -> Json:
    return order(f"A-{number}", INTEGRATION, order_number="pushed", notes="pushed")


def stored(number: int) -> Json:
    return order(f"A-{number}", INTEGRATION, order_number="stored", tags=["stored"])


PUSHED = [push(number) for number in range(SIZE)]
STORED = [stored(number) for number in range(0, SIZE, 2)]


# ---------------------------------------------------------------- what is true


def fates(report: UpsertReport | LabelReport) -> dict[int, str]:
    """Return what the report says of each position. Fail where a position stands twice."""
    told = [
        *((one.position, "accepted") for one in report.accepted),
        *((one.position, "rejected") for one in report.rejected),
        *((one.position, "not sent") for one in report.not_sent),
        *((one.position, "unknown") for one in report.unknown),
    ]
    assert len(dict(told)) == len(told)
    return dict(told)


def check_report(
    report: UpsertReport, sent: Sequence[Json], before: Mapping[Key, Json], after: Mapping[Key, Json]
) -> None:
    """Hold a report against what the service held before and holds now; orders of one key were sent in sequence."""
    told = fates(report)
    assert sorted(told) == list(range(len(sent)))
    possible: dict[Key, list[Json | None]] = {key: [before.get(key)] for key in before.keys() | set(map(key_of, sent))}
    for position, one in enumerate(sent):
        if told[position] == "accepted":
            possible[key_of(one)] = [one]
        elif told[position] == "unknown":
            possible[key_of(one)].append(one)
    assert after.keys() <= possible.keys()
    for key, documents in possible.items():
        assert any(is_held(document, after.get(key)) for document in documents), (key, documents, after.get(key))
    for accepted in report.accepted:
        assert tuple(accepted.key) == key_of(sent[accepted.position])
        assert accepted.id == int(after[accepted.key.integration_id, accepted.key.order_id]["id"])


def is_held(document: Json | None, found: Json | None) -> bool:
    return document == found if document is None or found is None else not differences(document, found)


def was_not_carried_out(error: SendcloudError) -> bool:
    """Tell whether the error promises that the request changed nothing."""
    match error:
        case TransportError(sent=sent):
            return not sent
        case APIStatusError(status=status, sent_before=sent_before):
            return status < 500 and not sent_before
    return False


def check_labels(report: LabelReport, asked: Sequence[OrderKey], shop: Shop) -> None:
    """Hold a report against the shipments that there are: of no order two, and none that the report hides."""
    told = fates(report)
    assert sorted(told) == list(range(len(asked)))
    shipped = shop.shipped()
    assert {key: ids for key, ids in shipped.items() if len(ids) > 1} == {}
    may_have = {key for position, key in enumerate(asked) if told[position] in ("accepted", "unknown")}
    assert shipped.keys() <= may_have
    for accepted in report.accepted:
        assert [accepted.shipment_id] == shipped[asked[accepted.position]]


def check_label(client: Driven, shop: Shop, key: Key) -> None:
    """Ask for one label, and hold what comes of it against the shipments that there are."""
    try:
        label = client.create_label(OrderKey(key[0], OrderId(key[1])))
        assert label.content.startswith(b"%PDF")
        possible = [{key: [label.shipment_id]}]
    except LabelError:
        possible = [{}, {key: ["7001"]}]
    except SendcloudError as error:
        possible = [{}] if was_not_carried_out(error) else []
    assert shop.shipped() in possible


def check_update(client: Driven, shop: Shop, id_: int, key: Key) -> None:
    before = shop.held()
    changed = {**before[key], "order_number": "updated"}
    try:
        client.update(id_, {"order_number": "updated"})
        possible = [changed]
    except SendcloudError as error:
        possible = [before[key]] if was_not_carried_out(error) else [before[key], changed]
    after = shop.held()
    assert [one for one in possible if not differences(one, after[key] | {"modified_at": one["modified_at"]})]
    assert after | {key: None} == before | {key: None}


def check_delete(client: Driven, shop: Shop, id_: int, key: Key) -> None:
    before = shop.held()
    without = {other: row for other, row in before.items() if other != key}
    try:
        client.delete(id_)
        possible = [without]
    except SendcloudError as error:
        possible = [before] if was_not_carried_out(error) else [before, without]
    assert shop.held() in possible


def check_get(client: Driven, shop: Shop, id_: int, key: Key) -> None:
    try:
        found = client.get(id_)
    except SendcloudError:
        return
    assert (found.id, found.order_id) == (id_, key[1])


def check_list(client: Driven, shop: Shop, id_: int, key: Key) -> None:
    ids = [int(row["id"]) for row in shop.held().values()]
    found: list[int] = []
    try:
        found.extend(one.id for one in client.list(sort="pk", page_size=2))
    except SendcloudError:
        ids = ids[: len(found)]
    assert found == ids


OPERATIONS = {
    "update": (check_update, 1),
    "delete": (check_delete, 1),
    "get": (check_get, 1),
    "list": (check_list, PAGES),
}


# ---------------------------------------------------------------- one fault


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.rule("UPSERT-ATOMIC", "UPSERT-KEY", "UPSERT-CONFLICT", "RATE-LIMIT", "READ-TOLERANT")
def test_a_batch_that_meets_a_fault_at_its_only_attempt_ends_as_what_can_be_known(
    shop: Shop, kind: ClientKind, fault: str
) -> None:
    for number in range(1, REQUESTS + 1):
        shop.open(*STORED)
        before = shop.held()
        shop.plan({number: fault}, kind, "upsert", 1)
        report = shop.client(kind, 1).upsert(PUSHED, on_rejected="skip", max_body_bytes=TWO_ORDERS)
        check_report(report, PUSHED, before, shop.held())
        struck = {2 * number - 2, 2 * number - 1}
        assert fates(report) == {
            position: KNOWABLE[fault] if position in struck else "accepted" for position in range(SIZE)
        }


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.rule("UPSERT-ATOMIC", "UPSERT-KEY", "UPSERT-CONFLICT", "RATE-LIMIT", "RATE-RETRY-AFTER")
def test_a_fault_at_any_request_of_an_upsert_is_got_over_by_a_second_attempt(
    shop: Shop, kind: ClientKind, fault: str
) -> None:
    for number in range(1, REQUESTS + 1):
        shop.open(*STORED)
        shop.plan({number: fault}, kind, "upsert", 2)
        report = shop.client(kind, 2).upsert(PUSHED, max_body_bytes=TWO_ORDERS)
        check_report(report, PUSHED, {}, shop.held())
        assert len(report.accepted) == SIZE


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.rule("UPSERT-ATOMIC", "ERROR-POINTER")
def test_a_fault_while_bad_orders_are_being_isolated_leaves_the_report_true(
    shop: Shop, kind: ClientKind, fault: str
) -> None:
    sent = [push(0), order("bad", STRANGER), push(2), push(3), order("worse", STRANGER)]
    for number in range(1, 6):
        shop.open(*STORED)
        before = shop.held()
        shop.plan({number: fault}, kind, "isolate", 1)
        report = shop.client(kind, 1).upsert(sent, on_rejected="isolate", max_body_bytes=TWO_ORDERS)
        check_report(report, sent, before, shop.held())


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.rule("PATCH-MERGE", "DELETE-ORDER", "LIST-COMPLETE", "GET-ORDER")
def test_a_fault_at_the_only_attempt_of_another_operation_is_told(
    shop: Shop, kind: ClientKind, fault: str, operation: str
) -> None:
    check, requests = OPERATIONS[operation]
    for number in range(1, requests + 1):
        ids = shop.open(*PUSHED[:5])
        shop.plan({number: fault}, kind, operation, 1)
        check(shop.client(kind, 1), shop, ids[0], key_of(PUSHED[0]))
        assert shop.script.sent == number


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.rule("PATCH-MERGE", "DELETE-ORDER", "DELETE-MISSING", "LIST-COMPLETE", "GET-ORDER")
def test_a_fault_at_any_request_of_another_operation_is_got_over_by_a_second_attempt(
    shop: Shop, kind: ClientKind, fault: str
) -> None:
    client = shop.client(kind, 2)
    for number in range(1, PAGES + 1):
        ids = shop.open(*PUSHED[:5])
        shop.plan({number: fault}, kind, "list", 2)
        assert [one.id for one in client.list(sort="pk", page_size=2)] == ids
    for operation in ("get", "update", "delete"):
        [id_] = shop.open(PUSHED[0])
        shop.plan({1: fault}, kind, operation, 2)
        arguments = ({"order_number": "updated"},) if operation == "update" else ()
        getattr(client, operation)(id_, *arguments)
        assert [row["order_number"] for row in shop.held().values()] == {
            "get": ["pushed"],
            "update": ["updated"],
            "delete": [],
        }[operation]


# ---------------------------------------------------------------- labels

SHIPPABLE = [order(f"A-{number}", INTEGRATION, shipping_address=address()) for number in range(5)]
KEYS = [OrderKey(integration, OrderId(order_id)) for integration, order_id in map(key_of, SHIPPABLE)]
LABEL_REQUESTS = 3
"""Requests of two orders each that five orders take."""
MADE_NONE = (UNREACHABLE, *REFUSALS)
SENT_AGAIN = (UNREACHABLE, "429:1", THROTTLED_FOR_UNTOLD)
"""Faults after which a label is asked for once more: that no label was made is certain."""


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("attempts", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.rule("LABEL-ONCE", "LABELS-CREATE", "LABELS-PARTIAL")
def test_no_fault_makes_two_labels_of_an_order_or_hides_one(
    shop: Shop, kind: ClientKind, attempts: int, fault: str
) -> None:
    client = shop.client(kind, attempts)
    for number in range(1, LABEL_REQUESTS + 1):
        shop.open(*SHIPPABLE)
        shop.plan({number: fault}, kind, "labels", attempts)
        report = client.create_labels(KEYS, at_a_time=2)
        check_labels(report, KEYS, shop)
        again = attempts == 2 and fault in SENT_AGAIN
        struck = set() if again else {2 * number - 2, 2 * number - 1}
        expected = "not sent" if fault in MADE_NONE else "unknown"
        assert fates(report) == {place: expected if place in struck else "accepted" for place in range(len(KEYS))}
        assert shop.script.sent == LABEL_REQUESTS + again


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("attempts", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.rule("LABEL-ONCE", "LABEL-CREATE")
def test_no_fault_makes_one_label_twice_or_hides_it(shop: Shop, kind: ClientKind, attempts: int, fault: str) -> None:
    shop.open(SHIPPABLE[0])
    shop.plan({1: fault}, kind, "label", attempts)
    check_label(shop.client(kind, attempts), shop, key_of(SHIPPABLE[0]))
    assert shop.script.sent == (2 if attempts == 2 and fault in SENT_AGAIN else 1)


# ---------------------------------------------------------------- many faults


@st.composite
def push_of_every_kind(draw: st.DrawFn) -> list[Json]:
    """Draw orders that are new, known, a stranger's, long, or the second of their key, short in that case."""
    integrations = st.sampled_from((INTEGRATION,) * 6 + (STRANGER,))
    drawn = draw(st.lists(st.tuples(integrations, st.booleans()), min_size=1, max_size=8))
    sent = [
        order(f"A-{number}", integration, order_number="pushed", notes="long " * 60 * long)
        for number, (integration, long) in enumerate(drawn)
    ]
    again = draw(st.lists(st.sampled_from(sent), max_size=2))
    for place, one in enumerate(again):
        integration, order_id = key_of(one)
        sent.append(order(order_id, integration, order_number=f"pushed again {place}", notes="short"))
    return sent


def scripts() -> st.SearchStrategy[Faults]:
    """Draw the faults of the first requests: about every other one meets one, and so do some retries of it."""
    faults = st.lists(st.none() | st.sampled_from(FAULTS), max_size=14)
    return faults.map(lambda drawn: {number: fault for number, fault in enumerate(drawn, 1) if fault})


@given(
    sent=push_of_every_kind(),
    faults=scripts(),
    attempts=st.integers(1, 3),
    on_rejected=st.sampled_from(("stop", "skip", "isolate")),
    duplicates=st.sampled_from(("last", "sequence")),
    concurrency=st.integers(1, 3),
    then=st.permutations(sorted(OPERATIONS)),
)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.rule("UPSERT-ATOMIC", "UPSERT-KEY", "UPSERT-KEY-TWICE", "UPSERT-CONFLICT", "RATE-LIMIT", "READ-TOLERANT")
def test_after_any_combination_of_faults_the_report_is_true(
    shop: Shop,
    kind: ClientKind,
    sent: list[Json],
    faults: Faults,
    attempts: int,
    on_rejected: str,
    duplicates: str,
    concurrency: int,
    then: Sequence[str],
) -> None:
    shop.open(*STORED)
    before = shop.held()
    shop.plan(faults, kind, tuple(map(key_of, sent)), on_rejected, duplicates, attempts, concurrency, *then)
    client = shop.client(kind, attempts)
    report = client.upsert(
        sent,
        on_rejected=on_rejected,
        duplicates=duplicates,
        max_body_bytes=TWO_ORDERS,
        concurrency=concurrency,
    )
    after = shop.held()
    check_report(report, sent, before, after)
    key = next(iter(after))
    # Deleting comes last: nothing else can be done to the order then.
    for operation in sorted(then, key=lambda name: name == "delete"):
        OPERATIONS[operation][0](client, shop, int(after[key]["id"]), key)


def report_of_labels(client: Driven, keys: list[OrderKey], at_a_time: int) -> LabelReport:
    """Make labels. The broken body of a 404 says nothing of an order: the base URL may be wrong, and the run ends."""
    try:
        return cast("LabelReport", client.create_labels(keys, at_a_time=at_a_time))
    except UnknownAddressError as error:
        return cast("LabelReport", error.label_report)


@given(
    states=st.lists(st.sampled_from(("shippable",) * 4 + ("without address", "absent")), min_size=1, max_size=6),
    faults=scripts(),
    attempts=st.integers(1, 3),
    at_a_time=st.integers(1, 3),
)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.rule("LABEL-ONCE", "LABELS-PARTIAL", "LABELS-MISSING", "LABELS-ADDRESS")
def test_after_any_combination_of_faults_no_order_has_two_labels_and_none_is_hidden(
    shop: Shop, kind: ClientKind, states: list[str], faults: Faults, attempts: int, at_a_time: int
) -> None:
    held = [
        order(f"A-{number}", INTEGRATION, **({"shipping_address": address()} if state == "shippable" else {}))
        for number, state in enumerate(states)
        if state != "absent"
    ]
    shop.open(*held)
    shop.plan(faults, kind, "labels", tuple(states), attempts, at_a_time)
    keys = [OrderKey(INTEGRATION, OrderId(f"A-{number}")) for number in range(len(states))]
    report = report_of_labels(shop.client(kind, attempts), keys, at_a_time)
    check_labels(report, keys, shop)
    assert Counter(fates(report).values())["accepted"] <= states.count("shippable")
