"""The client, the sandbox and the model agree after any sequence of calls, and what is sent comes back."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from orders import strategies
from orders.model import Json, MissingError, Model, RefusedError, instant, key_of
from orders.strategies import FAULTS, INTEGRATIONS, Invalid, Path
from schemas import document
from sendcloud_orders import (
    BadRequestError,
    InvalidOrders,
    InvalidRequest,
    NotFoundError,
    OrdersClient,
    Pace,
    RetryPolicy,
    UpsertReport,
)
from sendcloud_orders.wordings import BLANK
from sendcloud_orders_api.models import Order, OrderInput, OrderUpdate
from sendcloud_orders_sandbox import Sandbox

STRANGER = 999
# Without a key an order never leaves the client, and an `id` is written as the service wants it.
LOCAL = {
    ("id",),
    ("order_id",),
    ("order_details",),
    ("order_details", "integration"),
    ("order_details", "integration", "id"),
}
# The client writes a price that is given as text as the number that the service wants.
MENDED = ("wrong type", ("payment_details", "total_price", "value"), "12.50")
INVALID = st.lists(
    strategies.invalid_order(faults=[fault for fault in FAULTS if fault[1] not in LOCAL and fault != MENDED]),
    min_size=1,
    max_size=2,
    unique_by=lambda invalid: invalid.order["order_id"],
)
SORTS = ("integration", "order_number", "order_created_at", "order_updated_at", "pk")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(integrations=INTEGRATIONS) as running:
        yield running


@pytest.fixture(scope="module")
def client(sandbox: Sandbox) -> Iterator[OrdersClient]:
    # No retries and no pace: nothing may hide what the service answers.
    with OrdersClient.from_env(sandbox.environ, retry=RetryPolicy.none(), pace=Pace.unlimited()) as orders:
        yield orders


# Values that orders share, in one way of writing or another, so that filters find several and sorts have to break ties.
DAYS = st.sampled_from(
    [
        "2026-11-01T12:00:00+01:00",
        "2026-11-01T23:30:00Z",
        "2026-11-02T00:30:00+01:00",
        "2026-11-01T23:30:00-03:30",
        "2026-11-02T04:00:00.5+05:45",
        "2026-11-03T00:00:00+00:00",
    ]
)
NUMBERS = st.sampled_from(["#1", "abc", "ABC", "#1001/a b&c=d"])
CODES = st.sampled_from(["paid", "Paid", "on_hold"])
POINTS = st.sampled_from([{"id": "7"}, {"carrier_service_point_id": "NL-7", "type": "locker"}])


def as_read(order: Json) -> Order:
    """Return an order as a reader would see it, without what the service alone knows."""
    return stripped(msgspec.convert({"id": 0, **order}, Order, strict=False))


def stripped(order: Order) -> Order:
    return msgspec.structs.replace(order, created_at=None, modified_at=None)


def blamed(faults: Iterable[tuple[int | None, Path]]) -> set[tuple[int | None, Path]]:
    """Return who is to blame for what; no rule says which name of a service point is wrong when both are there."""
    return {(position, path[:1] if path[0] == "service_point_details" else path) for position, path in faults}


def shown(path: Path) -> Path:
    """Return the path as an error shows it: a field that the document does not know may be called after a customer."""
    known = {name for schema in document()["components"]["schemas"].values() for name in named_in(schema)}
    return tuple(BLANK if isinstance(part, str) and part not in known else part for part in path)


def named_in(schema: Json) -> Iterator[str]:
    """Yield the fields of a schema, at any depth."""
    for name, field in schema.get("properties", {}).items():
        yield name
        yield from named_in(field)
    yield from named_in(schema["items"]) if "items" in schema else ()


class Orders(RuleBasedStateMachine):
    """Do the same to the service, through the client, and to the model."""

    def __init__(self, sandbox: Sandbox, client: OrdersClient) -> None:
        super().__init__()
        sandbox.reset()
        self.sandbox = sandbox
        self.client = client
        self.model = Model(INTEGRATIONS)
        self.gone: list[int] = [10**9]

    # ------------------------------------------------------------ upsert

    def batch(self, data: st.DataObject, least: int = 1) -> list[Json]:
        """Draw new orders and known ones, some of the known ones named by their id."""
        known = list(self.model.orders)
        drawn = data.draw(strategies.batch(least, least + 3, known), label="batch")
        by_key = {key: id_ for id_, key in self.model.ids.items()}
        for order in drawn:
            if key_of(order) in by_key and data.draw(st.booleans(), label="by id"):
                order["id"] = str(by_key[key_of(order)])
            if data.draw(st.booleans(), label="like others"):
                order["order_number"] = data.draw(NUMBERS)
                order["order_details"]["status"]["code"] = data.draw(CODES)
                order["order_details"] |= {"order_created_at": data.draw(DAYS), "order_updated_at": data.draw(DAYS)}
                order["service_point_details"] = data.draw(POINTS)
        return drawn

    def send(self, batch: Sequence[Json], data: st.DataObject, check: bool = True) -> UpsertReport:
        if check and data.draw(st.booleans(), label="as models"):
            return self.client.upsert([msgspec.convert(order, OrderInput) for order in batch], check=check)
        return self.client.upsert(batch, check=check)

    @rule(data=st.data())
    def upsert(self, data: st.DataObject) -> None:
        self.accept(self.batch(data), data)

    def accept(self, batch: list[Json], data: st.DataObject) -> None:
        report = self.send(batch, data)
        keys = self.model.upsert(batch)
        report.raise_for_rejected()
        assert [(one.position, tuple(one.key)) for one in report.accepted] == list(enumerate(keys))
        for one in report.accepted:
            self.model.learn((one.key.integration_id, one.key.order_id), one.id)

    def spoil(self, data: st.DataObject, *bad: Json) -> tuple[list[Json], list[int]]:
        """Mix bad orders into a batch of good ones, and say where they stand."""
        # Two orders that share an order_id travel in two requests, and what one of them meets is nothing to the other.
        taken = {order.get("order_id") for order in bad}
        good = {order["order_id"]: order for order in self.batch(data) if order["order_id"] not in taken}
        batch = data.draw(st.permutations([*good.values(), *bad]), label="mixed")
        return batch, [position for position, order in enumerate(batch) if any(order is one for one in bad)]

    def refuse(self, data: st.DataObject, *bad: Json) -> None:
        """Send bad orders past the client's own check: nothing of their batch is accepted, and every fault is named."""
        batch, positions = self.spoil(data, *bad)
        with pytest.raises(RefusedError) as refusal:
            self.model.upsert(batch)
        report = self.send(batch, data, check=False)
        assert not report.accepted
        assert [one.position for one in report.rejected] == list(range(len(batch)))
        assert [one.position for one in report.rejected if one.errors] == positions
        named = [(one.position, error.path) for one in report.rejected for error in one.errors]
        assert blamed(named) == {(position, shown(path)) for position, path in blamed(refusal.value.faults)}

    @rule(data=st.data(), invalid=INVALID)
    def upsert_with_invalid_orders(self, data: st.DataObject, invalid: list[Invalid]) -> None:
        self.refuse(data, *(one.order for one in invalid))

    @rule(data=st.data(), invalid=INVALID)
    def upsert_with_invalid_orders_that_are_checked_before(self, data: st.DataObject, invalid: list[Invalid]) -> None:
        batch, positions = self.spoil(data, *(one.order for one in invalid))
        requests = len(self.sandbox.requests)
        with pytest.raises(InvalidOrders) as refusal:
            self.client.upsert(batch)
        assert [failure.position for failure in refusal.value.failures] == positions
        assert len(self.sandbox.requests) == requests

    @rule(data=st.data(), order=strategies.order_input((STRANGER, "A-1"), "sparse"))
    def upsert_for_the_integration_of_a_stranger(self, data: st.DataObject, order: Json) -> None:
        self.refuse(data, order)

    @precondition(lambda self: self.model.ids)
    @rule(data=st.data())
    def upsert_a_known_id_under_another_order_id(self, data: st.DataObject) -> None:
        id_ = self.pick(data)
        integration, order_id = self.model.ids[id_]
        order = data.draw(strategies.order_input((integration, order_id + "-other"), "sparse"))
        self.refuse(data, order | {"id": str(id_)})

    # ------------------------------------------------------------ one order

    def pick(self, data: st.DataObject) -> int:
        return data.draw(st.sampled_from(sorted(self.model.ids)), label="id")

    @precondition(lambda self: self.model.ids)
    @rule(data=st.data())
    def get(self, data: st.DataObject) -> None:
        id_ = self.pick(data)
        assert stripped(self.client.get(id_)) == as_read(self.model.get(id_))

    @precondition(lambda self: self.model.ids)
    @rule(data=st.data())
    def update(self, data: st.DataObject) -> None:
        id_ = self.pick(data)
        changes = data.draw(strategies.order_update(self.model.get(id_)), label="changes")
        reference = self.client.update(id_, msgspec.convert(changes, OrderUpdate))
        self.model.update(id_, changes)
        stored = self.model.get(id_)
        assert (reference.id, reference.order_id) == (id_, stored["order_id"])

    @precondition(lambda self: self.model.ids)
    @rule(data=st.data())
    def update_an_item_that_is_not_there(self, data: st.DataObject) -> None:
        id_ = self.pick(data)
        changes = data.draw(strategies.order_update(self.model.get(id_)), label="changes")
        items = changes.setdefault("order_details", {}).setdefault("order_items", [])
        items.append({"name": "no such item", "quantity": 7})
        with pytest.raises(RefusedError):
            self.model.update(id_, changes)
        with pytest.raises(BadRequestError):
            self.client.update(id_, msgspec.convert(changes, OrderUpdate))

    @precondition(lambda self: self.model.ids)
    @rule(data=st.data())
    def update_the_order_id(self, data: st.DataObject) -> None:
        id_ = self.pick(data)
        with pytest.raises(RefusedError):
            self.model.update(id_, {"order_id": "another", "order_number": "#0"})
        with pytest.raises(InvalidRequest):
            self.client.update(id_, OrderUpdate(order_id="another", order_number="#0"))

    @precondition(lambda self: self.model.ids)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        id_ = self.pick(data)
        self.client.delete(id_)
        self.model.delete(id_)
        self.gone.append(id_)

    @rule(data=st.data())
    def miss(self, data: st.DataObject) -> None:
        """Ask for an order that was deleted or never there."""
        id_ = data.draw(st.sampled_from(self.gone), label="id")
        with pytest.raises(MissingError):
            self.model.get(id_)
        with pytest.raises(NotFoundError):
            self.client.get(id_)
        with pytest.raises(NotFoundError):
            self.client.update(id_, OrderUpdate(order_number="#0"))
        with pytest.raises(NotFoundError):
            self.client.delete(id_)
        self.client.delete(id_, missing_ok=True)

    # ------------------------------------------------------------ list

    @precondition(lambda self: self.model.ids)
    @rule(data=st.data(), page_size=st.integers(1, 4))
    def list_orders(self, data: st.DataObject, page_size: int) -> None:
        filters = data.draw(self.filters(), label="filters")
        expected = self.model.list(**filters)
        sort = data.draw(self.sorts(expected), label="sort")
        if sort:
            expected = self.model.list(sort=",".join(sort), **filters)
            filters["sort"] = sort
        found = self.client.list(page_size=page_size, **filters)
        assert [stripped(order) for order in found] == [as_read(order) for order in expected]

    @rule(stranger=st.just(STRANGER))
    def list_for_the_integration_of_a_stranger(self, stranger: int) -> None:
        with pytest.raises(RefusedError):
            self.model.list(integration=[INTEGRATIONS[0], stranger])
        with pytest.raises(BadRequestError):
            next(iter(self.client.list(integration=[INTEGRATIONS[0], stranger])))

    def filters(self) -> st.SearchStrategy[Json]:
        """Draw filters that suit one of the stored orders, so that most lists are neither empty nor everything."""
        rows = self.model.list()
        details = rows[len(rows) // 2]["order_details"]
        texts = {name: rows[len(rows) // 2][name] for name in ("order_id", "order_number")}
        options: list[Json] = [{}, {"status": "none such"}]
        for name, value in (texts | {"status": details["status"]["code"]}).items():
            # Whether blanks at the ends of a filter count is not documented, nor what case is outside ASCII.
            if value == value.strip():
                options += [{name: value}, {name: value.swapcase() if value.isascii() else value}]
        days: list[Json] = [{}]
        for name in ("order_created_at", "order_updated_at"):
            if written := details.get(name):
                day = instant(written).date()
                near = (day - timedelta(days=1), day, day + timedelta(days=1))
                days += [{name + bound: date} for bound in ("", "_min", "_max") for date in near]
        integrations = st.lists(st.sampled_from(INTEGRATIONS), min_size=1, unique=True)
        return st.builds(
            lambda text, day, some: {**text, **day, **some},
            st.sampled_from(options),
            st.just({}) | st.sampled_from(days),
            st.just({}) | st.just({}) | st.fixed_dictionaries({"integration": integrations}),
        )

    def sorts(self, rows: Sequence[Json]) -> st.SearchStrategy[list[str]]:
        """Draw sort keys without ties and without a date that a row lacks: where such a row goes is not documented."""
        lacking = any(row["order_details"].get("order_updated_at") is None for row in rows)
        names = [name for name in SORTS if not (name == "order_updated_at" and lacking)]
        signed = st.sampled_from(names).flatmap(lambda name: st.sampled_from((name, f"-{name}")))
        keys = st.lists(signed, max_size=2, unique_by=lambda key: key.removeprefix("-"))
        return keys.map(lambda chosen: chosen and [*chosen, *(["pk"] if chosen[-1].removeprefix("-") != "pk" else [])])

    # ------------------------------------------------------------ after each step

    @invariant()
    def the_service_holds_what_the_model_holds(self) -> None:
        held = {
            int(order["id"]): stripped(msgspec.convert(order, Order, strict=False)) for order in self.sandbox.orders()
        }
        assert held == {id_: as_read(self.model.get(id_)) for id_ in self.model.ids}


@pytest.mark.rule(
    "UPSERT-KEY",
    "UPSERT-ID",
    "UPSERT-IMMUTABLE",
    "UPSERT-ATOMIC",
    "UPSERT-MIXED",
    "UPSERT-ITEMS",
    "UPSERT-BOUNDS",
    "UPSERT-ACCOUNT",
    "ERROR-POINTER",
    "ERROR-TOGETHER",
    "GET-ORDER",
    "GET-MISSING",
    "PATCH-MERGE",
    "PATCH-ITEMS",
    "PATCH-ITEM-MISSING",
    "PATCH-IMMUTABLE",
    "PATCH-RESULT",
    "PATCH-MISSING",
    "PATCH-PHONE",
    "DELETE-ORDER",
    "DELETE-MISSING",
    "LIST-PAGE-SIZE",
    "LIST-CURSOR",
    "LIST-COMPLETE",
    "LIST-INTEGRATION",
    "LIST-INTEGRATION-UNKNOWN",
    "LIST-ORDER-NUMBER",
    "LIST-ORDER-ID",
    "LIST-STATUS",
    "LIST-CREATED",
    "LIST-UPDATED",
    "LIST-SORT",
)
def test_client_and_service_and_model_agree_after_any_sequence_of_calls(sandbox: Sandbox, client: OrdersClient) -> None:
    chosen = settings(stateful_step_count=15)
    if chosen.derandomize:
        # Shrinking takes minutes here; fifteen printed steps can be read as they are.
        chosen = settings(chosen, phases=[phase for phase in chosen.phases if phase is not Phase.shrink])
    run_state_machine_as_test(lambda: Orders(sandbox, client), settings=chosen)  # type: ignore[arg-type]


@pytest.mark.rule(
    "LIST-PAGE-SIZE",
    "LIST-COMPLETE",
    "LIST-INTEGRATION",
    "LIST-ORDER-NUMBER",
    "LIST-ORDER-ID",
    "LIST-STATUS",
    "LIST-CREATED",
    "LIST-UPDATED",
    "LIST-SORT",
)
@given(data=st.data())
def test_every_list_of_the_same_orders_agrees_with_the_model(
    sandbox: Sandbox, client: OrdersClient, data: st.DataObject
) -> None:
    orders = Orders(sandbox, client)
    orders.accept(orders.batch(data, least=4), data)
    for page_size in range(1, 7):
        orders.list_orders(data, page_size)


@pytest.mark.rule("VALUES-SURVIVE")
@given(order=strategies.order_input())
def test_what_is_sent_comes_back(sandbox: Sandbox, client: OrdersClient, order: Json) -> None:
    sandbox.reset()
    report = client.upsert([order])
    report.raise_for_rejected()
    [one] = report.accepted
    assert stripped(client.get(one.id)) == as_read(order | {"id": one.id})
