"""A run takes back all that it made on a server, whatever that server answered, and touches nothing else."""

import contextlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sendcloud_orders_sandbox import Policies, Rules, Sandbox
from sendcloud_orders_sandbox.problems import Problem, RefusedError
from suite.target import Target


class Forgetful(Rules):
    """Store an order, and refuse it all the same."""

    def upsert(self, body: Any) -> Any:
        super().upsert(body)
        raise RefusedError(Problem(400, "invalid", "No"))


class Misleading(Rules):
    """Give the id of the first order, whatever order was sent."""

    def upsert(self, body: Any) -> Any:
        references = super().upsert(body)
        first = self.store.select([], [], ["id"], "id", 1)[0].id
        return [{**reference, "id": first} for reference in references]


class OneAhead(Rules):
    """Give each order the id of the one after it."""

    def upsert(self, body: Any) -> Any:
        return [{**reference, "id": reference["id"] + 1} for reference in super().upsert(body)]


class Keeping(Rules):
    """Delete nothing, and say so."""

    def delete(self, path_id: str) -> None:
        raise RefusedError(Problem(403, "forbidden", "No"))


@contextlib.contextmanager
def server(rules: type[Rules] = Rules, patience: float = 1.0, **policies: Any) -> Iterator[tuple[Sandbox, Target]]:
    with Sandbox(rules=rules, policies=Policies(**policies)) as sandbox:
        yield sandbox, Target("foreign", sandbox.base_url, sandbox.public_key, sandbox.secret_key, patience=patience)


@pytest.mark.parametrize("save_lag", [0.0, 0.3])
def test_an_order_whose_answer_was_lost_is_found_and_deleted(save_lag: float) -> None:
    with server(save_lag=save_lag) as (sandbox, target):
        sandbox.faults.next("lost-after")
        with pytest.raises(httpx.TransportError):
            target.upsert(target.order())
        assert target.clean_up() == []
        sandbox.advance(save_lag)
        assert sandbox.orders() == []


def test_an_order_that_was_refused_and_stored_is_found_and_deleted() -> None:
    with server(Forgetful) as (sandbox, target):
        assert target.send("POST", "/orders", body=[target.order()]).status == 400
        assert len(sandbox.orders()) == 1
        assert target.clean_up() == []
        assert sandbox.orders() == []


@pytest.mark.parametrize("front", ["0", "00", " "])
def test_an_order_id_that_begins_with_something_else_is_known_as_this_runs(front: str) -> None:
    with server() as (sandbox, target):
        order = target.order()
        target.upsert({**order, "order_id": front + order["order_id"]})
        assert len(sandbox.orders()) == 1
        assert target.clean_up() == []
        assert sandbox.orders() == []


def test_an_order_of_somebody_else_stays_though_the_server_gave_its_id_for_ours() -> None:
    with server(Misleading) as (sandbox, target):
        target.send("POST", "/orders", body=[{**target.order(), "order_id": "somebody-elses"}])
        target.upsert(target.order())
        assert target.clean_up() == []
        assert [order["order_id"] for order in sandbox.orders()] == ["somebody-elses"]


@pytest.mark.parametrize("patience", [1.0, 0.0], ids=["in time", "on a server so slow that no time is left"])
def test_each_order_is_taken_back_though_the_server_gave_each_the_id_of_the_next(patience: float) -> None:
    with server(OneAhead, patience) as (sandbox, target):
        target.upsert(*(target.order() for _ in range(3)))
        target.get(sandbox.orders()[1]["id"])
        assert target.clean_up() == []
        assert sandbox.orders() == []


def test_a_lost_connection_ends_no_clean_up() -> None:
    with server() as (sandbox, target):
        target.upsert(target.order())
        sandbox.faults.next("lost-before", 2)
        assert target.clean_up() == []
        assert sandbox.orders() == []


def test_an_order_that_cannot_be_deleted_is_named() -> None:
    with server(Keeping) as (_, target):
        order = target.order()
        id_ = target.upsert(order)[0]
        assert target.clean_up() == [f"order {id_} ({order['order_id']}) could not be deleted: delete it by hand"]
